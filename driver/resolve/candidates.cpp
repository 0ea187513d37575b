#include "candidates.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

/// How many of the wanted compilers accept this version; one without `rust-version` counts as
/// accepted by all.
std::size_t accepted_compilers(const Candidate& candidate, const std::vector<spec::RustVersion>& compilers)
{
  if (!candidate.rust_version) {
    return compilers.size();
  }
  return static_cast<std::size_t>(std::count_if(compilers.begin(), compilers.end(), [&](const spec::RustVersion& compiler) {
    return candidate.rust_version->is_satisfied_by(compiler);
  }));
}

} // namespace

SlotNumber Candidates::slot_of(spec::PackageId id, spec::SourceId source)
{
  const spec::CompatibilityKey key = spec::compatibility_key(id.version());
  const std::size_t hash = (std::hash<InternedString>{}(id.name()) * 31U + key.number) * 4U + static_cast<std::size_t>(key.level);
  const auto [first, last] = m_slots.equal_range(hash);
  for (auto place = first; place != last; ++place) {
    const SlotEntry& entry = place->second;
    if (entry.name == id.name() && entry.compatibility == key && entry.source == source) {
      return entry.number;
    }
  }
  const auto number = static_cast<SlotNumber>(m_slot_count++);
  m_slots.emplace(hash, SlotEntry{id.name(), key, source, number});
  return number;
}

PackageNumber Candidates::add(Candidate candidate)
{
  const auto [place, is_new] = m_numbers.try_emplace(candidate.id, static_cast<PackageNumber>(m_packages.size()));
  if (!is_new) {
    return place->second;
  }
  KnownPackage package{
      candidate.id, slot_of(candidate.id, candidate.id.source()), {candidate.id, false, {}, {}}, {}, false, k_none, k_none, {}};
  package.candidate = std::move(candidate);
  m_packages.push_back(std::move(package));
  return place->second;
}

PackageNumber Candidates::add(const SummaryPtr& summary)
{
  const PackageNumber number = add(Candidate{summary->id, summary->yanked, summary->rust_version, summary});
  if (!m_packages[number].is_loaded) {
    set_summary(m_packages[number], summary);
  }
  return number;
}

Result<bool> Candidates::load(PackageNumber number)
{
  KnownPackage& package = m_packages[number];
  if (!package.is_loaded) {
    SummaryPtr summary = package.candidate.summary;
    if (summary == nullptr) {
      CW_TRY_ASSIGN(summary, m_index.load_candidate(package.candidate));
    }
    set_summary(package, std::move(summary));
  }
  return package.summary != nullptr;
}

void Candidates::set_summary(KnownPackage& package, SummaryPtr summary)
{
  package.is_loaded = true;
  package.summary = std::move(summary);
  if (package.summary == nullptr) {
    return;
  }
  if (package.summary->links) {
    package.links = m_links.try_emplace(*package.summary->links, static_cast<LinksNumber>(m_links.size())).first->second;
  }
  package.feature_numbers = number_features(*package.summary);
}

Result<const CandidateList*> Candidates::query(const DependencyPtr& dependency)
{
  if (const auto known = m_by_address.find(dependency.get()); known != m_by_address.end()) {
    return known->second;
  }
  const std::size_t hash = query_hash(*dependency);
  const auto [first, last] = m_by_hash.equal_range(hash);
  for (auto place = first; place != last; ++place) {
    if (same_query(*place->second->dependency, *dependency)) {
      m_kept.push_back(dependency);
      m_by_address.emplace(dependency.get(), &place->second->list);
      return &place->second->list;
    }
  }
  CW_TRY_ASSIGN(CandidateList list, ask(*dependency));
  const QueryEntry& entry = m_queries.emplace_back(QueryEntry{dependency, std::move(list)});
  m_by_hash.emplace(hash, &entry);
  m_by_address.emplace(dependency.get(), &entry.list);
  return &entry.list;
}

bool Candidates::is_preferred(spec::PackageId id) const
{
  return m_request.preferences.prefer.count(id) != 0;
}

