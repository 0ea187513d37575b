// What wasm-ld says, as values. Its messages never name a source line, some of them are warnings although the program they leave behind
// cannot work, and rustc passes them on in two spellings; everything that explains them starts from these values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::shim {

enum class MessageKind : std::uint8_t {
  undefined_symbol,       ///< `subject`, wanted by `file`
  signature_mismatch,     ///< a function with two types: `sides`
  duplicate_symbol,       ///< `sides` define it, without texts
  import_module_mismatch, ///< one symbol, two modules
  import_name_mismatch,
  type_mismatch,     ///< symbol, global, tag or table: `what` says which
  missing_export,    ///< --export names what nobody defines
  missing_entry,     ///< the entry symbol is not defined
  missing_library,   ///< -l NAME found nowhere
  unknown_argument,  ///< an option that this linker does not know
  unknown_file_type, ///< an input that is neither object, archive, bitcode nor stub library
  memory_too_small,  ///< initial or maximum memory below what the data need
  bad_memory_size,   ///< initial or maximum memory that is no multiple of a page
  feature_mismatch,  ///< target features of the inputs disagree, or forbid what was asked for
  bad_relocation,    ///< "recompile with -fPIC" and its kin
  other,             ///< kept as text
};

/// One of the places that disagree.
struct MessageSide
{
  std::string text; ///< the type, module or name there: `(i64, i64) -> i64`
  std::string file; ///< `libfoo.rlib(member.o)`
  bool operator==(const MessageSide&) const = default;
};

struct LinkerMessage
{
  MessageKind kind = MessageKind::other;
  bool is_error = true;
  std::string subject; ///< the symbol, library, option or feature
  std::string file;    ///< the object that the message starts with; may be empty
  std::string what;    ///< finer than `kind`, e.g. "Global" of a type mismatch
  std::vector<MessageSide> sides;
  std::string text; ///< the whole message without the program's name, lines separated by newlines
  bool operator==(const LinkerMessage&) const = default;
};

/// Reads what a linker wrote to stderr. Both spellings are understood: the linker's own `PROG: error: TEXT` (any PROG, so wasm-ld-19 and
/// rust-lld too), and rustc's from 1.97 on, which drops the word `warning:`. Lines that belong to no message become one of kind `other`.
/// Undefined symbols, which the linker repeats for every relocation, come once for each object. Cost: linear.
/// Source: lld/wasm/*.cpp of LLVM 18 to 23.
[[nodiscard]] std::vector<LinkerMessage> read_linker_messages(std::string_view text);

} // namespace cargo_wasm::shim
