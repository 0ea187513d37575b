unsafe extern "C" {
    fn sum(numbers: *const i32) -> i32;
}

#[unsafe(no_mangle)]
pub extern "C" fn run(x: i32) -> i32 {
    #[repr(align(16))]
    struct Aligned([i32; 4]);
    unsafe { sum(Aligned([x, x, x, x]).0.as_ptr()) }
}
