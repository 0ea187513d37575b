//! What the page calls. A program without `main`: it is started by the page, not by a system.
#![cfg_attr(target_family = "wasm", no_main)]

/// The height of the wave in column `x` at a time in milliseconds, 0 to 1.
#[unsafe(no_mangle)]
pub extern "C" fn height(x: u32, milliseconds: f64) -> f64 {
    {{crate_name}}::height(x, milliseconds)
}

/// Elsewhere there is no page: the wave in letters.
#[cfg(not(target_family = "wasm"))]
fn main() {
    println!("{}", {{crate_name}}::line(0.0));
}
