extern "C" {
    fn who() -> i32;
}

pub fn unused() -> i32 {
    unsafe { who() }
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    x + 1
}
