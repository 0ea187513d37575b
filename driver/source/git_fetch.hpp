// Fetching a repository into a directory of `$CARGO_HOME`: by libgit2, or by `git` where `net.git-fetch-with-cli` asks for it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/spec/source_id.hpp>

#include "session.hpp"

namespace cargo_wasm::source {

/// The refspecs that bring a reference, narrowest first where the server may not allow it (sources/git/utils.rs).
struct FetchPlan
{
  std::vector<std::string> refspecs;
  bool tags = false;
};
[[nodiscard]] FetchPlan plan_fetch(const spec::GitReference& reference, std::string_view precise);

/// `database` is made (bare) when it is no repository. Errors: CW0460 cannot be fetched, CW0463 no `git` on PATH.
Result<> fetch_repository(Session& session, const base::Path& database, std::string_view url, const FetchPlan& plan);

} // namespace cargo_wasm::source
