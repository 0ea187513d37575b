extern "C" {
    static HOST_LEVEL: u32;
}

#[no_mangle]
pub extern "C" fn run() -> u32 {
    unsafe { HOST_LEVEL }
}
