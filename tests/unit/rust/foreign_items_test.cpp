#include <cargo_wasm/rust/foreign_items.hpp>

#include <support/catch.hpp>

using namespace cargo_wasm::rust;

namespace {

ForeignBlock only_block(std::string_view text)
{
  const ForeignItems found = read_foreign_items(text);
  REQUIRE(found.blocks.size() == 1);
  return found.blocks.front();
}

/// "a b" of the blocks' items.
std::string names(std::string_view text)
{
  std::string out;
  for (const ForeignBlock& block : read_foreign_items(text).blocks) {
    for (const ForeignItem& item : block.items) {
      out += (out.empty() ? "" : " ") + item.name;
    }
  }
  return out;
}

} // namespace

TEST_CASE("foreign items: everything that a block says", "[rust][foreign]")
{
  constexpr std::string_view k_text = R"(
    #[link(wasm_import_module = "fastly_http_body")]
    #[cfg_attr(target_arch = "wasm32", allow(unused), link(name = "x", kind = "static"))]
    unsafe extern "C-unwind" {
        #![cfg(feature = "y")]
        /// Closes.
        #[link_name = "cl\u{6f}se"]
        #[cfg(unix)]
        pub(crate) safe fn shut(mut body: BodyHandle, #[allow(x)] _: *const [u8; 4], ...) -> FastlyStatus;
        pub static mut COUNT: Option<unsafe extern fn(i32, u8) -> (u8, u8)>;
        type Opaque;
        helper!(not, seen);
    }
)";
  const ForeignBlock block = only_block(k_text);
  CHECK(block.abi == "C-unwind");
  CHECK(block.is_unsafe);
  CHECK(block.wasm_import_module() == "fastly_http_body");
  REQUIRE(block.links.size() == 2);
  CHECK(block.links[1].name == "x");
  CHECK(block.links[1].kind == "static");
  CHECK(block.links[1].conditions == std::vector<std::string>{"target_arch = \"wasm32\""});
  CHECK(block.conditions == std::vector<std::string>{"feature = \"y\""});
  CHECK(block.span.of(k_text).substr(0, 24) == "unsafe extern \"C-unwind\"");
  CHECK(block.span.of(k_text).back() == '}');
  REQUIRE(block.items.size() == 3);

  const ForeignItem& function = block.items[0];
  CHECK(function.name == "shut");
  CHECK(function.symbol() == "close");
  CHECK(function.safety == Safety::safe);
  CHECK(function.is_variadic);
  CHECK(function.parameters == std::vector<std::string>{"BodyHandle", "*const [u8; 4]"});
  CHECK(function.result == "FastlyStatus");
  CHECK(function.conditions == std::vector<std::string>{"unix"});
  CHECK(function.name_span.of(k_text) == "shut");
  CHECK(function.span.of(k_text).substr(0, 10) == "pub(crate)");
  CHECK(function.span.of(k_text).back() == ';');

  CHECK(block.items[1].kind == ForeignItem::Kind::variable);
  CHECK(block.items[1].is_mutable);
  CHECK(block.items[1].result == "Option<unsafe extern fn(i32, u8) -> (u8, u8)>");
  CHECK(block.items[2].kind == ForeignItem::Kind::type);
}

TEST_CASE("foreign items: a block is found wherever an item may stand", "[rust][foreign]")
{
  const ForeignItems found = read_foreign_items(R"(
    mod a { pub mod b {
      #[cfg(x)] impl<const N: usize> Tr for W<{ N + 1 }> where T: Y, {
        fn m(&self) -> [u8; { 3 }] { loop { if let Some(x) = S { f: 1 } { extern "C" { fn deep(); } } } }
      }
    } }
    const _: () = { extern { fn anonymous(); } };
  )");
  REQUIRE(found.blocks.size() == 2);
  CHECK(to_string(found.blocks[0].place.modules) == "a::b");
  CHECK(found.blocks[0].place.bodies == std::vector<std::string>{"impl<const N: usize> Tr for W<{ N + 1 }> where T: Y,", "fn m"});
  CHECK(found.blocks[0].place.conditions == std::vector<std::string>{"x"});
  CHECK(found.blocks[1].place.modules.empty());
  CHECK(found.blocks[1].place.bodies == std::vector<std::string>{"const _"});
  CHECK(found.blocks[1].abi == "C");
}

