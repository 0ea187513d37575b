use std::{env, path::Path, process::Command};

fn main() {
    let object = Path::new(&env::var("OUT_DIR").unwrap()).join("native.o");
    let clang = env::var("CLANG").unwrap_or("clang".into());
    let done = Command::new(clang).args(["--target=wasm32", "-O1", "-c", "native.c", "-o"]).arg(&object).status().unwrap();
    assert!(done.success());
    println!("cargo::rerun-if-changed=native.c");
    println!("cargo::rustc-link-arg={}", object.display());
}
