#include "dependency_key.hpp"

namespace cargo_wasm::resolve {
namespace {

void mix(std::size_t& hash, std::size_t value)
{
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL + (hash >> 29U);
}

bool same_source_exactly(spec::SourceId a, spec::SourceId b)
{
  return a == b && a.same_precise(b);
}

} // namespace

std::size_t query_hash(const Dependency& dependency)
{
  std::size_t hash = std::hash<InternedString>{}(dependency.package_name);
  mix(hash, std::hash<spec::SourceId>{}(dependency.source));
  for (const spec::Comparator& comparator : dependency.req.comparators()) {
    mix(hash, static_cast<std::size_t>(comparator.op));
    mix(hash, comparator.major);
    mix(hash, comparator.minor.value_or(~0ULL));
    mix(hash, comparator.patch.value_or(~0ULL));
  }
  return hash;
}

bool same_query(const Dependency& a, const Dependency& b)
{
  return a.package_name == b.package_name && same_source_exactly(a.source, b.source) && a.locked_version == b.locked_version &&
         a.req == b.req;
}

bool same_declaration(const Dependency& a, const Dependency& b)
{
  return same_query(a, b) && a.name_in_toml == b.name_in_toml && a.is_renamed == b.is_renamed && a.kind == b.kind &&
         a.optional == b.optional && a.default_features == b.default_features && a.is_public == b.is_public &&
         a.specified_req == b.specified_req && a.registry_id == b.registry_id && a.features == b.features && a.platform == b.platform;
}

DependencyKey DependencyKeys::of(const DependencyPtr& dependency)
{
  if (const auto known = m_by_address.find(dependency.get()); known != m_by_address.end()) {
    return known->second;
  }
  const std::size_t hash = query_hash(*dependency);
  DependencyKey key = static_cast<DependencyKey>(m_dependencies.size());
  const auto [first, last] = m_by_hash.equal_range(hash);
  for (auto place = first; place != last; ++place) {
    if (same_declaration(*m_dependencies[place->second], *dependency)) {
      key = place->second;
      break;
    }
  }
  if (key == m_dependencies.size()) {
    m_dependencies.push_back(dependency);
    m_by_hash.emplace(hash, key);
  } else {
    m_seen.push_back(dependency);
  }
  m_by_address.emplace(dependency.get(), key);
  return key;
}

} // namespace cargo_wasm::resolve
