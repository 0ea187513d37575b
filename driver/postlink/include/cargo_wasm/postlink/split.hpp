// The step that takes debug information out into a file of its own, which debuggers and stack traces find again.
#pragma once
#include <string>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::postlink {

struct SplitRequest
{
  base::Path input, output; ///< `output` is replaced by rename
  base::Path debug_file;    ///< the module with everything, for tools; not written when there is no debug information
  std::string debug_url;    ///< what the module calls it, relative to the module
};

/// `output` is `input` without DWARF and with the section `external_debug_info`. Without DWARF it is `input`.
/// Errors: CW0857 no module. Cost: two copies. Source: tool-conventions, "External DWARF".
[[nodiscard]] Result<> split_module(const base::Env& env, const SplitRequest& request);

} // namespace cargo_wasm::postlink
