#[no_mangle]
pub extern "C" fn measure(x: i64) -> i64 {
    x + 1
}
