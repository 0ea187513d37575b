#include "walk_ahead.hpp"

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::source {

void WalkAhead::visit(const manifest::Dependency& dependency)
{
  RemoteRegistry* const registry = m_may_ask(dependency) ? m_registry_of(dependency.source) : nullptr;
  if (registry == nullptr) {
    return;
  }
  if (dependency.locked_version) {
    // A cached version that is locked needs no server, and what it depends on is locked, too.
    const auto cached = registry->index().cached(dependency.package_name);
    if (cached && *cached != nullptr && (*cached)->find(*dependency.locked_version) != nullptr) {
      return;
    }
  }
  registry->index().make_current();
  const auto ready = registry->index().request(dependency.package_name);
  if (!ready) {
    return; // the resolver meets the same error if it asks
  }
  if (*ready) {
    choose(*registry, dependency);
  } else {
    m_waiting[{registry, base::to_lower(dependency.package_name)}].push_back({dependency});
  }
}

void WalkAhead::loaded(RemoteRegistry& registry, const std::string& name)
{
  const auto found = m_waiting.find({&registry, name});
  if (found == m_waiting.end()) {
    return;
  }
  const auto requests = std::move(found->second);
  m_waiting.erase(found);
  for (const auto& request : requests) {
    choose(registry, request.dependency);
  }
}

void WalkAhead::choose(RemoteRegistry& registry, const manifest::Dependency& dependency)
{
  const auto file = registry.index().cached(dependency.package_name);
  if (!file || *file == nullptr) {
    return;
  }
  IndexFile::Entry* newest = nullptr;
  for (auto& entry : (*file)->entries()) {
    if (accepts(dependency, entry.version) && (newest == nullptr || newest->version < entry.version)) {
      const auto* head = (*file)->head(entry, registry.reader().source());
      if (head != nullptr && !head->yanked) {
        newest = &entry;
      }
    }
  }
  const auto summary = newest == nullptr ? nullptr : (*file)->summary(*newest, registry.reader());
  if (summary == nullptr) {
    return;
  }
  Node& node = m_nodes[summary->id];
  node.summary = summary;
  std::set<InternedString> touched;
  if (dependency.default_features) {
    enable(node, "default", touched);
  }
  for (const auto feature : dependency.features) {
    enable(node, feature, touched);
  }
  const bool is_first_visit = !node.expanded;
  node.expanded = true;
  // The node may move while the walk goes on; what is to be visited is collected first.
  std::vector<manifest::Dependency> next;
  for (const auto& child : summary->dependencies) {
    const bool is_wanted =
        child->kind != manifest::DependencyKind::development &&
        (child->optional ? touched.contains(child->name_in_toml) : is_first_visit || touched.contains(child->name_in_toml));
    if (is_wanted) {
      auto& copy = next.emplace_back(*child);
      const auto asked = node.asked.find(child->name_in_toml);
      if (asked != node.asked.end()) {
        copy.features.insert(copy.features.end(), asked->second.begin(), asked->second.end());
      }
    }
  }
  for (const auto& child : next) {
    visit(child);
  }
}

void WalkAhead::enable(Node& node, InternedString feature, std::set<InternedString>& touched)
{
  if (!node.features.insert(feature).second) {
    return;
  }
  const auto found = node.summary->features.find(feature);
  if (found == node.summary->features.end()) {
    return;
  }
  using Kind = manifest::FeatureValue::Kind;
  for (const auto& value : found->second) {
    switch (value.kind) {
    case Kind::feature:
      enable(node, value.feature, touched);
      break;
    case Kind::dependency:
      enable_dependency(node, value.dependency, nullptr, touched);
      break;
    case Kind::dependency_feature:
      enable_dependency(node, value.dependency, &value.feature, touched);
      enable(node, value.dependency, touched);
      break;
    }
  }
}

void WalkAhead::enable_dependency(Node& node, InternedString name, const InternedString* feature, std::set<InternedString>& touched)
{
  const auto [asked, is_new] = node.asked.try_emplace(name);
  const bool asks_more = feature != nullptr && asked->second.insert(*feature).second;
  if (is_new || asks_more) {
    touched.insert(name);
  }
}

} // namespace cargo_wasm::source
