//! Prints the words of a text, the most frequent first.
use {{crate_name}}_text::frequencies;

const RHYME: &str = "a sailor went to sea sea sea to see what he could see see see";

fn main() {
    let text = std::env::args().nth(1).unwrap_or_else(|| RHYME.to_string());
    for (word, count) in frequencies(&text).into_iter().take(3) {
        println!("{count} {word}");
    }
}
