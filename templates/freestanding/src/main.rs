//! Hello by one imported function, and no byte besides.
#![no_std]
#![no_main]

use {{crate_name}}::{Piece, write};

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn fd_write(descriptor: i32, pieces: *const Piece, count: usize, written: *mut usize) -> i32;
}

/// What a host of WASI calls.
#[unsafe(no_mangle)]
pub extern "C" fn _start() {
    write(b"Hello, world!\n", |piece, written| unsafe { fd_write(1, piece, 1, written) });
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
