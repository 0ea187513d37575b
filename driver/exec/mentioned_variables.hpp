// Variables that a program may look at without saying so: those that are set, and whose names stand in its bytes. A build script that calls
// `std::env::var("BUILD_NUMBER")` has that name in it, whether it prints `rerun-if-env-changed` or not, and so has a proc macro's library.
// One that puts names together has their beginnings: `format!("APPCFG_{key}")`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "freshness.hpp"

namespace cargo_wasm::exec {

/// Names of variables that are set and that nobody else accounts for: no command sets them, they are not those of every session, and, for a
/// script's run, no known list has them; and those that commands set and that no key has (which package is primary). Sorted. Names of two
/// letters and less, which stand in any program by chance, are left out (`CI`).
[[nodiscard]] std::vector<std::string> variables_to_look_for(const Env& env, plan::ActionKind kind, const ExpandedCommand& command);

/// Those of `names` of which something stands in `bytes`, in their order: the whole, of less than six letters without `_` only where no
/// longer name goes on; or the part up to a `_` (four letters and more) where no name goes on. Cost: one pass over the bytes.
[[nodiscard]] std::vector<std::string> mentioned_in(std::string_view bytes, const std::vector<std::string>& names);

} // namespace cargo_wasm::exec
