#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    unsafe { geometry_sys::area(x.into(), 2) }
}
