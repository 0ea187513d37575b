#[no_mangle]
pub extern "C" fn run() -> u32 {
    logger::level()
}
