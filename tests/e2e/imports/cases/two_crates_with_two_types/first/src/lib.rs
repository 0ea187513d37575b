extern "C" {
    fn measure(x: i32) -> i32;
}

#[inline(never)]
pub fn ask(x: i32) -> i32 {
    unsafe { measure(x) }
}
