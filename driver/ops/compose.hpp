#pragma once
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/postlink/compose.hpp>

namespace cargo_wasm::ops {

/// What puts components together: `request.tool`, the configuration's, one on PATH, else one that is built once. Errors: CW0958.
[[nodiscard]] Result<postlink::Composer>
find_composer(const Env& env, const GlobalOptions& options, const manifest::Config& config, const ModuleComposeRequest& request);

} // namespace cargo_wasm::ops
