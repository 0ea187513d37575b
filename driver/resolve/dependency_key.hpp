// Dependencies by value: equal declarations from different packages share one number, which caches
// are keyed by.
#pragma once
#include <cargo_wasm/resolve/package_index.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

/// Hash of what decides the candidates: name, source with its precise part, requirement.
[[nodiscard]] std::size_t query_hash(const Dependency& dependency);
[[nodiscard]] bool same_query(const Dependency& a, const Dependency& b);
[[nodiscard]] bool same_declaration(const Dependency& a, const Dependency& b);

using DependencyKey = std::uint32_t;

class DependencyKeys
{
public:
  /// The number of all dependencies equal to this one. Cost: one hash the first time an object is
  /// seen.
  [[nodiscard]] DependencyKey of(const DependencyPtr& dependency);

private:
  std::unordered_map<const Dependency*, DependencyKey> m_by_address;
  std::unordered_multimap<std::size_t, DependencyKey> m_by_hash;
  std::vector<DependencyPtr> m_dependencies; ///< by key; keeps the addresses of m_by_address alive
  std::vector<DependencyPtr> m_seen;
};

} // namespace cargo_wasm::resolve
