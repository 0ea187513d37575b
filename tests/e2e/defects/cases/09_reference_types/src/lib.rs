//! An indirect call: since 1.82 its table's number takes five bytes, where older readers of wasm want one zero.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

extern "C" fn add_one(x: u32) -> u32 {
    x + 1
}

#[no_mangle]
pub extern "C" fn function() -> extern "C" fn(u32) -> u32 {
    add_one
}

#[no_mangle]
pub extern "C" fn call(function: extern "C" fn(u32) -> u32, x: u32) -> u32 {
    function(x)
}
