// Components put together: what one imports is filled by what others export.
//
// The tool (`wac plug`, or `wasm-tools compose` where that is all there is) joins one component with those that fill its own imports. Who
// fills whose is found here, from the types of the files, so that any number of components come together in one call, in the right order.
// A component that two others import from is in the result twice, once for each.
#pragma once
#include <stop_token>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/postlink/time_limit.hpp>

namespace cargo_wasm::postlink {

enum class ComposerKind : std::uint8_t { wac, wasm_tools };

struct Composer
{
  base::Path program;
  ComposerKind kind = ComposerKind::wac;
};

struct ComposeRequest
{
  base::Path socket;             ///< whose imports are filled
  std::vector<base::Path> plugs; ///< by whose exports
  base::Path output;             ///< replaced by rename
  std::chrono::milliseconds longest{k_tool_time_limit};
  std::stop_token stop = {};
};

/// The interfaces that the result still imports, sorted. Errors: CW0956 a file is a module; CW0957 nothing is filled, or in a circle; the
/// tool failed, with its words.
[[nodiscard]] Result<std::vector<std::string>> compose(const base::Env& env, const Composer& tool, const ComposeRequest& request);

/// What `compose` asks before there is a tool: that all files are components and each fills something. Errors: as above.
[[nodiscard]] Result<> check_composition(const base::Env& env, const ComposeRequest& request);

} // namespace cargo_wasm::postlink
