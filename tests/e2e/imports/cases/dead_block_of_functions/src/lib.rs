#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    x + logger::limit()
}
