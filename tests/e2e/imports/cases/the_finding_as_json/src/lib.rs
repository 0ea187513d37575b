extern "C" {
    fn host_time() -> i32;
    fn host_level() -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { x + host_time() + host_level() }
}
