#[link(wasm_import_module = "left")]
extern "C" {
    pub fn open(what: i32) -> i32;
    pub fn shut(what: i32) -> i32;
}

/// Another crate gets this call as if it had written it.
#[inline]
pub fn shut_inline(what: i32) -> i32 {
    unsafe { shut(what) }
}
