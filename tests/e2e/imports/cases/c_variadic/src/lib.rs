extern "C" {
    fn total(count: i32, a: i32, b: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { total(2, x, 3) }
}
