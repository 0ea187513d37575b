use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    pub fn alert(text: &str);

    #[wasm_bindgen(js_namespace = console, js_name = log)]
    pub fn log_pair(first: &str, second: u32);

    pub type Widget;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Widget;
    #[wasm_bindgen(method, getter)]
    pub fn width(this: &Widget) -> u32;

    pub type Gadget;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Gadget;
}

#[wasm_bindgen(module = "/src/helper.js")]
extern "C" {
    fn helper(x: u32) -> u32;
}

#[wasm_bindgen]
pub struct Counter {
    pub value: u32,
}

#[wasm_bindgen]
impl Counter {
    #[wasm_bindgen(constructor)]
    pub fn new() -> Counter {
        Counter { value: helper(1) }
    }
}
