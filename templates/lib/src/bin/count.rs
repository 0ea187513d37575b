//! A small host of the library: counts a text.
use {{crate_name}}::count;

const RHYME: &str = "Humpty Dumpty sat on a wall,\nHumpty Dumpty had a great fall.\n";

fn main() {
    let text = std::env::args().nth(1).unwrap_or_else(|| RHYME.to_string());
    let counted = count(&text);
    println!("{} lines, {} words, {} characters", counted.lines, counted.words, counted.characters);
}
