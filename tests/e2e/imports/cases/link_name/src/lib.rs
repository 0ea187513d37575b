extern "C" {
    #[link_name = "host-time"]
    fn time() -> u64;
}

#[no_mangle]
pub extern "C" fn run() -> u64 {
    unsafe { time() }
}
