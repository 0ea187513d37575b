extern "C" {
    fn host_time() -> i32;
    fn host_level() -> i32;
}

extern "C" {
    fn host_random() -> i32;
    fn host_seed(x: i32);
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { host_seed(x); host_time() + host_level() + host_random() }
}
