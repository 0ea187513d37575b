// The symbols that nobody defines, and where they are declared: for errors, and for the edits that mend them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/rust/locate.hpp>

namespace cargo_wasm::link {

struct Declaration
{
  plan::ActionIndex crate = 0; ///< the action that compiles it
  std::string item;            ///< its name in Rust, which is not always the symbol
  rust::ForeignItem::Kind kind = rust::ForeignItem::Kind::function;
  rust::Location location;
  std::optional<base::TextSpan> block; ///< the `extern` block, where the item stands in one
  std::vector<std::string> parameters; ///< of functions: their types in Rust
  std::vector<std::string> neighbours; ///< symbols of the block's other functions and variables
};

struct UndefinedSymbol
{
  std::string name;
  std::vector<std::string> wanted_by;    ///< objects, as the linker names them
  std::vector<Declaration> declarations; ///< in Rust, those that name no module
};

struct UndefinedSymbols
{
  std::vector<UndefinedSymbol> symbols; ///< in the linker's order
  std::vector<Error> unread;            ///< crates whose declarations could not be looked at (CW0821)
};

/// What the report of a failed wasm link says is undefined; empty for any other action.
/// Cost: one rustc call without code generation for each crate that may declare one of them.
[[nodiscard]] UndefinedSymbols find_undefined_symbols(const exec::InspectedAction& failed);

} // namespace cargo_wasm::link
