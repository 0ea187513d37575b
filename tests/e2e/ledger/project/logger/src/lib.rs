#[link(wasm_import_module = "app-host")]
extern "C" {
    fn host_log(text: *const u8, length: usize);
}

#[inline(never)]
pub fn log(text: &str) {
    unsafe { host_log(text.as_ptr(), text.len()) }
}
