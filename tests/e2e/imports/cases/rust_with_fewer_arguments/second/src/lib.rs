#[no_mangle]
#[inline(never)]
pub extern "C" fn measure(x: i32, y: i32) -> i32 {
    x * y
}
