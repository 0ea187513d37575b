// The part of a target directory that belongs to its user: artifacts lie there, and what build scripts put beside them. A script's result
// brings back OUT_DIR alone, so a run that wrote here too is a result for nobody else.
#pragma once
#include <map>
#include <string>

#include <cargo_wasm/base/filesystem.hpp>

#include "freshness.hpp"

namespace cargo_wasm::exec {

using FilesBesideResults = std::map<std::string, base::FileStat>;

/// Files of the target directory, and of the profile's directory that a script reaches by the parents of its OUT_DIR, with their own stat
/// data. Left out: what only we and cargo write into (`deps`, `build`, …). Cost: one stat a file, at most 10,000.
[[nodiscard]] FilesBesideResults files_beside_results(const Context& context, const plan::ActionTemplate& tmpl);

/// Whether a file came, went or was written that is no artifact of this build.
[[nodiscard]] bool wrote_beside_results(const plan::ActionGraph& graph, const FilesBesideResults& before, const FilesBesideResults& after);

} // namespace cargo_wasm::exec
