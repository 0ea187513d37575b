#[link(wasm_import_module = "screen")]
extern "C" {
    fn draw(x: i32) -> i32;
}

extern "C" {
    fn paint(x: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { draw(x) + paint(x) }
}
