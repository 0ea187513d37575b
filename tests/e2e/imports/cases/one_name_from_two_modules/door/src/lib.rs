#[link(wasm_import_module = "door")]
extern "C" {
    pub fn open(x: u32) -> u32;
}
