//! What the plugin does, apart from its border: tests need no host.

/// Each letter of the alphabet moved on by `shift`; others stay.
pub fn shifted(text: &str, shift: u32) -> String {
    let moved = |letter: char, first: u8| {
        let place = (u32::from(letter) - u32::from(first) + shift % 26) % 26;
        char::from(first + place as u8)
    };
    text.chars()
        .map(|letter| match letter {
            'a'..='z' => moved(letter, b'a'),
            'A'..='Z' => moved(letter, b'A'),
            _ => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_move_and_others_stay() {
        assert_eq!(shifted("Hello, Zoë!", 13), "Uryyb, Mbë!");
    }

    #[test]
    fn twice_thirteen_is_where_it_was() {
        assert_eq!(shifted(&shifted("Attack at dawn", 13), 13), "Attack at dawn");
        assert_eq!(shifted("abc", u32::MAX), shifted("abc", u32::MAX % 26));
    }
}
