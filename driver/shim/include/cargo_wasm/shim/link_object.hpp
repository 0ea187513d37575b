// One relocatable object as a link sees it: its symbols, and which of its functions and data refer to which symbol.
//
// A function or a data segment is a *chunk*, the unit that a linker keeps or drops. Everything here is read in one pass over the sections'
// headers, the symbol table and the relocations; code is not decoded. Names are views into the file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/wasm/failure.hpp>
#include <cargo_wasm/wasm/linking.hpp>

namespace cargo_wasm::shim {

constexpr std::uint32_t k_none = 0xffff'ffff;

/// An import's module and name. Undefined data has none.
struct ImportName
{
  std::string_view module, name;
  bool operator==(const ImportName&) const = default;
};

struct ObjectSymbol
{
  wasm::SymbolKind kind = wasm::SymbolKind::function;
  std::uint32_t flags = 0;
  std::string_view name;            ///< what other objects call it; empty for sections
  std::uint32_t chunk = k_none;     ///< of defined functions and data; index into LinkObject::chunks
  std::uint32_t signature = k_none; ///< of functions and tags; index into LinkObject::signatures
  ImportName import;                ///< of undefined functions, globals, tags and tables
  bool is_called = false;           ///< a function that some code calls by name: only then its type matters to a linker

  [[nodiscard]] bool is_undefined() const noexcept { return (flags & wasm::k_symbol_undefined) != 0; }
  [[nodiscard]] bool is_weak() const noexcept { return (flags & wasm::k_symbol_weak) != 0; }
  [[nodiscard]] bool is_local() const noexcept { return (flags & wasm::k_symbol_local) != 0; }
  /// Undefined, and the source named the module it comes from: `#[link(wasm_import_module = "…")]`, clang's import_module attribute.
  [[nodiscard]] bool is_declared_import() const noexcept { return is_undefined() && (flags & wasm::k_symbol_explicit_name) != 0; }
};

/// A function or a data segment, and the symbols that it refers to, each once.
struct Chunk
{
  bool is_function = true;
  bool is_retained = false;                               ///< a segment that its object keeps although nobody refers to it
  std::uint32_t comdat = k_none;                          ///< index into LinkObject::comdats
  std::uint32_t first_reference = 0, reference_count = 0; ///< in LinkObject::references
  std::uint32_t bytes = 0;
};

struct Reference
{
  std::uint32_t symbol = 0;
  bool through_table = false; ///< a function's address, not a call
  auto operator<=>(const Reference&) const = default;
};

struct ObjectFeature
{
  char prefix = '+';
  std::string_view name;
  bool operator==(const ObjectFeature&) const = default;
};

struct LinkObject
{
  std::string name; ///< as linkers write it: "app.o", "libfoo.rlib(foo.o)"
  std::vector<ObjectSymbol> symbols;
  std::vector<Chunk> chunks;
  std::vector<Reference> references;
  std::vector<std::string> signatures;       ///< as wasm-ld writes them: "(i32, i32) -> i32", "() -> void"
  std::vector<std::uint32_t> init_functions; ///< symbols
  std::vector<std::string_view> comdats;     ///< of several groups of one name a link keeps the first
  std::vector<ObjectFeature> features;
  bool has_producers_rustc = false; ///< compiled by rustc, not by a C compiler

  [[nodiscard]] std::span<const Reference> references_of(const Chunk& chunk) const
  {
    return std::span(references).subspan(chunk.first_reference, chunk.reference_count);
  }
};

/// Whether a file lies where a toolchain keeps what it links into programs: std, libc and their kin.
[[nodiscard]] bool is_of_toolchain(std::string_view file) noexcept;

/// Reads an object. `name` is what messages call it. The result refers to the source's bytes.
/// Cost: linear in symbols and relocations. Errors: CW0612 to CW0617 as reading, CW0803 what is no object, or whose parts contradict.
/// Source: tool-conventions Linking.md.
[[nodiscard]] Result<LinkObject> read_link_object(const wasm::Source& source, std::string name);

} // namespace cargo_wasm::shim
