// Which types the modules of a crate define and import.
#pragma once
#include "items.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cargo_wasm::rust {

/// What a name stands for, as text of a type: an alias' target, the field of a transparent struct, the integer of an enum.
struct TypeDefinition
{
  std::optional<std::string> target; ///< nullopt: a type of its own
};

struct ModuleNames
{
  std::map<std::string, TypeDefinition, std::less<>> types;
  std::map<std::string, std::string, std::less<>> imports; ///< name → path: `use a::b as c` is c → "a::b"
  std::vector<std::string> globs;                          ///< `use a::*`: "a"
  std::set<std::string, std::less<>> hidden;               ///< defined again in some function's body
};

/// By module, `a::b`.
using CrateNames = std::map<std::string, ModuleNames, std::less<>>;

[[nodiscard]] CrateNames collect_names(const ItemList& list);

/// A name and the module where it is defined.
struct ResolvedType
{
  std::string module;
  const TypeDefinition* definition = nullptr; ///< null: not of this crate
  std::string outside;                        ///< then: the path as far as it is known, `core::ffi::c_int`, or a bare name
};

/// What `path` means in the module `from`; nullopt where it is not understood. Bounded: 32 imports.
[[nodiscard]] std::optional<ResolvedType> resolve_type(const CrateNames& names, const std::string& from, const std::string& path);

} // namespace cargo_wasm::rust
