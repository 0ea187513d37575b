#[repr(C)]
pub struct Pair {
    left: i32,
    right: i64,
}

#[repr(C)]
pub struct One {
    value: f32,
}

#[link(wasm_import_module = "host")]
extern "C" {
    fn see(pair: Pair) -> i32;
    fn see_one(one: One) -> i32;
}

#[no_mangle]
pub extern "C" fn give(left: i32, right: i64) -> i32 {
    unsafe { see(Pair { left, right }) + see_one(One { value: 1.5 }) }
}

#[no_mangle]
pub extern "C" fn sum(pair: Pair) -> i64 {
    i64::from(pair.left) + pair.right
}
