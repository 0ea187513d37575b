// The wasm-bindgen that a build needs: asked of the crate's source which it must be, looked for, and built when there is none that fits.
#pragma once
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/plan/bindgen.hpp>

namespace cargo_wasm::ops {

/// One program for each wish, before anything is compiled. A program fits that is of the crate's version, or of a later one with the same
/// schema. It is, in this order: the one of `[wasm.tools] wasm-bindgen`, which has to fit; the one on PATH; the one in the store
/// (`$XDG_CACHE_HOME/cargo-wasm/tools/wasm-bindgen-VERSION`); else that version is taken from crates.io, built for this machine by
/// `toolchain`, and put there. `env` may record what is looked at, `caller` does not.
/// Errors: CW0883 a program is something else, CW0885 the configured one does not fit, CW0886 it could not be built.
[[nodiscard]] Result<plan::BindgenOfUnit> find_bindgen(const Env& env,
                                                       const Env& caller,
                                                       Project& project,
                                                       const CompileRequest& request,
                                                       const toolchain::ToolchainChoice& toolchain,
                                                       const toolchain::TargetData& platforms,
                                                       const std::vector<plan::BindgenWish>& wishes);

} // namespace cargo_wasm::ops
