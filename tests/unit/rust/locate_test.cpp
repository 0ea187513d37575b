#include <cargo_wasm/rust/locate.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::rust;
using cargo_wasm::test::FakeFilesystem;

namespace {

/// `name line:column+length evidence macro` of each item of the expanded text; behind it what else is known.
std::string located(std::string_view source, std::string_view expanded)
{
  FakeFilesystem fs;
  fs.add("/c/lib.rs", std::string(source));
  SourceMapOptions options;
  options.cfg = {{"unix", std::nullopt}};
  const auto map = read_source_map(fs, "/c/lib.rs", options);
  REQUIRE(map);
  const Locator locator(*map, expanded, Edition::e2021, options.cfg);
  std::string out;
  for (const ForeignBlock& block : locator.declared().blocks) {
    for (const ForeignItem& item : block.items) {
      const Location& found = locator.locate(item);
      out += (out.empty() ? "" : "; ") + item.name + " " + std::to_string(found.where.line) + ":" + std::to_string(found.where.column) +
             "+" + std::to_string(found.where.length) + " " + std::string(to_string(found.evidence));
      out += found.macro.empty() ? "" : " " + found.macro;
      out += found.definition ? " defined " + std::to_string(found.definition->line) : "";
      for (const base::TextSpan& other : found.alternatives) {
        out += " or " + std::to_string(other.line);
      }
    }
  }
  return out;
}

} // namespace

TEST_CASE("locate: an item that is written is found by module, bodies and cfg", "[rust][locate]")
{
  constexpr std::string_view k_source = R"(mod a {
  extern "C" { fn close(x: u32); }
}
mod b {
  #[cfg(windows)] extern "C" { fn close(x: u8); }
  #[cfg(unix)] extern "C" { fn close(x: u64); }
}
fn f() { extern "C" { fn close(); } }
)";
  CHECK(located(k_source,
                "mod a { extern \"C\" { fn close(x: u32); } } mod b { extern \"C\" { fn close(x: u64); } } fn f() { extern \"C\" { fn "
                "close(); } }") == "close 2:19+5 written; close 6:32+5 written; close 8:26+5 written");
}

TEST_CASE("locate: the span is what carets need", "[rust][locate]")
{
  FakeFilesystem fs{{"/c/lib.rs", "extern \"C\" {\r\n\tpub fn host_log(p: *const u8);\r\n}\r\n"}};
  const auto map = read_source_map(fs, "/c/lib.rs", {});
  const Locator locator(*map, "extern \"C\" { pub fn host_log(p: *const u8); }", Edition::e2021, {});
  const Location& found = locator.locate(locator.declared().blocks[0].items[0]);
  CHECK(found.where.file == "/c/lib.rs");
  CHECK(found.where.line == 2);
  CHECK(found.where.column == 9);
  CHECK(found.where.length == 8);
  CHECK(found.where.line_text == "\tpub fn host_log(p: *const u8);");
  REQUIRE(found.block);
  CHECK(found.block->begin == 0);
}

TEST_CASE("locate: a block among a macro's arguments", "[rust][locate]")
{
  CHECK(located("cfg_if! { if #[cfg(windows)] { extern { fn f(); } } else { extern { fn f(); } } }\nother! {\n extern { fn g(); } }",
                "extern { fn f(); } extern { fn g(); }") == "f 1:72+1 macro-arguments cfg_if!; g 3:14+1 macro-arguments other!");
}

TEST_CASE("locate: what an attribute macro made of a block", "[rust][locate]")
{
  constexpr std::string_view k_source = R"(#[wasm_bindgen]
extern "C" {
    fn alert(s: &str);
    type A;
    #[wasm_bindgen(constructor)] fn new() -> A;
    type B;
    #[wasm_bindgen(constructor)] fn new() -> B;
    #[cfg(windows)] fn width(this: &A);
    #[cfg(unix)] fn width(this: &A);
}
#[wasm_bindgen]
pub struct Counter { value: u32 }
)";
  CHECK(located(k_source,
                "fn alert() { extern { fn __wbg_alert_1(); } } impl B { fn new() { extern { fn __wbg_new_2(); } } }"
                "impl A { fn new() { extern { fn __wbg_new_3(); } } fn width() { extern { fn __wbg_width_4(); } } }"
                "const _: () = { impl Cast for A { fn instanceof() { extern { fn __wbg_instanceof_A_5(); } } } };"
                "const _: () = { impl From<Counter> for JsValue { fn from() { extern { fn __wbg_counter_new(); } } } };") ==
        "__wbg_alert_1 3:8+5 annotated-item #[wasm_bindgen]; __wbg_new_2 7:37+3 annotated-item #[wasm_bindgen]; "
        "__wbg_new_3 5:37+3 annotated-item #[wasm_bindgen]; __wbg_width_4 9:21+5 annotated-item #[wasm_bindgen]; "
        "__wbg_instanceof_A_5 4:10+1 resembling-item #[wasm_bindgen]; __wbg_counter_new 12:12+7 resembling-item #[wasm_bindgen]");
}

