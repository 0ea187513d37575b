//! A counter that threads share. Without std, whose objects were compiled without atomics; core comes as bitcode, through `lto = "fat"`.
#![no_std]

use core::sync::atomic::{AtomicU32, Ordering};

static COUNTER: AtomicU32 = AtomicU32::new(7);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[no_mangle]
pub extern "C" fn count() -> u32 {
    let on_the_stack = core::hint::black_box([COUNTER.fetch_add(1, Ordering::SeqCst); 4]);
    on_the_stack[0]
}

// wasm-bindgen has these in every program: stacks of threads come from them.

#[no_mangle]
pub extern "C" fn __wbindgen_malloc(size: usize, align: usize) -> usize {
    COUNTER.fetch_add((size + align) as u32, Ordering::SeqCst) as usize
}

#[no_mangle]
pub extern "C" fn __wbindgen_free(_: usize, size: usize, _: usize) {
    COUNTER.fetch_sub(size as u32, Ordering::SeqCst);
}
