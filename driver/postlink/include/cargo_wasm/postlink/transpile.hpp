// A component for JavaScript hosts: an ES module and core modules, by `jco transpile`.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/postlink/time_limit.hpp>

namespace cargo_wasm::postlink {

struct TranspileRequest
{
  base::Path input, output; ///< `output` is a directory
  base::Path program;       ///< jco
  std::string name;         ///< of the module: `NAME.js`
  std::vector<std::string> extra;
  std::chrono::milliseconds longest{k_tool_time_limit};
  std::stop_token stop = {};
};

/// `[wasm.tools] jco`, `node_modules/.bin/jco` of the project or above it, PATH; nullopt when there is none.
[[nodiscard]] std::optional<base::Path>
find_jco(const base::Env& env, const std::optional<base::Path>& configured, const base::Path& project);

/// Makes the directory whole, or leaves what was there. Only a directory that is empty or was made this way is replaced.
/// Errors: CW0956 a module; CW0960 the tool failed, with its words, or the directory is somebody else's.
[[nodiscard]] Result<> transpile(const base::Env& env, const TranspileRequest& request);

} // namespace cargo_wasm::postlink
