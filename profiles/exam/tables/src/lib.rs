//! Calls through the table: function pointers, trait objects, closures, and the destructors that boxes call.
use std::cell::Cell;

thread_local!(static DROPPED: Cell<i32> = const { Cell::new(0) });

trait Shape {
    fn area(&self) -> i32;
    fn name(&self) -> &'static str {
        "shape"
    }
}

struct Square(i32);
struct Line;

impl Shape for Square {
    fn area(&self) -> i32 {
        self.0 * self.0
    }
}

impl Shape for Line {
    fn area(&self) -> i32 {
        0
    }
    fn name(&self) -> &'static str {
        "line"
    }
}

impl Drop for Square {
    fn drop(&mut self) {
        DROPPED.with(|dropped| dropped.set(dropped.get() + self.0));
    }
}

fn twice(value: i32) -> i32 {
    value * 2
}

fn thrice(value: i32) -> i32 {
    value * 3
}

fn negated(value: i32) -> i32 {
    -value
}

static STEPS: [fn(i32) -> i32; 3] = [twice, thrice, negated];

#[no_mangle]
pub extern "C" fn step(which: usize, value: i32) -> i32 {
    STEPS[which](value)
}

#[no_mangle]
pub extern "C" fn shapes(side: i32) -> i32 {
    let all: Vec<Box<dyn Shape>> = vec![Box::new(Square(side)), Box::new(Line), Box::new(Square(side + 1))];
    let areas: i32 = all.iter().map(|shape| shape.area() + shape.name().len() as i32).sum();
    drop(all);
    areas * 100 + DROPPED.with(Cell::get)
}

#[no_mangle]
pub extern "C" fn closures(count: i32) -> i32 {
    let all: Vec<Box<dyn Fn(i32) -> i32>> = (0..count).map(|n| if n % 2 == 0 { Box::new(move |v| v + n) as Box<dyn Fn(i32) -> i32> } else { Box::new(move |v| v * n) }).collect();
    all.iter().fold(1, |value, next| next(value))
}
