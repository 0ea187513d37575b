static mut COUNT: i32 = 0;
#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe {
        COUNT += x;
        COUNT
    }
}
