// The compiler of a crate, as far as explanations depend on it.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::link {

/// The version of the rustc that ran an action; nullopt where it does not say. Cost: one call of it.
[[nodiscard]] std::optional<spec::Version> rustc_version(const exec::InspectedAction& action);
/// What a link is for: "wasm32-unknown-unknown", or the name of a specification's file without its end.
[[nodiscard]] std::string target_triple(const plan::ActionTemplate& link);

} // namespace cargo_wasm::link
