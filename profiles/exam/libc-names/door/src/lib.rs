#[link(wasm_import_module = "door")]
extern "C" {
    pub fn open(what: i32) -> i32;
    pub fn close(what: i32) -> i32;
}

#[link(wasm_import_module = "door")]
extern "C" {
    fn read(what: i32, many: i32, into: i32) -> i32;
}

#[inline]
pub fn look_through(what: i32) -> i32 {
    unsafe { read(what, 1, 2) }
}
