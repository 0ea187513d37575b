#include <cargo_wasm/rust/foreign_items.hpp>
#include <cargo_wasm/rust/split_block.hpp>

#include <algorithm>
#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::rust;

namespace {

/// Every item with its module, as `name@module`; sorted.
std::vector<std::string> imports(std::string_view text)
{
  std::vector<std::string> out;
  for (const ForeignBlock& block : read_foreign_items(text).blocks) {
    for (const ForeignItem& item : block.items) {
      out.push_back(item.name + "@" + block.wasm_import_module().value_or("") + " " + block.abi + (block.is_unsafe ? " unsafe" : "") + " " +
                    std::to_string(item.attributes.size()) + item.result + std::to_string(item.parameters.size()));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// The edit of the n-th block.
std::string edited(std::string_view text, std::vector<std::string> names, std::size_t block = 0)
{
  const std::uint32_t begin = read_foreign_items(text).blocks.at(block).span.begin;
  const auto out = declare_imports(text, {{begin, std::move(names)}});
  REQUIRE(out);
  return *out;
}

} // namespace

TEST_CASE("split: only what needs it moves, with its comments and attributes", "[rust][split]")
{
  CHECK(edited(R"(mod ffi {
    // Of the library.
    #[cfg(feature = "x")]
    #[link(name = "lib")]
    unsafe extern "C" {
        #![allow(improper_ctypes)]
        // A section.

        /// Stays.
        pub fn from_c(x: i32);

        // A word about it.
        /// Provided by the host.
        #[link_name = "host-log"]
        pub fn host_log(p: *const u8, n: usize); // behind

        pub safe static KEPT: u8;
        pub static MOVED: u8; /* a */
    }
}
)",
               {"host_log", "MOVED"}) == R"(mod ffi {
    // Of the library.
    #[cfg(feature = "x")]
    #[link(name = "lib")]
    unsafe extern "C" {
        #![allow(improper_ctypes)]
        // A section.

        /// Stays.
        pub fn from_c(x: i32);

        pub safe static KEPT: u8;
    }

    #[cfg(feature = "x")]
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        #![allow(improper_ctypes)]
        // A word about it.
        /// Provided by the host.
        #[link_name = "host-log"]
        pub fn host_log(p: *const u8, n: usize); // behind
        pub static MOVED: u8; /* a */
    }
}
)");
}

TEST_CASE("split: a block that needs it as a whole gets the attribute", "[rust][split]")
{
  CHECK(edited("  extern \"C\" {\n    fn a();\n    type T;\n  }\n", {"a"}) ==
        "  #[link(wasm_import_module = \"env\")]\n  extern \"C\" {\n    fn a();\n    type T;\n  }\n");
  CHECK(edited("mod m { extern { fn a(); } }", {"a"}) == "mod m { #[link(wasm_import_module = \"env\")] extern { fn a(); } }");
  CHECK(edited("#[link(name = \"n\", wasm_import_module = \"old\")]\nextern { fn a(); }", {"a"}) ==
        "#[link(name = \"n\", wasm_import_module = \"env\")]\nextern { fn a(); }");
}

TEST_CASE("split: blocks on one line, and the line ends of the file", "[rust][split]")
{
  CHECK(edited("mod m { extern \"C\" { fn a(); fn b(); fn c(); } }", {"b"}) ==
        "mod m { extern \"C\" { fn a(); fn c(); } #[link(wasm_import_module = \"env\")] extern \"C\" { fn b(); } }");
  CHECK(edited("extern {\r\n  fn a();\r\n  fn b();\r\n}\r\n", {"a"}) ==
        "extern {\r\n  fn b();\r\n}\r\n\r\n#[link(wasm_import_module = \"env\")]\r\nextern {\r\n  fn a();\r\n}\r\n");
  CHECK(edited("extern { fn a(); fn b(); }", {"b"}) ==
        "extern { fn a(); }\n\n#[link(wasm_import_module = \"env\")]\nextern {\n    fn b();\n}");
}

