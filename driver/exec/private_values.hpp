// Results that must not leave this machine: those that looked at a variable nobody knows to be harmless, and those that contain the value
// of one. The second is for what looks at variables unseen, as a build script with std::env::var does.
#pragma once
#include "freshness.hpp"

namespace cargo_wasm::exec {

/// A variable of cargo's `[env]` whose name sounds secret: its value is treated like that of an inherited one, though commands set it.
[[nodiscard]] bool is_configured_secret(const plan::ActionTemplate& tmpl, std::string_view name);

/// Of a record whose variables, texts and outputs are known. Errors: those of reading outputs. Cost: the outputs are searched for the
/// values of variables whose names sound secret; those of a build script for all values of some length that are not those of every session.
[[nodiscard]] Result<bool>
has_private_values(const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const Record& record);

} // namespace cargo_wasm::exec
