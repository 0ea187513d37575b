//! What wasmparser reads from files, in a canonical form that `wasm_dump` prints as well.
//!
//!   wasm-oracle check FILE…        one line a file: NAME <tab> `ok DIGEST` or `error OFFSET MESSAGE`
//!   wasm-oracle dump FILE          every line of the dump
//!   wasm-oracle pack FILE          `check` for each entry of a pack
//!   wasm-oracle features PACK USES  whether the features that `wasm_dump features` found are those that a validator asks for: features.rs
//!   wasm-oracle entry FILE NAME    `dump` for one entry of a pack
//!   wasm-oracle truncate FILE…     `check` for each prefix of each file, named FILE:LENGTH
//!   wasm-oracle spec OUT PATH…     writes a pack of every module of the specification's tests and of the scripts below PATH
//!   wasm-oracle smith OUT COUNT    writes a pack of COUNT generated modules
//!
//! A pack is a row of (name, bytes), each with its length before it in four bytes, little-endian.
mod component;
mod custom;
mod dump;
mod features;
mod feed;
mod sink;
mod spec;
mod text;

use sink::Sink;
use std::io::{BufWriter, Write};

fn verdict(bytes: &[u8]) -> String {
    let mut sink = Sink::digest();
    match dump::dump(bytes, &mut sink) {
        Ok(()) => format!("ok {:016x}", sink.hash()),
        Err(e) => format!("error {} {}", e.offset(), e.message().replace('\n', " ")),
    }
}

fn print_dump(bytes: &[u8]) {
    let mut sink = Sink::text();
    let result = dump::dump(bytes, &mut sink);
    let mut out = std::io::stdout().lock();
    out.write_all(sink.bytes()).unwrap();
    if let Err(e) = result {
        writeln!(out, "error {} {}", e.offset(), e.message()).unwrap();
    }
}

fn read_pack(path: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = std::fs::read(path).expect(path);
    let mut rest = &bytes[..];
    let take = |rest: &mut &[u8]| -> Vec<u8> {
        let (length, after) = rest.split_at(4);
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        let (item, after) = after.split_at(length);
        *rest = after;
        item.to_vec()
    };
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let name = String::from_utf8(take(&mut rest)).unwrap();
        entries.push((name, take(&mut rest)));
    }
    entries
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names = arguments.get(1..).unwrap_or_default();
    let mut out = BufWriter::new(std::io::stdout().lock());
    match arguments.first().map(String::as_str) {
        Some("check") => {
            for name in names {
                writeln!(out, "{name}\t{}", verdict(&std::fs::read(name).expect(name))).unwrap();
            }
        }
        Some("dump") => print_dump(&std::fs::read(&names[0]).expect("the file")),
        Some("pack") => {
            for (name, bytes) in read_pack(&names[0]) {
                writeln!(out, "{name}\t{}", verdict(&bytes)).unwrap();
            }
        }
        Some("features") => {
            let uses = std::fs::read_to_string(&names[1]).expect(&names[1]);
            for ((name, bytes), uses) in read_pack(&names[0]).into_iter().zip(uses.lines()) {
                features::check(&name, &bytes, uses, &mut out);
            }
        }
        Some("entry") => {
            let (_, bytes) = read_pack(&names[0]).into_iter().find(|(name, _)| *name == names[1]).expect("the entry");
            print_dump(&bytes);
        }
        Some("truncate") => {
            for name in names {
                let bytes = std::fs::read(name).expect(name);
                for length in 0..=bytes.len() {
                    writeln!(out, "{name}:{length}\t{}", verdict(&bytes[..length])).unwrap();
                }
            }
        }
        Some("spec") => spec::write_specification(&names[0], &names[1..]),
        Some("smith") => spec::write_generated(&names[0], names[1].parse().expect("a count")),
        _ => {
            eprintln!("usage: see the head of main.rs");
            std::process::exit(2);
        }
    }
}
