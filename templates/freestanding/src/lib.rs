//! What the program does, without std and without a system: tests run anywhere.
#![cfg_attr(not(test), no_std)]

/// A part of the memory, as WASI takes it (`ciovec`).
#[repr(C)]
pub struct Piece {
    pub start: *const u8,
    pub size: usize,
}

/// Hands a text to `output`, again where only a part of it was taken; false where it fails.
#[inline]
pub fn write(mut text: &[u8], mut output: impl FnMut(&Piece, &mut usize) -> i32) -> bool {
    while !text.is_empty() {
        let mut written = 0;
        let status = output(&Piece { start: text.as_ptr(), size: text.len() }, &mut written);
        let Some(rest) = text.get(written..) else { return false };
        if status != 0 || written == 0 {
            return false;
        }
        text = rest;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_is_handed_over_again() {
        let mut taken = Vec::new();
        let whole = write(b"hello", |piece, written| {
            *written = piece.size.min(2);
            taken.extend_from_slice(unsafe { std::slice::from_raw_parts(piece.start, *written) });
            0
        });
        assert!(whole);
        assert_eq!(taken, b"hello");
    }

    #[test]
    fn a_failure_ends_it() {
        assert!(!write(b"hello", |_, _| 8));
        assert!(!write(b"hello", |_, _| 0));
    }
}
