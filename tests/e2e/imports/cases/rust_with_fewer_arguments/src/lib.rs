pub use second::measure;

#[no_mangle]
pub extern "C" fn run(x: i32) -> i32 {
    first::ask(x)
}
