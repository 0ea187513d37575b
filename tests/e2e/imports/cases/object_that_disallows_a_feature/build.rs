use std::{env, path::Path, process::Command};

fn main() {
    let object = Path::new(&env::var("OUT_DIR").unwrap()).join("native.o");
    let done = Command::new(env::var("CLANG").unwrap()).args(["--target=wasm32", "-O1", "-c", "native.ll", "-o"]).arg(&object).status().unwrap();
    assert!(done.success());
    println!("cargo::rustc-link-arg={}", object.display());
}
