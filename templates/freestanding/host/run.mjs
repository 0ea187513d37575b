#!/usr/bin/env -S node --no-warnings
// How `run` starts the module: Node gives it the one function of WASI that it imports.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const bytes = await readFile(process.argv[2]);
const wasi = new WASI({ version: "preview1", args: process.argv.slice(2), returnOnExit: true });
const { instance } = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
console.log(`(${bytes.length} bytes)`);