bool Candidates::may_be_used(const Candidate& candidate, const Dependency& dependency) const
{
  if (dependency.locked_version && *dependency.locked_version != candidate.id.version()) {
    return false;
  }
  return !candidate.yanked || is_preferred(candidate.id) || m_request.yanked_whitelist.count(candidate.id) != 0;
}

Result<CandidateList> Candidates::ask(const Dependency& dependency)
{
  CandidateList list;
  for (const PatchSet& patches : m_request.patches) {
    if (patches.source.canonical() == dependency.source.canonical()) {
      for (const SummaryPtr& summary : patches.summaries) {
        if (dependency.matches_ignoring_source(summary->id)) {
          list.push_back(add(summary));
        }
      }
    }
  }
  const std::size_t patch_count = list.size();
  // A locked dependency names one version: a patch that provides it settles the matter.
  if (patch_count != 1 || !dependency.locked_version) {
    CW_TRY_ASSIGN(std::vector<Candidate> found, m_index.query_candidates(dependency));
    list.reserve(list.size() + found.size());
    for (Candidate& candidate : found) {
      const bool is_patched = std::any_of(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(patch_count), [&](PackageNumber patch) {
        return m_packages[patch].id.version() == candidate.id.version();
      });
      if (!is_patched && may_be_used(candidate, dependency)) {
        list.push_back(add(std::move(candidate)));
      }
    }
  }
  CW_TRY(apply_replacements(list));
  sort(list);
  return list;
}

void Candidates::sort(CandidateList& list) const
{
  struct Rank
  {
    bool preferred;
    std::size_t accepted;
    PackageNumber package;
  };
  const VersionPreferences& preferences = m_request.preferences;
  std::vector<Rank> ranks;
  ranks.reserve(list.size());
  for (const PackageNumber package : list) {
    const Candidate& candidate = m_packages[package].candidate;
    ranks.push_back(
        {is_preferred(candidate.id), preferences.rust_versions ? accepted_compilers(candidate, *preferences.rust_versions) : 0, package});
  }
  std::stable_sort(ranks.begin(), ranks.end(), [&](const Rank& a, const Rank& b) {
    if (a.preferred != b.preferred) {
      return a.preferred;
    }
    if (a.accepted != b.accepted) {
      return a.accepted > b.accepted;
    }
    const auto order = m_packages[a.package].id.version() <=> m_packages[b.package].id.version();
    return preferences.minimal_versions ? order < 0 : order > 0;
  });
  std::transform(ranks.begin(), ranks.end(), list.begin(), [](const Rank& rank) { return rank.package; });
}

Result<> Candidates::apply_replacements(const CandidateList& list)
{
  for (const PackageNumber number : list) {
    const spec::PackageId id = m_packages[number].id;
    const spec::PackageIdSpec* matched = nullptr;
    for (const auto& [spec, dependency] : m_request.replacements) {
      if (!spec.matches(id)) {
        continue;
      }
      if (matched != nullptr) {
        return fail(
            Error("CW0306", fmt::format("two `[replace]` entries name `{}`", id.display())).help("keep one of them, or use `[patch]`"));
      }
      matched = &spec;
      CW_TRY_ASSIGN(const std::vector<SummaryPtr> found, m_index.query(*dependency));
      if (found.size() != 1 || found.front()->id.version() != id.version()) {
        return fail(Error("CW0306", fmt::format("the replacement for `{}` must be one package of that version", id.display()))
                        .note(found.empty()
                                  ? fmt::format("{} has no `{}` that fits", dependency->source.display(), dependency->package_name)
                                  : fmt::format("found `{}`", found.front()->id.display()))
                        .help("use `[patch]`, which may change the version"));
      }
      if (found.front()->id.source() != id.source()) {
        const PackageNumber replacement = add(found.front());
        m_packages[number].replaced_by = replacement;
      }
    }
  }
  return {};
}

} // namespace cargo_wasm::resolve
