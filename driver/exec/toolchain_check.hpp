// Whether the compiler is still the one that a build began with. `rustup update` may replace it at any time: what was made meanwhile is of
// one compiler or of the other, and nobody can say which.
#pragma once
#include "freshness.hpp"

namespace cargo_wasm::exec {

/// "x86_64-unknown-linux-gnu,wasm32-wasip1" of a template's input → its triples.
[[nodiscard]] std::vector<std::string> triples_of(std::string_view text);

/// The toolchain of this action that is another one than `input` says; nullopt: it is the same. Cost: one stat a file of it, about a
/// hundred.
[[nodiscard]] Result<std::optional<base::Path>>
changed_toolchain(const Context& context, const plan::ActionTemplate& tmpl, const SealInput& input);

/// Notes and message for a warning about it.
[[nodiscard]] Error toolchain_changed(const base::Path& toolchain);

} // namespace cargo_wasm::exec
