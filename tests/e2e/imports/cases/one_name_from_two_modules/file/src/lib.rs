#[link(wasm_import_module = "file")]
extern "C" {
    pub fn open(x: u32) -> u32;
}
