extern "C" {
    fn paint(x: i32) -> i32;
    fn print(x: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { paint(x) + print(x) }
}
