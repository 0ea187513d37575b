#[link(wasm_import_module = "right")]
extern "C" {
    pub fn open(what: i32) -> i32;
    pub fn shut(what: i32) -> i32;
}

#[inline]
pub fn shut_inline(what: i32) -> i32 {
    unsafe { shut(what) }
}
