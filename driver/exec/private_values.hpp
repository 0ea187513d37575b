// Results that must not leave this machine: those that looked at a variable nobody knows to be harmless, and those that contain the value
// of one. The second is for what looks at variables unseen, as a build script with std::env::var does.
#pragma once
#include "freshness.hpp"

namespace cargo_wasm::exec {

/// Of a record whose variables, texts and outputs are known. Errors: those of reading outputs. Cost: the outputs are searched for the
/// values of variables whose names sound secret; those of a build script for all values of some length that are not those of every session.
[[nodiscard]] Result<bool>
has_private_values(const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const Record& record);

} // namespace cargo_wasm::exec
