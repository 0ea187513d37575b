//! The same for this machine: `native FILE.svg SCALE FILE.png`.
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let svg = std::fs::read_to_string(&words[1]).expect("the picture");
    std::fs::write(&words[3], picture::png_of(&svg, words[2].parse().expect("a scale")).expect("a PNG")).expect("written");
}
