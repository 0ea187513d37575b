#!/usr/bin/env node
// A host: loads the plugin, gives it `log` and `shift`, and has it handle the texts of the command line.
import { readFile } from "node:fs/promises";

const [file, ...texts] = process.argv.slice(2);
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

const host = {
  log: (start, size) => console.log(`plugin: ${utf8.decoder.decode(new Uint8Array(plugin.memory.buffer, start, size))}`),
  shift: () => 13,
};
const { instance } = await WebAssembly.instantiate(await readFile(file), { host });
const plugin = instance.exports;

for (const text of texts.length > 0 ? texts : ["Hello, plugin!"]) {
  console.log(`host:   ${text}`);
  const bytes = utf8.encoder.encode(text);
  const start = plugin.allocate(bytes.length);
  new Uint8Array(plugin.memory.buffer, start, bytes.length).set(bytes);
  plugin.handle(start, bytes.length);
}
