#[link(wasm_import_module = "host")]
extern "C" {
    pub fn draw(x: i64) -> i64;
}
