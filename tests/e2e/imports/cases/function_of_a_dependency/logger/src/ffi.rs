extern "C" {
    pub fn host_time() -> u64;
    pub fn host_log(text: *const u8, length: usize);
}
