//! The same library for hosts that are not Rust: a module that imports nothing.
use {{crate_name}}_text::frequencies;

/// Memory for a text that the host writes.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; size].into_boxed_slice()).cast()
}

/// How many different words the text has that the host has written to what `allocate` gave it; frees the memory.
///
/// # Safety
/// `start` is from `allocate`, with the same size, and was not counted yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn different_words(start: *mut u8, size: usize) -> usize {
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, size)) };
    frequencies(&String::from_utf8_lossy(&bytes)).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_once() {
        let text = b"one two one";
        let start = allocate(text.len());
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), start, text.len());
            assert_eq!(different_words(start, text.len()), 2);
        }
    }
}
