// What a Rust text imports and what it exports by name: the items of its `extern` blocks, and definitions whose linker name is fixed.
//
// The text may be a file as written or a whole crate as `rustc -Zunpretty=expanded` prints it. Blocks are found wherever Rust allows an
// item: in modules, in functions' bodies, in `const _: () = { … }`. Macro calls and macro definitions are opaque, as they are to a parser;
// `locate.hpp` looks into them. Text that is no valid Rust yields what can be understood of it.
#pragma once
#include <cargo_wasm/rust/lexer.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::rust {

struct Attribute
{
  std::string path;                    ///< `link`, `cfg`, `wasm_bindgen::prelude::wasm_bindgen`
  std::string text;                    ///< all of it in customary form, without `#[…]` and `unsafe(…)`: `link(name = "m")`
  std::optional<std::string> value;    ///< of `path = "…"`: what the literal stands for
  std::vector<std::string> conditions; ///< predicates of the `cfg_attr`s around it, outermost first
  Span span;                           ///< `#[…]` as written; contents of one `cfg_attr` share it
  Span arguments;                      ///< inside the delimiters behind the path, or behind `=`; empty if there are none
  bool is_unsafe = false;              ///< written `unsafe(…)`
  bool is_inner = false;               ///< written `#![…]`
  bool operator==(const Attribute&) const = default;
};

/// `#[link(…)]`
struct LinkAttribute
{
  std::optional<std::string> name;
  std::optional<std::string> kind;
  std::optional<std::string> wasm_import_module;
  std::vector<std::string> conditions; ///< as Attribute::conditions
  Span span;
  bool operator==(const LinkAttribute&) const = default;
};

/// Where something stands among modules and bodies.
struct Place
{
  std::vector<std::string> modules;    ///< from the text's root, which is not named: {"a", "b"} for a::b
  std::vector<std::string> bodies;     ///< around it, innermost last: {"const _", "impl Cast for Widget", "fn instance"}; empty in a module
  std::vector<std::string> conditions; ///< `cfg` predicates of what is around it
  bool operator==(const Place&) const = default;
};

enum class Safety : std::uint8_t { unspecified, safe, unsafe };

struct ForeignItem
{
  enum class Kind : std::uint8_t { function, variable, type } kind = Kind::function;
  std::string name; ///< without `r#`
  std::optional<std::string> link_name;
  Safety safety = Safety::unspecified;
  bool is_mutable = false;             ///< `static mut`
  bool is_variadic = false;            ///< C's `...`
  std::vector<std::string> parameters; ///< their types in customary form: `*const u8`
  std::string result;                  ///< of functions: empty where none is written; of variables: the type
  std::vector<Attribute> attributes;
  std::vector<std::string> conditions; ///< its own `cfg` predicates
  Span span;                           ///< from its visibility or keyword to the semicolon
  Span name_span;
  bool operator==(const ForeignItem&) const = default;

  /// The name that the linker sees.
  [[nodiscard]] const std::string& symbol() const { return link_name ? *link_name : name; }
};

struct ForeignBlock
{
  std::string abi = "C";
  bool is_unsafe = false;
  std::vector<Attribute> attributes; ///< outer ones, then inner ones
  std::vector<LinkAttribute> links;
  std::vector<std::string> conditions; ///< its own `cfg` predicates
  std::vector<ForeignItem> items;
  Place place;
  Span span; ///< from `unsafe` or `extern` to the closing brace; an attribute is inserted at its begin
  Span body; ///< between the braces
  bool operator==(const ForeignBlock&) const = default;

  /// The wasm module that its items are imported from, whatever the conditions; the last one written holds for rustc.
  [[nodiscard]] std::optional<std::string> wasm_import_module() const;
};

/// `#[no_mangle]`, `#[export_name = "…"]` or `#[link_section = "…"]` on a function or variable with a body.
struct LinkerDefinition
{
  enum class Kind : std::uint8_t { function, variable } kind = Kind::function;
  std::string name;
  std::optional<std::string> symbol; ///< nullopt where only a section is given
  std::optional<std::string> link_section;
  std::string signature; ///< `extern "C" fn f(x: i32) -> i32`, `static X: u8`
  std::vector<std::string> conditions;
  Place place;
  Span name_span;
  bool operator==(const LinkerDefinition&) const = default;
};

struct ForeignItems
{
  std::vector<ForeignBlock> blocks; ///< in the order of the text
  std::vector<LinkerDefinition> definitions;
  bool operator==(const ForeignItems&) const = default;
};

/// Cost: linear in the text; memory about 8 times the text's. Never fails.
[[nodiscard]] ForeignItems read_foreign_items(std::string_view text, Edition edition = Edition::e2021);

/// `a::b`; empty for the root.
[[nodiscard]] std::string to_string(const std::vector<std::string>& modules);

} // namespace cargo_wasm::rust
