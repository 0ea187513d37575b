extern "C" {
    static HOST_LEVEL: i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { x + HOST_LEVEL }
}
