#include <cargo_wasm/rust/wasm_signature.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm::rust;

namespace {

/// Of the only foreign function in the text.
std::string signature(std::string_view text, CAbi abi = CAbi::standard)
{
  const ForeignItems found = read_foreign_items(text);
  REQUIRE(found.blocks.size() == 1);
  REQUIRE(found.blocks.front().items.size() == 1);
  const auto out = TypeNames(text).signature(found.blocks.front(), found.blocks.front().items.front(), abi);
  return out ? to_string(*out) : "unknown";
}

std::string of(std::string_view declaration, CAbi abi = CAbi::standard)
{
  return signature("use core::ffi::*; extern \"C\" { fn f" + std::string(declaration) + "; }", abi);
}

} // namespace

TEST_CASE("wasm signature: scalars and pointers", "[rust][signature]")
{
  CHECK(of("()") == "() -> ()");
  CHECK(of("(a: u8, b: i16, c: char, d: bool, e: usize) -> i64") == "(i32, i32, i32, i32, i32) -> i64");
  CHECK(of("(a: f32, b: f64, c: u64, d: ()) -> !") == "(f32, f64, i64) -> ()");
  CHECK(of("(a: *const c_void, b: &'a mut [u8; 4], c: extern \"C\" fn(i64) -> f32, d: Option<unsafe fn()>)") ==
        "(i32, i32, i32, i32) -> ()");
  CHECK(of("(a: c_int, b: c_longlong, c: core::ffi::c_double, d: libc::size_t)") == "(i32, i64, f64, i32) -> ()");
  CHECK(of("(a: Option<&u8>, b: Option<core::ptr::NonNull<T>>, c: Box<X>, d: core::num::NonZeroU64, e: Option<core::num::NonZeroU64>)") ==
        "(i32, i32, i32, i64, i64) -> ()");
  CHECK(of("(a: i32, ...)") == "(i32, i32) -> ()");
}

TEST_CASE("wasm signature: pairs go behind a pointer, and results behind the first parameter", "[rust][signature]")
{
  CHECK(of("(a: i128)") == "(i64, i64) -> ()");
  CHECK(of("(a: u8) -> u128") == "(i32, i32) -> ()");
  CHECK(of("(a: &str, b: *const [u8], c: &dyn Fn()) -> &[u8]") == "(i32, i32, i32, i32) -> ()");
  // Before 1.89 they were split, and how is not known here.
  CHECK(of("(a: &str)", CAbi::split) == "unknown");
  CHECK(of("(a: *const u8)", CAbi::split) == "(i32) -> ()");
}

TEST_CASE("wasm signature: names are followed through the crate", "[rust][signature]")
{
  CHECK(signature(R"(
    pub type Handle = u64;
    mod types { pub type Other = super::Handle; #[repr(transparent)] pub struct Wrapped(pub f32); #[repr(u8)] pub enum Kind { A, B } }
    mod imports { use super::*; use crate::types::{self, Wrapped as W, Kind};
      extern "C" { fn f(a: Handle, b: types::Other, c: W, d: Kind, e: crate::types::Wrapped, g: super::Handle); } }
  )") == "(i64, i64, f32, i32, f32, i64) -> ()");
  CHECK(signature("type Bytes = [u8]; extern \"C\" { fn f(a: *const Bytes) -> *const Bytes; }") == "(i32, i32) -> ()");
}

TEST_CASE("wasm signature: what is not seen is unknown", "[rust][signature]")
{
  CHECK(of("(a: Handle)") == "unknown");
  CHECK(of("(a: other::Handle)") == "unknown");
  CHECK(of("(a: <T as U>::V)") == "unknown");
  CHECK(of("(a: Option<u32>)") == "unknown");
  CHECK(of("(a: (u32, u32))") == "unknown");
  CHECK(of("(a: [u8; 4])") == "unknown");
  CHECK(signature("struct S { a: u32, b: u32 } extern \"C\" { fn f(a: S); }") == "unknown");
  CHECK(signature("extern \"Rust\" { fn f(a: u32); }") == "unknown");
  CHECK(signature("extern \"C\" { static F: u32; }") == "unknown");
  // A name that a body defines again.
  CHECK(signature("type H = u32; fn g() { type H = u64; extern \"C\" { fn f(a: H); } }") == "unknown");
  // Circles.
  CHECK(signature("type A = B; type B = A; extern \"C\" { fn f(a: A); }") == "unknown");
  CHECK(signature("use self::a::X; mod a { pub use super::X; } extern \"C\" { fn f(a: X); }") == "unknown");
  CHECK(of("(a: " + std::string(10'000, '(') + "u8" + std::string(10'000, ')') + ")") == "unknown");
}
