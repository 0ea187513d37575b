//! A page: imported functions of every kind that wasm-bindgen has, a closure, a promise, an exported class.
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    fn alert(text: &str);
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn log_two(first: &str, second: &JsValue);
    type Widget;
    #[wasm_bindgen(constructor)]
    fn new(name: &str) -> Widget;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Widget) -> f64;
    #[wasm_bindgen(method, catch)]
    fn draw(this: &Widget) -> Result<(), JsValue>;
}

#[wasm_bindgen(module = "/src/helper.js")]
extern "C" {
    fn helper(value: u32) -> u32;
}

#[wasm_bindgen]
pub struct Page {
    title: String,
}

#[wasm_bindgen]
impl Page {
    #[wasm_bindgen(constructor)]
    pub fn new(title: String) -> Page {
        Page { title }
    }

    pub async fn show(self, promise: js_sys::Promise) -> Result<JsValue, JsValue> {
        let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
        document.set_title(&self.title);
        let paragraph = document.create_element("p")?;
        paragraph.set_text_content(Some(&format!("{}", helper(7))));
        let widget = Widget::new("clock");
        widget.draw()?;
        log_two("width", &widget.width().into());
        let closure = Closure::once_into_js(|| alert("closed"));
        web_sys::console::log_1(&closure);
        JsFuture::from(promise).await
    }
}
