extern "C" {
    fn gethostname(name: *mut u8, length: usize) -> i32;
}

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    println!("{x}");
    let mut text = std::fs::read("number").unwrap();
    unsafe {
        gethostname(text.as_mut_ptr(), text.len());
        text_sys::strtol(text.as_ptr(), std::ptr::null_mut(), 10)
    }
}
