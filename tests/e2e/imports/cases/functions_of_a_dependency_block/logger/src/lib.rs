extern "C" {
    pub fn host_log(text: *const u8, length: usize);
    pub fn host_flush() -> i32;
}
