// Tokens for reading, as the sources of packages ask for them.
#pragma once
#include <cargo_wasm/source/credentials.hpp>

namespace cargo_wasm::source {

/// As the public one, for reading. `headers`: of the server's 401 answer, "name: value".
[[nodiscard]] Result<std::string> find_token(const Env& env,
                                             const manifest::Config& config,
                                             spec::SourceId registry,
                                             const std::vector<std::string>& headers,
                                             const std::optional<std::string>& login_url);

} // namespace cargo_wasm::source
