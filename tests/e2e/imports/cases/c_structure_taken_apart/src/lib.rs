extern "C" {
    fn area(width: i32, height: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { area(x, 2) }
}
