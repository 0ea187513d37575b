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

namespace cargo_wasm::postlink {

struct ComponentRequest
{
  base::Path core, output;            ///< `output` is replaced by rename
  base::Path component_ld;            ///< the toolchain's
  base::Path linker;                  ///< this program under the name `wasm-ld`
  std::optional<std::string> adapter; ///< "command", "reactor", "proxy", "none"; none: the tool decides
  std::vector<std::string> extra;     ///< further options of wasm-component-ld
  std::stop_token stop = {};
};

/// Errors: CW0857 the core is a component already, or no module; CW0858 it cannot be wrapped, with the tool's words.
[[nodiscard]] Result<> make_component(const base::Env& env, const ComponentRequest& request);

} // namespace cargo_wasm::postlink
