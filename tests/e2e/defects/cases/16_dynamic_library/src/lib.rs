//! A library that is loaded beside a program, which has the function that is missing here.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

extern "C" {
    fn of_the_program(x: i32) -> i32;
}

#[no_mangle]
pub extern "C" fn of_the_library(x: i32) -> i32 {
    unsafe { of_the_program(x) + 1 }
}
