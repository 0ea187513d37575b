extern "C" {
    pub fn strtol(text: *const u8, end: *mut *const u8, base: i32) -> i32;
}
