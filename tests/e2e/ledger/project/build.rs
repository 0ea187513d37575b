fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let file = format!("{}/generated.rs", std::env::var("OUT_DIR").unwrap());
    let text = "#[link(wasm_import_module = \"app-host\")]\nextern \"C\" {\n    pub fn generated(value: u64) -> u64;\n}\n";
    std::fs::write(file, text).unwrap();
}
