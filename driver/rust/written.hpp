// What stands in a crate's files that a foreign item can have come from.
#pragma once
#include "cfg_state.hpp"
#include "items.hpp"

#include <cargo_wasm/rust/source_map.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace cargo_wasm::rust {

/// A macro that makes items: a call, an attribute macro or a derive.
struct Invocation
{
  enum class Kind : std::uint8_t { call, attribute, derive } kind = Kind::call;
  std::string shown; ///< `generate!`, `#[wasm_bindgen]`, `#[derive(X)]`
  std::string name;  ///< last segment of its path
  std::size_t file = 0;
  Span name_span;     ///< of a call: the name; of others: the attribute
  Span tokens;        ///< of a call: its arguments; of others: the item below
  Place place;        ///< from the crate's root
  std::string module; ///< its modules, `a::b`
};

/// An extern block that is no text of an unexpanded macro definition.
struct WrittenBlock
{
  std::size_t file = 0;
  ForeignBlock block; ///< spans of the file, place from the crate's root
  Holds compiled = Holds::yes;
  std::size_t call = k_no_index; ///< in whose arguments it stands
  static constexpr std::size_t k_no_index = static_cast<std::size_t>(-1);
};

/// Something with a name below an attribute macro or a derive.
struct AnnotatedItem
{
  std::size_t invocation = 0;
  std::string name;
  Span name_span;
  Span tokens;               ///< all of it
  std::optional<Span> block; ///< the extern block that it stands in
};

struct MacroDefinition
{
  std::size_t file = 0;
  Span body;
};

/// An item with a name, as a landmark.
struct Landmark
{
  ItemKind kind = ItemKind::function;
  std::string name;
  std::size_t file = 0;
  std::uint32_t begin = 0;
  auto operator<=>(const Landmark&) const = default;
};

struct ModuleStart
{
  std::size_t file = 0;
  Span span; ///< of an inline module: its name; of a file: its first byte
};

struct Written
{
  Written(const SourceMap& sources, Edition edition, const std::vector<spec::Cfg>& cfg);

  std::vector<WrittenBlock> blocks;
  std::vector<Invocation> invocations;
  std::vector<AnnotatedItem> annotated;
  std::multimap<std::string, MacroDefinition, std::less<>> definitions; ///< by name
  std::map<std::string, std::vector<Landmark>, std::less<>> landmarks;  ///< by module, `a::b`, in the order of the files
  std::map<std::string, ModuleStart, std::less<>> modules;              ///< by module
};

/// The path of a macro's attribute that the compiler itself gives a meaning to, or a tool: no macro of a crate.
[[nodiscard]] bool is_builtin_attribute(std::string_view path);
/// A derive of the standard library.
[[nodiscard]] bool is_builtin_derive(std::string_view name);
/// A macro of the standard library that makes no items.
[[nodiscard]] bool is_builtin_call(std::string_view name);

} // namespace cargo_wasm::rust
