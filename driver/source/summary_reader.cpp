#include "summary_reader.hpp"

#include <unordered_map>

#include <fmt/format.h>

namespace cargo_wasm::source {

using manifest::Dependency;
using manifest::DependencyKind;
using registry_protocol::IndexDependency;

struct SummaryReader::Memo
{
  std::unordered_map<std::string, spec::VersionReq> requirements;
  std::unordered_map<std::string, spec::Platform> platforms;
  std::unordered_map<std::string, std::shared_ptr<const Dependency>> dependencies;
};

namespace {

/// Every member that takes part, delimited: equal keys mean equal dependencies.
std::string memo_key(const IndexDependency& dependency)
{
  std::string key;
  const auto add = [&key](std::string_view part) {
    key += part;
    key += '\0';
  };
  add(dependency.name);
  add(dependency.req);
  for (const auto& feature : dependency.features) {
    add(feature);
  }
  add("\x01");
  key += dependency.optional ? 'o' : '-';
  key += dependency.default_features ? 'd' : '-';
  key += dependency.is_public.value_or(false) ? 'p' : '-';
  add(dependency.target.value_or("\x01"));
  add(dependency.kind.value_or("\x01"));
  add(dependency.registry.value_or("\x01"));
  add(dependency.package.value_or("\x01"));
  return key;
}

DependencyKind kind_of(const std::optional<std::string>& kind)
{
  if (kind == "dev") {
    return DependencyKind::development;
  }
  return kind == "build" ? DependencyKind::build : DependencyKind::normal;
}

manifest::RawFeatureMap raw_features(const registry_protocol::IndexEntry& entry)
{
  manifest::RawFeatureMap raw;
  const auto add = [&raw](const std::map<std::string, std::vector<std::string>>& features) {
    for (const auto& [name, values] : features) {
      auto& list = raw[InternedString(name)];
      list.insert(list.end(), values.begin(), values.end());
    }
  };
  add(entry.features);
  add(entry.features2);
  return raw;
}

} // namespace

SummaryReader::SummaryReader(spec::SourceId shown, spec::SourceId actual)
    : m_shown(shown.without_precise()), m_actual(actual), m_memo(std::make_unique<Memo>())
{
}

SummaryReader::~SummaryReader() = default;

Result<std::shared_ptr<const Dependency>> SummaryReader::dependency_of(const IndexDependency& dependency)
{
  const std::string key = memo_key(dependency);
  if (const auto known = m_memo->dependencies.find(key); known != m_memo->dependencies.end()) {
    return known->second;
  }
  auto out = std::make_shared<Dependency>();
  out->name_in_toml = dependency.name;
  out->package_name = dependency.package ? *dependency.package : dependency.name;
  out->is_renamed = dependency.package.has_value();
  out->req_text = dependency.req;
  auto requirement = m_memo->requirements.find(dependency.req);
  if (requirement == m_memo->requirements.end()) {
    CW_TRY_ASSIGN(auto parsed, spec::parse_version_req(dependency.req));
    requirement = m_memo->requirements.emplace(dependency.req, std::move(parsed)).first;
  }
  out->req = requirement->second;
  if (dependency.target) {
    auto platform = m_memo->platforms.find(*dependency.target);
    if (platform == m_memo->platforms.end()) {
      CW_TRY_ASSIGN(auto parsed, spec::parse_platform(*dependency.target));
      platform = m_memo->platforms.emplace(*dependency.target, std::move(parsed)).first;
    }
    out->platform = platform->second;
  }
  out->source = dependency.registry ? spec::SourceId::for_registry(*dependency.registry) : m_shown;
  if (out->source == m_actual) {
    out->source = m_shown;
  }
  if (!out->source.is_crates_io()) {
    out->registry_id = out->source;
  }
  out->kind = kind_of(dependency.kind);
  out->optional = dependency.optional;
  out->default_features = dependency.default_features;
  out->is_public = dependency.is_public.value_or(false);
  for (const auto& feature : dependency.features) {
    // Old lines of crates.io hold empty names; they mean nothing.
    if (!feature.empty()) {
      out->features.emplace_back(feature);
    }
  }
  m_memo->dependencies.emplace(key, out);
  return out;
}

Result<manifest::SummaryPtr> SummaryReader::read(std::string_view line)
{
  CW_TRY_ASSIGN(const auto entry, registry_protocol::parse_index_entry(line));
  CW_TRY_ASSIGN(const auto version, spec::parse_version(entry.version));
  std::vector<std::shared_ptr<const Dependency>> dependencies;
  dependencies.reserve(entry.dependencies.size());
  for (const auto& dependency : entry.dependencies) {
    CW_TRY_ASSIGN(auto read, dependency_of(dependency));
    dependencies.push_back(std::move(read));
  }
  CW_TRY_ASSIGN(auto features, manifest::build_feature_map(raw_features(entry), dependencies));
  auto summary = std::make_shared<manifest::Summary>(manifest::Summary{
      spec::PackageId(InternedString(entry.name), version, m_shown), std::move(dependencies), std::move(features), {}, {}, {}, false});
  if (entry.links) {
    summary->links = InternedString(*entry.links);
  }
  if (entry.rust_version) {
    CW_TRY_ASSIGN(auto rust_version, spec::parse_rust_version(*entry.rust_version));
    summary->rust_version = rust_version;
  }
  summary->checksum = entry.checksum;
  summary->yanked = entry.yanked;
  return summary;
}

} // namespace cargo_wasm::source
