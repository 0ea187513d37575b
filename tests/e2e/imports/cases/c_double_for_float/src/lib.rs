extern "C" {
    fn half(x: f32) -> f32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { half(x as f32) as i32 }
}
