// What the libraries of a link's crates say of a function, where the linker does not see them.
//
// Under link-time optimization rustc merges the crates' bitcode itself and hands the linker what came out: who declared a function, who
// defined it, and with which types, stands in the libraries alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::shim {

struct CrateFunction
{
  std::string file; ///< `libfoo.rlib(member.o)`, as linkers name it
  std::string type; ///< `(i32, i32) -> i32`; empty where the bitcode does not decide it
  bool is_definition = false;
  bool operator==(const CrateFunction&) const = default;
};

/// Every member that declares or defines the function, in the order of the libraries; members are bitcode or wasm objects.
/// What cannot be read says nothing. Cost: linear in the symbols of all libraries.
[[nodiscard]] std::vector<CrateFunction>
find_in_crates(const base::ReadOnlyFilesystem& fs, const std::vector<base::Path>& libraries, std::string_view function);

} // namespace cargo_wasm::shim
