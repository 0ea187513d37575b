#include <cargo_wasm/rust/demangle.hpp>

#include <support/catch.hpp>

using cargo_wasm::rust::demangle;

TEST_CASE("demangle: the examples of RFC 2603 and of rustc's book", "[rust][demangle]")
{
  CHECK(demangle("_RNvCs1234_7mycrate3foo") == "mycrate::foo");
  CHECK(demangle("_RINvNtC3std3mem8align_ofjdE") == "std::mem::align_of::<usize, f64>");
  CHECK(demangle("_RNvMs_NtNtC4core3num5u8") == "_RNvMs_NtNtC4core3num5u8");
  CHECK(demangle("_RNCNvC7mycrate4main0B3_") == "mycrate::main::{closure#0}");
  CHECK(demangle("_RNvXs_C7mycrateNtB4_6StructNtB4_5Trait3foo") == "<mycrate::Struct as mycrate::Trait>::foo");
  CHECK(demangle("_RNvMC7mycrateNtB2_6Struct3new") == "<mycrate::Struct>::new");
}

TEST_CASE("demangle: types of every kind", "[rust][demangle]")
{
  CHECK(demangle("_RINvC1a1fRhQePOcE") == "a::f::<&u8, &mut str, *const *mut char>");
  CHECK(demangle("_RINvC1a1fTETxETxyEE") == "a::f::<(), (i64,), (i64, u64)>");
  CHECK(demangle("_RINvC1a1fAhj8_SzE") == "a::f::<[u8; 8], [!]>");
  CHECK(demangle("_RINvC1a1fFKCUhEuFUKCEuE") == "_RINvC1a1fFKCUhEuFUKCEuE");
  CHECK(demangle("_RINvC1a1fFUKChEuE") == "a::f::<unsafe extern \"C\" fn(u8)>");
  CHECK(demangle("_RINvC1a1fFEhE") == "a::f::<fn() -> u8>");
  CHECK(demangle("_RINvC1a1fDNtB2_1TEL_E") == "a::f::<dyn a::T>");
  CHECK(demangle("_RINvC1a1fDINtB2_1ThEp4ItemjEL_E") == "a::f::<dyn a::T<u8, Item = usize>>");
  CHECK(demangle("_RINvC1a1fFG_RL0_hEuE") == "a::f::<for<'a> fn(&'a u8)>");
}

TEST_CASE("demangle: constants", "[rust][demangle]")
{
  CHECK(demangle("_RINvC1a1fKj1f_Kln5_Kb1_Kc61_KpE") == "a::f::<31, -5, true, 'a', _>");
}

TEST_CASE("demangle: identifiers that are not ASCII", "[rust][demangle]")
{
  CHECK(demangle("_RNvC1au9bcher_kva") == "a::b\xc3\xbc"
                                          "cher");
}

TEST_CASE("demangle: the older form loses its hash and gets its characters back", "[rust][demangle]")
{
  CHECK(demangle("_ZN3app3run17h0123456789abcdefE") == "app::run");
  CHECK(demangle("_ZN59_$LT$core..fmt..Arguments$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE") ==
        "<core::fmt::Arguments as core::fmt::Display>::fmt");
  CHECK(demangle("_ZN4core3ptr31drop_in_place$LT$$RF$$RF$u8$GT$17h0123456789abcdefE") == "core::ptr::drop_in_place<&&u8>");
}

TEST_CASE("demangle: what is no Rust symbol stays as it is", "[rust][demangle]")
{
  for (const char* const name : {"main",
                                 "__wasm_call_ctors",
                                 "_ZN3app3runEv",
                                 "_ZN3app3run4fourE",
                                 "_R",
                                 "_RNv",
                                 "_RNvC99999999999999999999a",
                                 "_ZN",
                                 "_ZN3ap",
                                 ""}) {
    CHECK(demangle(name) == name);
  }
}

TEST_CASE("demangle: references that would multiply are cut short", "[rust][demangle]")
{
  // Each tuple names the one before it twice.
  std::string hostile = "_RINvC1a1fTuuE";
  std::size_t previous = 7;
  for (int i = 0; i < 40; ++i) {
    const std::size_t begin = hostile.size() - 2;
    const std::string digit =
        previous == 0 ? "_" : std::string(1, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[(previous - 1) % 62]) + "_";
    hostile += "TB" + digit + "B" + digit + "E";
    previous = begin < 62 ? begin : previous;
  }
  CHECK(demangle(hostile + "E").size() <= 5000);
  CHECK(demangle("_R" + std::string(100'000, 'N')) == "_R" + std::string(100'000, 'N'));
  CHECK(demangle("_RINvC1a1f" + std::string(100'000, 'R') + "hE").size() > 100'000);
}
