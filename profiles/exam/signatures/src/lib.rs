#[link(wasm_import_module = "host")]
extern "C" {
    fn mix(a: i32, b: i64, c: f32, d: f64) -> f64;
    fn tell(value: u64);
}

#[no_mangle]
pub extern "C" fn mixed(a: i32, b: i64, c: f32, d: f64) -> f64 {
    unsafe { mix(a, b, c, d) }
}

#[no_mangle]
pub extern "C" fn widest(value: u64) -> u64 {
    unsafe { tell(value) };
    value.rotate_left(8)
}

#[no_mangle]
pub extern "C" fn narrow(value: u8, sign: i8, yes: bool) -> i32 {
    i32::from(value) + i32::from(sign) + i32::from(yes)
}

#[no_mangle]
pub extern "C" fn halves(value: f32) -> f32 {
    value / 2.0
}

#[no_mangle]
pub extern "C" fn nothing() {}
