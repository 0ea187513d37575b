// Which features a request turns on in a package, and which dependencies it then has, with the
// features asked of each.
#pragma once
#include "candidates.hpp"
#include "feature_closure.hpp"

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

/// Sorted, without duplicates; equal sets have one number.
using FeatureSetNumber = std::uint32_t;

/// One dependency of an expanded package.
struct NeededDependency
{
  DependencyKey key = 0;
  DependencyPtr declared;
  DependencyPtr queried; ///< pinned by a lock file, else `declared`
  const CandidateList* candidates = nullptr;
  FeatureSetNumber features = 0; ///< declared ones and those that features of the parent add
};

struct Expansion
{
  FeatureBits features;
  std::vector<NeededDependency> dependencies; ///< fewest candidates first, else as declared
  std::optional<MissingFeature> missing;
};

class Expansions
{
public:
  explicit Expansions(Candidates& candidates) : m_candidates(candidates) { (void)intern({}); }

  [[nodiscard]] FeatureSetNumber intern(std::vector<InternedString> features);
  [[nodiscard]] const std::vector<InternedString>& features(FeatureSetNumber set) const { return m_sets[set]; }

  /// Of a package that something depends on. The package must be loaded. Memoised. Errors: those of
  /// the index.
  [[nodiscard]] Result<const Expansion*> of(PackageNumber package, FeatureSetNumber features, bool default_features);
  /// Of a member.
  [[nodiscard]] Result<const Expansion*> of_root(PackageNumber package, const RequestedFeatures& requested, bool dev_dependencies);
  /// True when everything asked for is on already.
  [[nodiscard]] bool is_active(PackageNumber number, const FeatureBits& active, FeatureSetNumber features, bool default_features) const;

private:
  [[nodiscard]] Result<const Expansion*> finish(PackageNumber package, FeatureClosure& wanted, bool dev_dependencies, bool is_root);

  Candidates& m_candidates;
  DependencyKeys m_keys;
  std::deque<std::vector<InternedString>> m_sets;
  std::unordered_multimap<std::size_t, FeatureSetNumber> m_set_numbers;
  std::deque<Expansion> m_expansions;
  std::unordered_map<std::uint64_t, const Expansion*> m_by_request;
};

} // namespace cargo_wasm::resolve
