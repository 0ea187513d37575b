// Declarations and definitions of every shape whose form in bitcode matters to who reads it.
#![allow(dead_code, improper_ctypes, improper_ctypes_definitions, static_mut_refs)]

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    pub a: i32,
    pub b: f64,
}
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Single {
    pub a: i64,
}
#[repr(C)]
pub union Either {
    pub a: i64,
    pub b: f32,
}

#[link(wasm_import_module = "host")]
extern "C" {
    fn log(text: *const u8, length: usize) -> i32;
    #[link_name = "renamed-thing \"quoted\""]
    fn renamed(a: u64, b: f32) -> f64;
    fn by_value(pair: Pair, single: Single) -> Pair;
    fn either(value: Either);
    fn small(a: bool, b: i8, c: u16) -> i8;
    fn wide(a: u128, b: i128) -> u128;
}
#[link(wasm_import_module = "other:host/api@1.0.0")]
extern "C" {
    #[link_name = "log"]
    fn log_elsewhere(a: i32);
}
extern "C" {
    fn bare(x: i32);
    fn variadic(format: *const u8, ...) -> i32;
    static ELSEWHERE: i32;
    static mut CHANGES: [u8; 12];
}

pub trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> &'static str {
        "shape"
    }
}
pub struct Square(f64);
impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
pub struct Logged(Pair);
impl Shape for Logged {
    fn area(&self) -> f64 {
        unsafe { by_value(self.0, Single { a: 1 }).b }
    }
}

pub static TABLE: [unsafe extern "C" fn(i32); 2] = [bare, log_elsewhere];
pub static NAMES: [&str; 3] = ["one", "two @three", "four"];
static mut COUNTER: u64 = 0;
thread_local! {
    static LOCAL: std::cell::Cell<u32> = const { std::cell::Cell::new(7) };
}

#[no_mangle]
pub extern "C" fn run(text: &mut Vec<u8>, which: usize) -> f64 {
    unsafe {
        text.push(log(text.as_ptr(), text.len()) as u8);
        COUNTER += 1;
        CHANGES[which % 12] = ELSEWHERE as u8;
        TABLE[which % 2](COUNTER as i32);
        LOCAL.with(|local| local.set(local.get() + 1));
        renamed(COUNTER, 1.5)
    }
}
#[no_mangle]
pub extern "C" fn struct_result(pair: Pair) -> Pair {
    unsafe { by_value(pair, Single { a: wide(1, -1) as i64 }) }
}
#[inline(never)]
pub fn two_results(a: i32) -> (i32, u64) {
    unsafe { (small(a > 3, a as i8, a as u16) as i32, variadic(b"%d\0".as_ptr(), a) as u64) }
}
#[export_name = "exported with a space"]
pub fn shapes() -> Vec<Box<dyn Shape>> {
    unsafe { either(Either { b: two_results(3).0 as f32 }) };
    vec![Box::new(Square(2.0)), Box::new(Logged(Pair { a: 1, b: 2.0 }))]
}
#[target_feature(enable = "simd128")]
#[no_mangle]
pub unsafe fn vectors(a: std::arch::wasm32::v128) -> std::arch::wasm32::v128 {
    std::arch::wasm32::i32x4_add(a, a)
}
pub fn generic<T: std::fmt::Debug>(value: T) -> String {
    format!("{value:?} {}", NAMES[1])
}
pub fn uses_generic() -> usize {
    generic(Some(1_u8)).len() + generic("text").len()
}
