//! Words of texts.
use std::collections::BTreeMap;

/// Each word and how often it occurs: the most frequent first, then by the alphabet.
pub fn frequencies(text: &str) -> Vec<(String, usize)> {
    let mut counts = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_lowercase()).or_insert(0) += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_word_is_first() {
        assert_eq!(frequencies("b a A c"), [("a".to_string(), 2), ("b".to_string(), 1), ("c".to_string(), 1)]);
    }
}
