//! A function of the host that may throw, in a program that catches its own panics.
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn may_throw(text: &str) -> Result<u32, JsValue>;
}

#[wasm_bindgen]
pub fn survive(text: &str) -> u32 {
    std::panic::catch_unwind(|| text.parse::<u32>().unwrap()).unwrap_or(7) + may_throw(text).unwrap_or(35)
}
