#[link(wasm_import_module = "host")]
extern "C" {
    pub fn draw(x: i64) -> i64;
}

pub fn unused(x: i64) -> i64 {
    unsafe { draw(x) }
}
