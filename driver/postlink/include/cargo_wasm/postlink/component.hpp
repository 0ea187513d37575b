// The step that wraps a core module into a component, with the toolchain's own wasm-component-ld.
//
// wasm-component-ld is a linker: it starts wasm-ld, takes what that wrote, and encodes it. Here the place of wasm-ld is taken by this
// program (under the name `wasm-ld`), which hands over a module that is linked and optimized already. So the encoder, the adapter for WASI
// 0.1 and the metadata in the module always come from one toolchain, and no other tool has to fit them.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/postlink/time_limit.hpp>

namespace cargo_wasm::postlink {

struct ComponentRequest
{
  base::Path core, output;            ///< `output` is replaced by rename
  base::Path component_ld;            ///< the toolchain's
  base::Path linker;                  ///< this program under the name `wasm-ld`
  std::optional<std::string> adapter; ///< "command", "reactor", "proxy", "none", or the path of one; none: the tool decides
  std::optional<base::Path> wit = {}; ///< that the component is checked against
  std::string world = {};             ///< of `wit`; empty: its only one
  bool checks_wasi = false;           ///< interfaces of `wasi:` have to be in the world, too
  std::vector<std::string> extra;     ///< further options of wasm-component-ld
  std::chrono::milliseconds longest{k_tool_time_limit};
  std::stop_token stop = {};
};

/// Errors: CW0857 the core is a component already, or no module; CW0858 it cannot be wrapped, with the tool's words; CW0952, CW0953 WIT
/// that is wrong; CW0954 the component is not one of the world. What was at `output` before is then left alone.
[[nodiscard]] Result<> make_component(const base::Env& env, const ComponentRequest& request);

/// Whether the component at `path` is one of this world. `shown`: what messages call it. Errors: CW0952, CW0953, CW0954, CW0956, CW0961.
[[nodiscard]] Result<> check_world(
    const base::Env& env, const base::Path& path, std::string_view shown, const base::Path& wit, std::string_view world, bool checks_wasi);

} // namespace cargo_wasm::postlink
