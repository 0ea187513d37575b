#[no_mangle]
pub extern "C" fn run(x: u32) -> u32 {
    unsafe { door::open(x) + file::open(x) }
}
