// What was learned from dead ends: for a dependency, sets of packages that cannot all be active if
// it is to be met. The facts hold whatever else is active, so nothing is ever removed.
#pragma once
#include "dependency_key.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace cargo_wasm::resolve {

/// Why a package stands in the way.
struct ConflictReason
{
  enum class Kind : std::uint8_t {
    semver,              ///< another version of the same compatibility class
    links,               ///< the same `links` value
    missing_feature,     ///< asks for a feature that the candidate lacks
    required_dependency, ///< … that is the name of a dependency which is not optional
    hidden_dependency,   ///< … that is the name of an optional dependency used with `dep:`
  } kind = Kind::semver;
  InternedString name; ///< the `links` value or the feature
};

using ConflictSet = std::map<spec::PackageId, ConflictReason>;

/// The age (number of decisions) at which a package became active; nullopt when it is not.
using AgeOf = std::function<std::optional<std::uint32_t>(spec::PackageId)>;
inline constexpr std::uint32_t k_any_age = ~0U;

class ConflictCache
{
public:
  void insert(DependencyKey dependency, const ConflictSet& conflict);

  /// A set all of whose members are active, younger ones than `max_age` aside; of several the one
  /// that lets the search jump back furthest. `must_contain` restricts to sets with that member,
  /// whose own age does not count.
  [[nodiscard]] const ConflictSet*
  find(DependencyKey dependency, const AgeOf& age_of, std::optional<spec::PackageId> must_contain, std::uint32_t max_age) const;
  [[nodiscard]] bool has(DependencyKey dependency) const { return m_roots.count(dependency) != 0; }
  /// Dependencies with a set that names this package; nullptr for none.
  [[nodiscard]] const std::unordered_set<DependencyKey>* dependencies_with(spec::PackageId package) const;

private:
  /// A trie over the members in order; a set ends where `set` is filled, and then nothing hangs
  /// below.
  struct Node
  {
    std::optional<ConflictSet> set;
    std::map<spec::PackageId, std::unique_ptr<Node>> next;
  };
  struct Found
  {
    const ConflictSet* set = nullptr;
    std::uint32_t age = 0;
  };
  static Found find(const Node& node, const AgeOf& age_of, std::optional<spec::PackageId> must_contain, std::uint32_t max_age);

  std::unordered_map<DependencyKey, Node> m_roots;
  std::unordered_map<spec::PackageId, std::unordered_set<DependencyKey>> m_dependencies;
};

} // namespace cargo_wasm::resolve
