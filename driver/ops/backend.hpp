#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/base/interned_string.hpp>
#include <cargo_wasm/ops/project.hpp>

#include "recording.hpp"

namespace cargo_wasm::ops {

/// The code generator of what runs on this machine while building: "cranelift" where `--backend` says so, or where the compiler has it and
/// nobody said anything; nullopt: LLVM. Modules are LLVM's in any case, which is told when somebody asks for another.
/// Errors: CW0867 the compiler lacks the one that was asked for, CW0868 there is none of that name.
[[nodiscard]] Result<std::optional<InternedString>> choose_host_backend(const Env& env,
                                                                        RecordingReporter& reporter,
                                                                        const GlobalOptions& options,
                                                                        const CompileRequest& request,
                                                                        const toolchain::ToolchainChoice& choice,
                                                                        const toolchain::TargetData& platforms);

} // namespace cargo_wasm::ops
