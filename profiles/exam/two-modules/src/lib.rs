#[no_mangle]
pub extern "C" fn open_both(what: i32) -> i32 {
    unsafe { left::open(what) + right::open(what + 1) }
}

#[no_mangle]
pub extern "C" fn shut_both(what: i32) -> i32 {
    left::shut_inline(what) + right::shut_inline(what + 1)
}
