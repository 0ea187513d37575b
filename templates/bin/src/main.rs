//! Says hello to everybody who is named on the command line.
use {{crate_name}}::greeting;

fn main() {
    let names: Vec<String> = std::env::args().skip(1).collect();
    println!("{}", greeting(&names));
}
