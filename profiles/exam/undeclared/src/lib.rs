extern "C" {
    fn host_log(text: *const u8, length: usize);
}

#[no_mangle]
pub extern "C" fn greet() {
    let text = "hello";
    unsafe { host_log(text.as_ptr(), text.len()) }
}
