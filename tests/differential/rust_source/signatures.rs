// Each function is called, so that rustc declares its type.
#![no_std]
use core::ffi::*;

pub type Handle = u64;
#[repr(transparent)]
pub struct Wrapped(pub f32);
#[repr(u8)]
pub enum Small {
    A,
}
#[repr(C)]
pub struct Pair {
    a: u32,
    b: u32,
}
pub trait Tr {}

#[link(wasm_import_module = "m")]
extern "C" {
    fn import_none();
    fn import_small(a: u8, b: i8, c: u16, d: i16, e: bool, f: char) -> u8;
    fn import_wide(a: u64, b: i64, c: usize, d: isize) -> i64;
    fn import_float(a: f32, b: f64) -> f64;
    fn import_pointers(a: *const u8, b: *mut Pair, c: &u8, d: &mut [u8; 4], e: *const c_void) -> *const u8;
    fn import_functions(a: extern "C" fn(i64) -> f32, b: Option<unsafe extern "C" fn()>) -> Option<extern "C" fn()>;
    fn import_nullable(a: Option<&u8>, b: Option<core::ptr::NonNull<u8>>, c: core::num::NonZeroU64, d: Option<core::num::NonZeroU32>);
    fn import_big(a: i128, b: u8, c: u128);
    fn import_big_result(a: u8) -> i128;
    fn import_fat(a: &str, b: &[u8], c: &dyn Tr, d: *const [u16]);
    fn import_fat_result() -> &'static str;
    fn import_unit(a: (), b: u8) -> ();
    fn import_never(a: u8) -> !;
    fn import_c(a: c_int, b: c_long, c: c_longlong, d: c_char, e: c_double, f: c_float) -> c_ulong;
    fn import_names(a: Handle, b: Wrapped, c: Small) -> Handle;
    fn import_variadic(a: u8, ...) -> i32;
    fn import_unknown_pair(a: Pair) -> Pair;
    fn import_unknown_array(a: [u8; 4]);
}

pub unsafe fn call_all(
    pair: *mut Pair,
    byte: &'static u8,
    bytes: &mut [u8; 4],
    object: &dyn Tr,
    f: extern "C" fn(i64) -> f32,
    nonzero: core::num::NonZeroU64,
) {
    import_none();
    import_small(1, 2, 3, 4, true, 'x');
    import_wide(1, 2, 3, 4);
    import_float(1.0, 2.0);
    import_pointers(byte, pair, byte, bytes, core::ptr::null());
    import_functions(f, None);
    import_nullable(Some(byte), None, nonzero, None);
    import_big(1, 2, 3);
    import_big_result(1);
    import_fat("", &[], object, &[1]);
    import_fat_result();
    import_unit((), 1);
    import_c(1, 2, 3, 4, 5.0, 6.0);
    import_names(1, Wrapped(1.0), Small::A);
    import_variadic(1, 2);
    import_unknown_pair(core::ptr::read(pair));
    import_unknown_array([1; 4]);
    import_never(1);
}
