#include <cargo_wasm/resolve/package_index.hpp>

namespace cargo_wasm::resolve {

Result<std::vector<Candidate>> PackageIndex::query_candidates(const Dependency& dependency)
{
  CW_TRY_ASSIGN(const std::vector<SummaryPtr> summaries, query(dependency));
  std::vector<Candidate> out;
  out.reserve(summaries.size());
  for (const SummaryPtr& summary : summaries) {
    out.push_back({summary->id, summary->yanked, summary->rust_version, summary});
  }
  return out;
}

Result<SummaryPtr> PackageIndex::load_candidate(const Candidate& candidate)
{
  return candidate.summary;
}

} // namespace cargo_wasm::resolve
