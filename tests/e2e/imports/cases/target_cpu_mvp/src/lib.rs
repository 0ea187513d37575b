#[unsafe(no_mangle)]
pub extern "C" fn run(x: usize) -> usize {
    x.to_string().len()
}
