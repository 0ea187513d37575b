#include "conflict_cache.hpp"

#include <algorithm>

namespace cargo_wasm::resolve {

void ConflictCache::insert(DependencyKey dependency, const ConflictSet& conflict)
{
  Node* node = &m_roots[dependency];
  for (const auto& [package, reason] : conflict) {
    m_dependencies[package].insert(dependency);
  }
  for (const auto& [package, reason] : conflict) {
    if (node->set) {
      return; // a subset is known: it says more
    }
    std::unique_ptr<Node>& next = node->next[package];
    if (next == nullptr) {
      next = std::make_unique<Node>();
    }
    node = next.get();
  }
  node->set = conflict;
  node->next.clear();
}

ConflictCache::Found
ConflictCache::find(const Node& node, const AgeOf& age_of, std::optional<spec::PackageId> must_contain, std::uint32_t max_age)
{
  if (node.set) {
    return must_contain ? Found{} : Found{&*node.set, 0};
  }
  Found best;
  for (const auto& [package, next] : node.next) {
    if (must_contain && package > *must_contain) {
      break; // members are in order: the wanted one cannot follow
    }
    const std::optional<std::uint32_t> age = age_of(package);
    const bool is_wanted = must_contain == package;
    if (!age || (*age >= max_age && !is_wanted)) {
      continue;
    }
    const Found found = find(*next, age_of, is_wanted ? std::nullopt : must_contain, max_age);
    if (found.set == nullptr) {
      continue;
    }
    const std::uint32_t found_age = is_wanted ? found.age : std::max(*age, found.age);
    if (found_age < max_age) {
      best = {found.set, found_age};
      max_age = found_age;
    }
  }
  return best;
}

const ConflictSet*
ConflictCache::find(DependencyKey dependency, const AgeOf& age_of, std::optional<spec::PackageId> must_contain, std::uint32_t max_age) const
{
  const auto root = m_roots.find(dependency);
  return root == m_roots.end() ? nullptr : find(root->second, age_of, must_contain, max_age).set;
}

const std::unordered_set<DependencyKey>* ConflictCache::dependencies_with(spec::PackageId package) const
{
  const auto found = m_dependencies.find(package);
  return found == m_dependencies.end() ? nullptr : &found->second;
}

} // namespace cargo_wasm::resolve
