/// A copy and a fill, for which 1.87 and later emit bulk memory instructions.
#[no_mangle]
pub extern "C" fn copy(size: usize) -> u8 {
    let first = vec![7; size];
    let mut second = first.clone();
    second.extend_from_slice(&first);
    second[size]
}
