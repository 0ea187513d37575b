//! Statistics of texts: for Rust `count`, for other languages exported functions over the module's memory.

/// How many lines, words and characters a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub lines: usize,
    pub words: usize,
    pub characters: usize,
}

pub fn count(text: &str) -> Count {
    Count { lines: text.lines().count(), words: text.split_whitespace().count(), characters: text.chars().count() }
}

/// Memory for a text that the caller writes into the module.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; size].into_boxed_slice()).cast()
}

/// Frees what `allocate` gave.
///
/// # Safety
/// `start` is from `allocate`, with the same size, and was not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(start: *mut u8, size: usize) {
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, size)) });
}

/// The words of a text in UTF-8; -1 if it is none.
///
/// # Safety
/// `start` is from `allocate`, with the same size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn count_words(start: *const u8, size: usize) -> i32 {
    let bytes = unsafe { std::slice::from_raw_parts(start, size) };
    std::str::from_utf8(bytes).map_or(-1, |text| count(text).words as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_words_and_characters() {
        assert_eq!(count("one two\nthrée\n"), Count { lines: 2, words: 3, characters: 14 });
        assert_eq!(count(""), Count::default());
    }

    #[test]
    fn exported_functions_count_what_was_written_into_memory() {
        for (text, words) in [(&b"one two three"[..], 3), (b"\xff", -1)] {
            let start = allocate(text.len());
            unsafe {
                std::ptr::copy_nonoverlapping(text.as_ptr(), start, text.len());
                assert_eq!(count_words(start, text.len()), words);
                release(start, text.len());
            }
        }
    }
}
