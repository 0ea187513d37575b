// Functions that are called as if they had another type than they have.
//
// wasm cannot do that, so wasm-ld puts a stub with `unreachable` in the place of each such call, and only warns: the program ends when it
// comes there. Whether it can come there is what the model of the link knows.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

/// One object that sees another type than the definition has.
struct SignatureUse
{
  std::string type;   ///< as wasm-ld writes them: `(i32, i32) -> i32`
  std::string file;   ///< the object, as linkers name it
  std::string caller; ///< a function there that calls it; a live one where there is one; may be empty
  bool is_live = false;
  bool operator==(const SignatureUse&) const = default;
};

struct SignatureConflict
{
  std::string symbol;
  std::string type; ///< of the definition
  std::string file; ///< where it is defined
  std::vector<SignatureUse> uses;
  [[nodiscard]] bool is_live() const;
  bool operator==(const SignatureConflict&) const = default;
};

/// What is wrong with the uses of one function; empty `uses` where all is well, or nothing of that name is defined.
/// Cost: linear in the objects that use it.
[[nodiscard]] SignatureConflict check_signatures(const LinkModel& model, std::string_view symbol);

/// The same mistake where link-time optimization merged both sides into one object, so that no linker compares them: LLVM leaves a local
/// function `.LNAME_bitcast_invalid` (or `.LNAME_bitcast`, which drops or makes up arguments) in the place of each such call.
/// `libraries` are those of the link's crates: they say who declares and who defines it.
/// Cost: linear in the symbols of the objects; where such a function is found, find_in_crates for each.
/// Source: llvm/lib/Target/WebAssembly/WebAssemblyFixFunctionBitcasts.cpp.
[[nodiscard]] std::vector<SignatureConflict>
check_merged_signatures(const base::ReadOnlyFilesystem& fs, const LinkModel& model, const std::vector<base::Path>& libraries);

} // namespace cargo_wasm::shim
