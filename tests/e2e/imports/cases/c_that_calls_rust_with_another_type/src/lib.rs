extern "C" {
    fn apply(x: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn step(x: i64) -> i64 {
    x + 1
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { apply(x) }
}
