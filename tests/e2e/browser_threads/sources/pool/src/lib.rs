use rayon::prelude::*;
use wasm_bindgen::prelude::*;
pub use wasm_bindgen_rayon::init_thread_pool;

#[wasm_bindgen]
pub fn sum_of_squares(count: u32) -> f64 {
    (0..count).into_par_iter().map(|n| f64::from(n) * f64::from(n)).sum()
}

#[wasm_bindgen]
pub fn threads() -> usize {
    rayon::current_num_threads()
}
