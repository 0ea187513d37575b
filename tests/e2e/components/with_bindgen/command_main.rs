wit_bindgen::generate!({ world: "app", path: "wit", generate_all });

use docs::calculator::calculate::{eval_expression, Op};

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (x, y) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(2));
    println!("{x} + {y} = {}", eval_expression(Op::Add, x, y));
}
