//! Prints the Roman numerals of numbers on the command line.
use {{crate_name}}::roman;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        println!("{}", (1..=10).map(roman).collect::<Vec<_>>().join(" "));
    }
    for argument in arguments {
        match argument.parse() {
            Ok(number @ 1..=3999) => println!("{number} is {}", roman(number)),
            _ => eprintln!("`{argument}` is no number from 1 to 3999"),
        }
    }
}