TEST_CASE("locate: what a macro call made", "[rust][locate]")
{
  constexpr std::string_view k_source = R"(macro_rules! inner { () => { extern "C" { fn hidden(); } } }
macro_rules! outer { ($x:ident) => { extern "C" { fn $x(); } inner!(); } }
outer!(shown);
wit! { "import beep: func();" }
println!("{}", shown);
)";
  CHECK(located(k_source, "extern { fn shown(); } extern { fn hidden(); } extern { #[link_name = \"beep\"] fn import0(); }") ==
        "shown 3:1+5 macro-token outer!; hidden 3:1+5 macro-definition outer! defined 1; import0 4:1+3 macro-text wit!");
}

TEST_CASE("locate: the neighbours decide where nothing else does, and say so where they cannot", "[rust][locate]")
{
  CHECK(located("struct A;\nfirst!();\nstruct B;\nsecond!();\n", "struct A; struct B; extern { fn x(); }") == "x 4:1+6 neighbours second!");
  CHECK(located("struct A;\nfirst!();\nsecond!();\nstruct B;\n", "struct A; extern { fn x(); } struct B;") ==
        "x 2:1+5 neighbours first! or 3");
  // In a module that only the macro knows.
  CHECK(located("mod m {\n  generate!();\n}", "mod m { mod made { extern { fn x(); } } }") == "x 2:3+8 neighbours generate!");
  CHECK(located("\nmod m {}", "mod m { extern { fn x(); } }") == "x 2:5+1 nothing");
}

TEST_CASE("locate: as many places as items are taken in their order", "[rust][locate]")
{
  CHECK(located("#[bind] extern { fn get(this: &T); }\n#[bind] extern { fn get(this: &T); }\n",
                "impl T { fn get() { extern { fn __a(); } } } impl T { fn get() { extern { fn __b(); } } }") ==
        "__a 1:21+3 annotated-item #[bind]; __b 2:21+3 annotated-item #[bind]");
  CHECK(located("#[bind] extern { fn get(this: &T); }\n#[bind] extern { fn get(this: &T); }\n",
                "impl T { fn get() { extern { fn __a(); } } }") == "__a 1:21+3 annotated-item #[bind] or 2");
}

TEST_CASE("locate: a place is told in words, with how sure it is", "[rust][locate]")
{
  Location found;
  found.where.file = "src/a.rs";
  found.where.line = 3;
  found.where.column = 8;
  const auto told = [&](Evidence evidence, std::string macro) {
    found.evidence = evidence;
    found.macro = std::move(macro);
    return describe(found);
  };
  CHECK(told(Evidence::written, "") == "declared at src/a.rs:3:8");
  CHECK(told(Evidence::macro_arguments, "cfg_if!") == "declared at src/a.rs:3:8, in the arguments of `cfg_if!`");
  CHECK(told(Evidence::annotated_item, "#[wasm_bindgen]") == "made by `#[wasm_bindgen]` from src/a.rs:3:8");
  CHECK(told(Evidence::neighbours, "m!") == "declared by macro `m!`, called at src/a.rs:3:8, to judge by the items around it");
  CHECK(told(Evidence::nothing, "") == "declared by a macro that was not found, in the module at src/a.rs:3:8");
  found.definition = found.where;
  found.definition->line = 1;
  found.alternatives = {found.where};
  CHECK(told(Evidence::macro_definition, "m!") ==
        "declared by macro `m!`, called at src/a.rs:3:8 and defined at src/a.rs:1:8, or at src/a.rs:3:8");
}
