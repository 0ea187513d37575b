wit_bindgen::generate!({ world: "calculator", path: "wit", generate_all });

use docs::adder::add::add;
use exports::docs::calculator::calculate::{Guest, Op};

struct Component;

impl Guest for Component {
    fn eval_expression(op: Op, x: u32, y: u32) -> u32 {
        match op {
            Op::Add => add(x, y),
        }
    }
}

export!(Component);
