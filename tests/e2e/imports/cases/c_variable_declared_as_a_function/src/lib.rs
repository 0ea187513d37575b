extern "C" {
    fn level() -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { level() + x }
}
