// What the search knows about packages: candidate lists in the order they are tried, each asked of
// the index once, and every package that appeared under a small number.
#pragma once
#include "dependency_key.hpp"
#include "feature_closure.hpp"

#include <cargo_wasm/resolve/resolver.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

inline constexpr std::uint32_t k_none = ~0U;

/// Numbers of packages, and of the places ("slots") of which only one package may be active: name,
/// compatibility class, source.
using PackageNumber = std::uint32_t;
using SlotNumber = std::uint32_t;
using LinksNumber = std::uint32_t;

struct KnownPackage
{
  spec::PackageId id;
  SlotNumber slot = k_none;
  Candidate candidate; ///< as the index gave it
  SummaryPtr summary;  ///< null until loaded, or unreadable
  bool is_loaded = false;
  LinksNumber links = k_none; ///< of a loaded package
  PackageNumber replaced_by = k_none;
  FeatureNumbers feature_numbers; ///< of a loaded package
};

using CandidateList = std::vector<PackageNumber>;

class Candidates
{
public:
  Candidates(PackageIndex& index, const ResolveRequest& request) : m_index(index), m_request(request) {}

  /// Versions that may satisfy the dependency, patches among them, best first. The pointer stays
  /// valid.
  [[nodiscard]] Result<const CandidateList*> query(const DependencyPtr& dependency);
  /// A package by its summary: members, and those of patches.
  [[nodiscard]] PackageNumber add(const SummaryPtr& summary);
  /// Reads the summary if that was not done yet; false when the index entry is unreadable.
  [[nodiscard]] Result<bool> load(PackageNumber number);

  [[nodiscard]] const KnownPackage& operator[](PackageNumber package) const { return m_packages[package]; }
  [[nodiscard]] std::optional<PackageNumber> number_of(spec::PackageId id) const
  {
    const auto found = m_numbers.find(id);
    return found == m_numbers.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::size_t size() const noexcept { return m_packages.size(); }
  /// The slot of a version seen from another source: what a patched dependency occupies as well.
  [[nodiscard]] SlotNumber slot_of(spec::PackageId id, spec::SourceId source);

  [[nodiscard]] PackageIndex& index() noexcept { return m_index; }
  [[nodiscard]] const ResolveRequest& request() const noexcept { return m_request; }

private:
  [[nodiscard]] PackageNumber add(Candidate candidate);
  [[nodiscard]] Result<CandidateList> ask(const Dependency& dependency);
  [[nodiscard]] Result<> apply_replacements(const CandidateList& list);
  [[nodiscard]] bool is_preferred(spec::PackageId id) const;
  [[nodiscard]] bool may_be_used(const Candidate& candidate, const Dependency& dependency) const;
  void sort(CandidateList& list) const;
  void set_summary(KnownPackage& package, SummaryPtr summary);

  struct QueryEntry
  {
    DependencyPtr dependency;
    CandidateList list;
  };
  PackageIndex& m_index;
  const ResolveRequest& m_request;
  std::deque<KnownPackage> m_packages;
  std::unordered_map<spec::PackageId, PackageNumber> m_numbers;
  std::unordered_map<const Dependency*, const CandidateList*> m_by_address;
  std::unordered_multimap<std::size_t, const QueryEntry*> m_by_hash;
  std::deque<QueryEntry> m_queries;
  std::vector<DependencyPtr> m_kept; ///< keeps the addresses of m_by_address alive
  struct SlotEntry
  {
    InternedString name;
    spec::CompatibilityKey compatibility;
    spec::SourceId source;
    SlotNumber number;
  };
  std::unordered_multimap<std::size_t, SlotEntry> m_slots;
  std::size_t m_slot_count = 0;
  std::unordered_map<InternedString, LinksNumber> m_links;
};

} // namespace cargo_wasm::resolve
