#[link(wasm_import_module = "host")]
extern "C" {
    fn used(value: i64) -> i64;
    fn dead(value: i64) -> i64;
}

#[inline(never)]
fn nobody_comes_here(value: i64) -> i64 {
    unsafe { dead(value) }
}

#[no_mangle]
pub extern "C" fn work(value: i64) -> i64 {
    unsafe { used(value) }
}

#[allow(dead_code)]
pub fn reachable_from_rust_only(value: i64) -> i64 {
    nobody_comes_here(value)
}