TEST_CASE("split: a block among a macro's arguments, and several at once", "[rust][split]")
{
  constexpr std::string_view k_text = "cfg_if! { if #[cfg(x)] {\n    extern { fn a(); fn b(); }\n} }\nextern { fn c(); }\n";
  const auto first = static_cast<std::uint32_t>(k_text.find("extern"));
  const auto second = static_cast<std::uint32_t>(k_text.rfind("extern"));
  CHECK(declare_imports(k_text, {{first, {"a"}}, {second, {"c"}}}, "host").value() ==
        "cfg_if! { if #[cfg(x)] {\n    extern { fn b(); }\n\n    #[link(wasm_import_module = \"host\")]\n    extern {\n        fn a();\n   "
        " }\n} }\n"
        "#[link(wasm_import_module = \"host\")]\nextern { fn c(); }\n");
}

TEST_CASE("split: what cannot be edited is refused", "[rust][split]")
{
  const auto problem = [](std::string_view text, std::vector<BlockEdit> edits) {
    const auto out = declare_imports(text, std::move(edits));
    REQUIRE_FALSE(out);
    return out.error().id + ": " + out.error().message;
  };
  CHECK(problem("fn f() {}", {{3, {"a"}}}) == "CW0665: no extern block begins at byte 3");
  CHECK(problem("extern { fn b(); }", {{0, {"a"}}}) == "CW0666: the extern block has no function or static `a`");
  CHECK(problem("#[wasm_bindgen] extern { fn a(); }", {{16, {"a"}}}) ==
        "CW0667: the attribute macro `#[wasm_bindgen]` decides what the extern block means");
  CHECK(problem("#[cfg_attr(x, link(name = \"l\"), allow(y))]\nextern { fn a(); fn b(); }", {{43, {"a"}}}) ==
        "CW0667: `#[cfg_attr(x, link(name = \"l\"), allow(y))]` holds more than one attribute");
}

TEST_CASE("split: the same items come out, and only the chosen ones changed their module", "[rust][split]")
{
  // Every subset of a block with one item of each shape.
  constexpr std::string_view k_text =
      "/// Doc.\nextern \"C-unwind\" { fn a(x: u8) -> u8; // a\n /* b */ fn b(); #[cfg(x)] fn c();\n\n    // d\n    static D: u8;\n"
      "    pub fn e(f: extern \"C\" fn(u8));\n\n    fn g(); }\nfn other() {}\n";
  const std::vector<std::string> names{"a", "b", "c", "D", "e", "g"};
  for (unsigned subset = 1; subset < 64; ++subset) {
    std::vector<std::string> chosen;
    for (unsigned i = 0; i < 6; ++i) {
      if ((subset >> i & 1U) != 0) {
        chosen.push_back(names[i]);
      }
    }
    const std::string out = edited(k_text, chosen);
    auto expected = imports(k_text);
    for (std::string& item : expected) {
      const std::string name = item.substr(0, item.find('@'));
      if (std::find(chosen.begin(), chosen.end(), name) != chosen.end()) {
        item.insert(item.find('@') + 1, "env");
      }
    }
    std::sort(expected.begin(), expected.end());
    CHECK(imports(out) == expected);
    for (const std::string_view comment : {"// a\n", "/* b */", "// d\n", "/// Doc.\n"}) {
      const auto first = out.find(comment);
      CHECK(first != std::string::npos);
      CHECK(out.find(comment, first + 1) == std::string::npos);
    }
  }
}

TEST_CASE("an edit of nonsense that would make a type appear is refused", "[rust][split]")
{
  const std::string_view text = "#[link(was), l2extern \"Cr#\"\" {\n   ::// Docr#\".\n    #[link_name = \"#![x\"]\n    pub = { extern { fn "
                                "g(_: T)size) -> i32; // a\n"
                                "    static B: u8;\n}\niwasm_impor..); type T; m!{} }";
  const ForeignItems items = read_foreign_items(text, Edition::e2024);
  for (const ForeignBlock& block : items.blocks) {
    for (const ForeignItem& item : block.items) {
      const auto edited = declare_imports(text, {{block.span.begin, {item.name}}}, "env", Edition::e2024);
      if (!edited) {
        CHECK((edited.error().id == "CW0668" || edited.error().id == "CW0666"));
        continue;
      }
      const auto count = [](const ForeignItems& all) {
        std::size_t sum = 0;
        for (const ForeignBlock& one : all.blocks) {
          sum += one.items.size();
        }
        return sum;
      };
      CHECK(count(read_foreign_items(*edited, Edition::e2024)) == count(items));
    }
  }
}
