//! Which features a module needs, asked of the validator: it must accept the module with those that were found, all others switched off,
//! and refuse it when one of them is switched off as well.
use std::io::Write;
use wasmparser::*;

/// What a feature is to the validator, and the part of it that is no other feature.
fn bits(name: &str) -> (WasmFeatures, WasmFeatures) {
    let features = match name {
        "mutable-globals" => WasmFeatures::MUTABLE_GLOBAL,
        "sign-ext" => WasmFeatures::SIGN_EXTENSION,
        "nontrapping-fptoint" => WasmFeatures::SATURATING_FLOAT_TO_INT,
        "multivalue" => WasmFeatures::MULTI_VALUE,
        "bulk-memory-opt" => WasmFeatures::BULK_MEMORY_OPT,
        "bulk-memory" => return (WasmFeatures::BULK_MEMORY, WasmFeatures::BULK_MEMORY.difference(WasmFeatures::BULK_MEMORY_OPT)),
        "call-indirect-overlong" => WasmFeatures::CALL_INDIRECT_OVERLONG,
        "reference-types" => {
            return (WasmFeatures::REFERENCE_TYPES, WasmFeatures::REFERENCE_TYPES.difference(WasmFeatures::CALL_INDIRECT_OVERLONG));
        }
        "simd128" => WasmFeatures::SIMD,
        "relaxed-simd" => WasmFeatures::RELAXED_SIMD,
        "atomics" => WasmFeatures::THREADS,
        "tail-call" => WasmFeatures::TAIL_CALL,
        "extended-const" => WasmFeatures::EXTENDED_CONST,
        "exception-handling" | "exnref" => WasmFeatures::EXCEPTIONS,
        "legacy-exceptions" => WasmFeatures::LEGACY_EXCEPTIONS,
        "multimemory" => WasmFeatures::MULTI_MEMORY,
        "memory64" => WasmFeatures::MEMORY64,
        "function-references" => WasmFeatures::FUNCTION_REFERENCES,
        "gc" => WasmFeatures::GC,
        "custom-page-sizes" => WasmFeatures::CUSTOM_PAGE_SIZES,
        "wide-arithmetic" => WasmFeatures::WIDE_ARITHMETIC,
        "stack-switching" => WasmFeatures::STACK_SWITCHING,
        "memory-control" => WasmFeatures::MEMORY_CONTROL,
        "acquire-release-atomics" => WasmFeatures::ACQUIRE_RELEASE_ATOMICS,
        "shared-everything" => WasmFeatures::SHARED_EVERYTHING_THREADS,
        "custom-descriptors" => WasmFeatures::CUSTOM_DESCRIPTORS,
        "compact-imports" => WasmFeatures::COMPACT_IMPORTS,
        "multibyte" => WasmFeatures::MULTIBYTE_ARRAY_ACCESS,
        other => panic!("the validator has no feature {other}"),
    };
    (features, features)
}

fn validate(features: WasmFeatures, bytes: &[u8]) -> Result<()> {
    Validator::new_with_features(features).validate_all(bytes).map(|_| ())
}

/// Lines `NAME <tab> VERDICT`; nothing for a component and for what is invalid with every feature:
///   needs FEATURE PLACE DISTANCE refused without it; the error's offset less ours
///   part FEATURE                 not asked: it is a part of another one that was found, or has one bit with it
///   spare FEATURE WHAT           accepted without it
///   short MESSAGE                refused although all that we found is there
///   typing                       as `short`, but valid with custom-descriptors, which changes how br_on_cast is typed
///   unread                       valid, but we have an error
pub fn check(name: &str, bytes: &[u8], uses: &str, out: &mut impl Write) {
    if !Parser::is_core_wasm(bytes) || validate(WasmFeatures::all(), bytes).is_err() {
        return;
    }
    let mut line = |verdict: String| writeln!(out, "{name}\t{verdict}").unwrap();
    let uses = uses.rsplit_once('\t').expect("a name and uses").1;
    if uses == "error" {
        return line("unread".into());
    }
    let uses: Vec<Vec<&str>> = uses.split_terminator(';').map(|entry| entry.splitn(4, ',').collect()).collect();
    let found = uses.iter().fold(WasmFeatures::MVP, |all, entry| all.union(bits(entry[0]).0));
    if let Err(e) = validate(found, bytes) {
        if validate(found.union(WasmFeatures::CUSTOM_DESCRIPTORS), bytes).is_ok() {
            return line("typing".into());
        }
        return line(format!("short {}", e.message().replace('\n', " ")));
    }
    for entry in &uses {
        let is_part = uses.iter().any(|other| {
            other[0] != entry[0] && bits(other[0]).0.contains(bits(entry[0]).0) && entry[0] != "exception-handling"
        });
        if is_part {
            line(format!("part {}", entry[0]));
            continue;
        }
        line(match validate(found.difference(bits(entry[0]).1), bytes) {
            Ok(()) => format!("spare {} {}", entry[0], entry[3]),
            Err(e) => format!("needs {} {} {}", entry[0], entry[2], e.offset() as i64 - entry[1].parse::<i64>().unwrap()),
        });
    }
    if uses.is_empty() {
        line("first release".into());
    }
}
