// The resolve graph by package id, for look-ups that happen thousands of times: hashing instead of comparing
// names, and `[replace]`d packages already replaced.
#pragma once
#include <unordered_map>
#include <vector>

#include <cargo_wasm/resolve/resolve.hpp>

namespace cargo_wasm::plan {

class EdgeIndex
{
public:
  struct Edge
  {
    spec::PackageId to;
    const std::vector<resolve::DependencyPtr>* dependencies;
  };

  explicit EdgeIndex(const resolve::Resolve& resolve)
  {
    m_entries.reserve(resolve.packages.size());
    for (const auto& [id, package] : resolve.packages) {
      m_entries.emplace(id, Entry{&package, {}});
    }
    for (auto& [id, entry] : m_entries) {
      entry.edges.reserve(entry.package->edges.size());
      for (const resolve::ResolveEdge& edge : entry.package->edges) {
        const auto target = m_entries.find(edge.to);
        const bool is_replaced = target != m_entries.end() && target->second.package->replaced_by.has_value();
        entry.edges.push_back({is_replaced ? *target->second.package->replaced_by : edge.to, &edge.dependencies});
      }
    }
  }

  [[nodiscard]] bool contains(spec::PackageId id) const { return m_entries.contains(id); }
  [[nodiscard]] const resolve::ResolvedPackage& package(spec::PackageId id) const { return *m_entries.at(id).package; }
  [[nodiscard]] const std::vector<Edge>& edges(spec::PackageId id) const { return m_entries.at(id).edges; }

private:
  struct Entry
  {
    const resolve::ResolvedPackage* package;
    std::vector<Edge> edges;
  };
  std::unordered_map<spec::PackageId, Entry> m_entries;
};

} // namespace cargo_wasm::plan
