#pragma once
#include <string>

#include <cargo_wasm/base/reporter.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

/// What a future release of Rust will refuse in the crates of this build, for stderr after `Finished`; empty when there is nothing to say.
/// rustc reports it for dependencies, too, whose own warnings are capped. `details`: the compiler's words as well.
[[nodiscard]] std::string future_incompat_text(const base::Reporter& reporter, const Compiled& compiled, bool details);

} // namespace cargo_wasm::ops
