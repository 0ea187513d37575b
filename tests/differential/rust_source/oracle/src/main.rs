//! What rustc's lexer and syn say of Rust files, one line a fact, to be compared with `cw_rust_dump` line by line.
//!
//!   oracle tokens        paths on stdin; for each `PATH<tab>DIGEST<tab>COUNT`, or `PATH<tab>-` where the file is no UTF-8
//!   oracle show PATH     the tokens themselves
//!   oracle items         paths on stdin; for each `PATH`, then its facts, each indented; `PATH<tab>-` where syn does not accept the file
//!   oracle characters    the ranges of identifier characters and emoji

mod items;
mod tokens;

use std::io::{BufRead, Write};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let out = std::io::stdout();
    let mut out = std::io::BufWriter::new(out.lock());
    match command.as_str() {
        "characters" => tokens::characters(&mut out),
        "show" => {
            let text = std::fs::read_to_string(arguments.next().expect("a path")).expect("a text");
            tokens::show(&text, &mut out);
        }
        "tokens" | "items" => {
            for path in std::io::stdin().lock().lines().map_while(Result::ok) {
                match std::fs::read_to_string(&path) {
                    Err(_) => writeln!(out, "{path}\t-").unwrap(),
                    Ok(text) if command == "tokens" => {
                        let (digest, count) = tokens::digest(&text);
                        writeln!(out, "{path}\t{digest:016x}\t{count}").unwrap();
                    }
                    Ok(text) => items::print(&path, &text, &mut out),
                }
            }
        }
        _ => panic!("no command `{command}`"),
    }
}
