#[repr(C)]
pub struct Size {
    width: i32,
    height: i32,
}

extern "C" {
    fn square(x: i32) -> Size;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { square(x).height }
}
