extern "C" {
    fn area(width: i32, height: i32) -> i32;
    fn add(a: i32, b: i32) -> i32;
}

pub fn unused(x: i32) -> i32 {
    unsafe { area(x, x) }
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { add(x, 1) }
}
