//! The border of the plugin: what the host lends, and what it calls. A program without `main`, for the host starts it.
#![no_main]

/// What the host gives.
mod host {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        /// Shows a text in UTF-8.
        pub fn log(start: *const u8, size: usize);
        /// The setting `shift`.
        pub fn shift() -> u32;
    }
}

/// Memory for a text that the host writes.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; size].into_boxed_slice()).cast()
}

/// Works on the text that the host has written to what `allocate` gave it, logs the result, and frees the memory.
///
/// # Safety
/// `start` is from `allocate`, with the same size, and was not handled yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn handle(start: *mut u8, size: usize) {
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, size)) };
    let answer = {{crate_name}}::shifted(&String::from_utf8_lossy(&bytes), unsafe { host::shift() });
    unsafe { host::log(answer.as_ptr(), answer.len()) };
}
