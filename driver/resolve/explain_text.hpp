// Phrases that explanations share.
#pragma once
#include "candidates.hpp"
#include "search_state.hpp"

#include <string>
#include <vector>

namespace cargo_wasm::resolve {

/// "foo ^1.2": name and requirement as declared.
[[nodiscard]] std::string asked(const Dependency& dependency);
/// "`app v0.1.0 (/dir)` → `b v1.0.0`": the shortest way from a member down to this package.
[[nodiscard]] std::string path_to(const Candidates& candidates, const SearchState& state, PackageNumber package);
/// "1.3.0, 1.2.5, 1.0.3 and 12 more", newest first.
[[nodiscard]] std::string version_list(std::vector<spec::Version> versions);
/// Every version of what the dependency names, newest first; empty when the index cannot say.
[[nodiscard]] std::vector<SummaryPtr> existing_versions(PackageIndex& index, const Dependency& dependency);
/// "`a`, `b` and `c`".
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& names);

} // namespace cargo_wasm::resolve