TEST_CASE("foreign items: macros are closed, and what only looks like a block is none", "[rust][foreign]")
{
  CHECK(names("m! { extern { fn a(); } } macro_rules! n { () => { extern { fn b(); } } }") == "");
  CHECK(names("fn f() { let x = !{ 1 }; if !(y) { } x.m!(z); extern { fn c(); } }") == "c");
  CHECK(names("extern \"C\" fn d() {} extern crate e; static F: extern \"C\" fn() = d; type G = unsafe extern fn(); extern { fn h(); }") ==
        "h");
  CHECK(names("// extern { fn a(); }\nconst S: &str = r#\"extern { fn b(); }\"#; /* extern { fn c(); } */ extern { fn d(); }") == "d");
  CHECK(names("pub macro m($x:expr) { extern { fn a(); } } extern { fn b(); }") == "b");
}

TEST_CASE("foreign items: definitions with a linker name", "[rust][foreign]")
{
  const ForeignItems found = read_foreign_items(R"(
    #[no_mangle] pub extern "C" fn a(x: i32) -> i32 { x }
    #[unsafe(export_name = "b-c")] fn b() {}
    mod m { #[unsafe(link_section = ".init")] #[used] static C: u8 = 1; impl T { #[no_mangle] fn d() {} } }
    #[cfg_attr(wasm, no_mangle)] fn e() {}
    #[inline] fn plain() {}
  )");
  REQUIRE(found.definitions.size() == 5);
  CHECK(found.definitions[0].symbol == "a");
  CHECK(found.definitions[0].signature == "extern \"C\" fn a(x: i32) -> i32");
  CHECK(found.definitions[1].symbol == "b-c");
  CHECK(found.definitions[2].symbol == std::nullopt);
  CHECK(found.definitions[2].link_section == ".init");
  CHECK(found.definitions[2].signature == "static C: u8");
  CHECK(to_string(found.definitions[2].place.modules) == "m");
  CHECK(found.definitions[3].place.bodies == std::vector<std::string>{"impl T"});
  CHECK(found.definitions[4].symbol == "e");
}

TEST_CASE("foreign items: nested conditions say when an attribute counts", "[rust][foreign]")
{
  const ForeignBlock block = only_block(R"(
    #[cfg_attr(a, cfg_attr(all(b, c), link(wasm_import_module = r"m"), cfg(d)))]
    extern { #[cfg(not(e))] fn f(); }
  )");
  REQUIRE(block.links.size() == 1);
  CHECK(block.links[0].wasm_import_module == "m");
  CHECK(block.links[0].conditions == std::vector<std::string>{"a", "all(b, c)"});
  CHECK(block.conditions == std::vector<std::string>{"any(not(all(a, all(b, c))), d)"});
  CHECK(block.items[0].conditions == std::vector<std::string>{"not(e)"});
}

TEST_CASE("foreign items: broken text yields what can be understood", "[rust][foreign]")
{
  CHECK(names("fn f( { extern { fn a(); }") == "a");
  CHECK(names("extern \"C\" { fn a(); fn b( ; fn c(); ") == "");
  CHECK(names("} ) } extern { fn a(); }") == "a");
  CHECK(names("extern { fn ; fn a(); static ; type }") == "a");
}

TEST_CASE("foreign items: deep nesting costs no stack, and ends at 64 items", "[rust][foreign]")
{
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) {
      text += "mod a{fn b(){";
    }
    text += "extern{fn x();}";
    for (int i = 0; i < depth; ++i) {
      text += "}}";
    }
    return names(text);
  };
  CHECK(nested(31) == "x");
  CHECK(nested(50'000) == "");
  std::string conditions = "link(name = \"x\")";
  for (int i = 0; i < 1'000; ++i) {
    conditions = "cfg_attr(a, " + conditions + ")";
  }
  CHECK(only_block("#[" + conditions + "] extern {}").links.empty());
}
