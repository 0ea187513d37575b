// What one bitcode file says of its symbols: who declares which function, with which type and attributes, and who uses it.
//
// With link-time optimization rustc and clang write LLVM bitcode instead of wasm objects, and the linker sees one object that was merged
// from all of it. Who declared an import, and from which host module, then stands only here, in the string attributes `wasm-import-module`
// and `wasm-import-name` of a function's declaration. docs/formats/bitcode-reading.md says what is read and what is not.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/bitcode/types.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::bitcode {

enum class SymbolKind : std::uint8_t { function, variable, alias, ifunc };

enum class Linkage : std::uint8_t {
  external,
  available_externally, ///< a definition for the optimizer only: to the linker it is a declaration
  linkonce_any,
  linkonce_odr,
  weak_any,
  weak_odr,
  appending,
  internal,
  private_,
  extern_weak,
  common,
};

enum class Visibility : std::uint8_t { default_, hidden, protected_ };

/// Index into Module::symbols; what the bitcode calls the value id of a global value.
using SymbolId = std::uint32_t;
constexpr std::uint32_t k_none = 0xffff'ffff;

struct Symbol
{
  std::string_view name; ///< as the linker knows it; empty for one without a name
  SymbolKind kind = SymbolKind::function;
  bool is_declaration = false;
  bool is_thread_local = false;
  Linkage linkage = Linkage::external;
  Visibility visibility = Visibility::default_;
  std::uint32_t calling_convention = 0;  ///< llvm/include/llvm/IR/CallingConv.h; 0 is C
  TypeId type = 0;                       ///< of a function its function type; else that of the value, not of the pointer to it
  std::uint32_t attribute_list = k_none; ///< functions; for AttributeTable
  SymbolId aliasee = k_none;             ///< of an alias or ifunc that stands for one symbol and not for an expression
  /// What it refers to, from the module's summary: in Module::edges, `reference_count` references and behind them `call_count` calls.
  /// Without `has_edges` nothing is known. A variable refers to what its initializer names.
  bool has_edges = false;
  bool is_live_root = false; ///< kept whatever refers to it: `llvm.used` and the like, or named in assembly
  std::uint32_t first_edge = 0;
  std::uint32_t reference_count = 0;
  std::uint32_t call_count = 0;
};

struct StringAttribute
{
  std::string_view key;
  std::string_view value; ///< empty for a key alone
  bool operator==(const StringAttribute&) const = default;
};

/// Attributes of parameters and results that change how a value is passed.
enum class PassedAs : std::uint8_t { byval, byref, sret, inalloca, inreg, signext, zeroext, noext };

struct ParameterAttribute
{
  PassedAs passed_as = PassedAs::byval;
  std::uint32_t parameter = 0; ///< 0 is the result, 1 the first parameter
  std::optional<TypeId> type;  ///< of byval, byref, sret and inalloca
  bool operator==(const ParameterAttribute&) const = default;
};

/// Attribute lists, each a set of groups that lists share. Indices are in range.
struct AttributeTable
{
  struct Group
  {
    std::uint32_t parameter = 0; ///< k_none: the function itself
    std::uint32_t first_string = 0;
    std::uint32_t string_count = 0;
    std::uint32_t first_passing = 0;
    std::uint32_t passing_count = 0;
  };
  struct List
  {
    std::uint32_t first = 0; ///< in list_groups
    std::uint32_t count = 0;
  };
  std::vector<StringAttribute> strings;
  std::vector<ParameterAttribute> passing;
  std::vector<Group> groups;
  std::vector<std::uint32_t> list_groups;
  std::vector<List> lists;
};

/// The module's own account of what refers to what (GLOBALVAL_SUMMARY_BLOCK), which LLVM's linker decides by what to keep.
enum class SummaryState : std::uint8_t {
  absent,  ///< the compiler wrote none
  read,    ///< every definition that has one has its edges
  unknown, ///< of a newer version than this reader knows, or the module has records that may be symbols it does not know
};

/// One module. Its texts lie in the bytes it was read from, or in the File that holds it.
struct Module
{
  std::uint64_t offset = 0;  ///< of its block, in bytes of the file
  std::string_view producer; ///< "LLVM23.1.1-rust-1.99.1-stable"; empty when no identification precedes it
  std::uint64_t epoch = 0;
  std::uint64_t version = 0; ///< 2 since LLVM 5
  std::string_view target_triple;
  std::string_view data_layout;
  std::string_view source_file_name;
  std::string_view assembly; ///< of `global_asm!` and the like; it may declare and define symbols that are not listed here
  bool has_names = true;     ///< false when it keeps names neither in a string table nor in a symbol table
  TypeTable types;
  AttributeTable attributes;
  std::vector<Symbol> symbols;
  SummaryState summary = SummaryState::absent;
  std::vector<SymbolId> edges;

  /// The value of a string attribute of a function, "" for one without value. Cost: linear in its attributes.
  [[nodiscard]] std::optional<std::string_view> attribute(const Symbol& symbol, std::string_view key) const;
  /// All string attributes of a function, in the order of the file.
  [[nodiscard]] std::vector<StringAttribute> string_attributes(const Symbol& symbol) const;
  [[nodiscard]] std::vector<ParameterAttribute> parameter_attributes(const Symbol& symbol) const;
  /// What the symbol refers to other than by calling it directly; empty without edges.
  [[nodiscard]] std::span<const SymbolId> references(const Symbol& symbol) const
  {
    return std::span(edges).subspan(symbol.first_edge, symbol.reference_count);
  }
  /// What it calls directly; intrinsics (`llvm.…`) are left out by LLVM.
  [[nodiscard]] std::span<const SymbolId> calls(const Symbol& symbol) const
  {
    return std::span(edges).subspan(symbol.first_edge + symbol.reference_count, symbol.call_count);
  }
};

/// Texts that are no whole bytes of the file. What was kept never moves.
class TextStore
{
public:
  std::string_view keep(std::string_view text);

private:
  std::vector<std::unique_ptr<char[]>> m_chunks;
  char* m_free = nullptr;
  std::size_t m_free_bytes = 0;
};

/// The modules of one file, in its order: one, or several of a thin-LTO split or of `llvm-cat`.
struct File
{
  std::vector<Module> modules;
  TextStore texts;

  // Not to be copied: the modules' texts lie in `texts`.
  File() = default;
  File(File&&) noexcept = default;
  File& operator=(File&&) noexcept = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() = default;
};

/// True for what begins as bitcode does: `BC` 0xC0DE, or the wrapper 0x0B17C0DE.
[[nodiscard]] bool is_bitcode(std::span<const std::byte> bytes) noexcept;

/// Reads bitcode of LLVM 3.3 and later: a file, an archive member, or the content of a `.llvmbc` section.
///
/// @param bytes         must live as long as the result.
/// @param file          named in errors.
/// @param offset_bytes  where `bytes` begin in it.
/// Cost:    linear; function bodies, metadata and constants are passed over by their length.
/// Memory:  56 bytes a symbol and 4 an edge; texts of attributes and headers are copied, names of symbols are not. At most 64 times the
/// size
///          of `bytes`, and some megabytes, however hostile they are.
/// Errors:  CW0650 to CW0659, blame integrity or environment, each with the offset of what is wrong and the producer where it is known.
/// Source:  llvm/docs/BitCodeFormat.rst, llvm/lib/Bitcode/Reader/BitcodeReader.cpp.
[[nodiscard]] Result<File> read(std::span<const std::byte> bytes, const std::filesystem::path& file, std::uint64_t offset_bytes = 0);

} // namespace cargo_wasm::bitcode
