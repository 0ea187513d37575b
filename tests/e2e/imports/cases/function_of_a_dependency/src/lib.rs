#[no_mangle]
pub extern "C" fn run() {
    logger::log("hello");
}
