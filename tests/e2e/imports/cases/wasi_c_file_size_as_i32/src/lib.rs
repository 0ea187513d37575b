extern "C" {
    fn size(file: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { size(x) }
}
