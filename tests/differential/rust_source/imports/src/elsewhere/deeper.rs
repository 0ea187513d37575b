unsafe extern "C" {
    pub fn deep(f: Option<unsafe extern "C" fn(*mut u8, usize) -> i64>);
}
