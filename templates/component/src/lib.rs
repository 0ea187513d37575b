//! Roman numerals.

const LETTERS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// 14 → "XIV". Romans had no zero: that is the empty text.
pub fn roman(mut number: u32) -> String {
    let mut text = String::new();
    for (value, letters) in LETTERS {
        while number >= value {
            text += letters;
            number -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_and_nine_are_written_by_subtraction() {
        assert_eq!([4, 9, 14, 1994].map(roman), ["IV", "IX", "XIV", "MCMXCIV"]);
    }

    #[test]
    fn nothing_is_written_for_zero() {
        assert_eq!(roman(0), "");
    }
}
