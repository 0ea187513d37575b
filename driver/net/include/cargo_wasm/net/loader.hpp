// Loads the network module when it is first needed: libcurl and libgit2 take four milliseconds to start, which a
// build that downloads nothing does not pay.
#pragma once
#include <memory>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::net {

/// The file name of the module.
inline constexpr std::string_view k_module_name = "cargo_wasm_net.so";

/// Makes HTTP clients from the module, which is looked for in `search_dirs`, then in `../lib/cargo-wasm` and beside this
/// program (its real path), then in the build tree it was built in. Errors of `make`: CW0012 not found or not loadable.
[[nodiscard]] std::unique_ptr<base::HttpClientFactory> make_http_client_factory(std::vector<base::Path> search_dirs = {});

/// Where the module would be loaded from; nullopt when it is nowhere.
[[nodiscard]] std::optional<base::Path> find_module(const std::vector<base::Path>& search_dirs = {});

/// "libcurl/7.88.1 OpenSSL/3.0.22 …", for `--version -v`.
[[nodiscard]] Result<std::string> module_versions();

} // namespace cargo_wasm::net
