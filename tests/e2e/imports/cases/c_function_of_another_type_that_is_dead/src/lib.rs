extern "C" {
    fn add(a: i32, b: i32) -> i32;
    fn other(a: i32) -> i32;
}

#[inline(never)]
pub fn unused(x: i32) -> i32 {
    unsafe { add(x, 1) }
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { other(x) }
}
