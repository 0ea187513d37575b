mod ffi;

/// Writes to the host's log.
pub fn log(text: &str) {
    unsafe { ffi::host_log(text.as_ptr(), text.len()) };
}
