// The functions `cargo_wasm_net.so` exports. Both sides are built together, so C++ types may cross; `k_interface`
// guards against a module left behind by another version.
#pragma once
#include <cargo_wasm/base/http.hpp>
#include <cargo_wasm/net/git.hpp>

namespace cargo_wasm::net {

/// Raise it with every change of a type that crosses.
inline constexpr int k_interface = 4;

struct ModuleFunctions
{
  int interface_version;
  Result<std::unique_ptr<base::HttpClient>> (*make_http_client)(const base::HttpOptions&);
  Result<std::unique_ptr<GitClient>> (*make_git_client)(); ///< nullptr in a module built without libgit2
  std::string (*versions)();
};

inline constexpr const char* k_entry_point = "cargo_wasm_net_functions";
using EntryPoint = const ModuleFunctions* (*)();

} // namespace cargo_wasm::net
