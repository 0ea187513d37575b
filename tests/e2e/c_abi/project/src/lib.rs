//! A C library that passes aggregates, called from Rust: each function with a number.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Point {
    x: i32,
    y: i32,
}

#[repr(C)]
pub struct Rect {
    from: Point,
    to: Point,
    scale: f64,
}

#[repr(C)]
pub struct One {
    value: i64,
}

#[repr(C)]
pub struct Nested {
    inner: One,
}

#[repr(C)]
pub struct Padded {
    small: i8,
    large: i64,
}

#[repr(C)]
pub struct Four {
    values: [i32; 4],
}

#[repr(C)]
pub union Number {
    whole: i32,
    fraction: f32,
}

extern "C" {
    fn norm(p: Point) -> i32;
    fn mirror(p: Point) -> Point;
    fn area(r: Rect) -> f64;
    fn single(o: One) -> i64;
    fn inner(n: Nested) -> i64;
    fn sum(p: Padded) -> i64;
    fn total(f: Four) -> i32;
    fn whole(n: Number) -> i32;
    fn wrap(value: i64) -> One;
    fn between(before: i32, p: Point, after: i32) -> i32;
}

pub const FUNCTIONS: i32 = 10;

#[no_mangle]
pub extern "C" fn run(function: i32, x: i32) -> f64 {
    let point = Point { x, y: -3 };
    unsafe {
        match function {
            0 => norm(point).into(),
            1 => {
                let turned = mirror(point);
                f64::from(1000 * turned.x + turned.y)
            }
            2 => area(Rect { from: point, to: Point { x: x + 4, y: 7 }, scale: 0.5 }),
            3 => single(One { value: x.into() }) as f64,
            4 => inner(Nested { inner: One { value: x.into() } }) as f64,
            5 => sum(Padded { small: 5, large: x.into() }) as f64,
            6 => total(Four { values: [1, x, 3, x] }).into(),
            7 => whole(Number { whole: x }).into(),
            8 => wrap(x.into()).value as f64,
            _ => between(x, point, 9).into(),
        }
    }
}
