#[link(wasm_import_module = "host")]
extern "C" {
    pub fn draw(x: i32) -> i32;
}
