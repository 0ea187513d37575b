//! An SVG in, a PNG out: `resvg` as a library of a program in Node.
use resvg::{tiny_skia, usvg};
use wasm_bindgen::prelude::*;

/// The picture at `scale`, as a PNG.
pub fn png_of(svg: &str, scale: f32) -> Result<Vec<u8>, String> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or("no size")?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("no pixels")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

#[wasm_bindgen]
pub fn render(svg: &str, scale: f32) -> Result<Vec<u8>, JsError> {
    png_of(svg, scale).map_err(|error| JsError::new(&error))
}
