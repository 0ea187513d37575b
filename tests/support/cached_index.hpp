// The sparse index as cargo left it in `$CARGO_HOME/registry/index/*/.cache`, as a PackageIndex:
// real graphs without network.
#pragma once
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/resolve/package_index.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace cargo_wasm::support {

class CachedIndex final : public resolve::PackageIndex
{
public:
  /// `downloaded_only`: as with `--offline`, versions whose `.crate` is there; when none of those
  /// matches, every one.
  CachedIndex(const std::filesystem::path& cargo_home, bool downloaded_only)
      : m_downloaded_only(downloaded_only)
  {
    std::error_code ignored;
    for (const auto& entry :
         std::filesystem::directory_iterator(cargo_home / "registry" / "index", ignored)) {
      if (entry.path().filename().string().starts_with("index.")) {
        m_cache = entry.path() / ".cache";
        m_crates = cargo_home / "registry" / "cache" / entry.path().filename();
      }
    }
  }

  Result<std::vector<resolve::SummaryPtr>> query(const manifest::Dependency& dependency) override
  {
    CW_TRY_ASSIGN(const auto candidates, query_candidates(dependency));
    std::vector<resolve::SummaryPtr> out;
    for (const resolve::Candidate& candidate : candidates) {
      CW_TRY_ASSIGN(auto summary, load_candidate(candidate));
      if (summary != nullptr) {
        out.push_back(std::move(summary));
      }
    }
    return out;
  }

  Result<std::vector<resolve::Candidate>>
  query_candidates(const manifest::Dependency& dependency) override
  {
    std::vector<resolve::Candidate> all;
    std::vector<resolve::Candidate> downloaded;
    for (Entry& entry : crate(dependency.package_name).entries) {
      if (entry.is_usable && dependency.req.matches(entry.version)) {
        ++m_heads;
        resolve::Candidate candidate{
            spec::PackageId(dependency.package_name, entry.version, spec::SourceId::crates_io()),
            entry.yanked,
            entry.rust_version,
            {}};
        if (m_downloaded_only &&
            std::filesystem::exists(m_crates / (dependency.package_name.str() + "-" +
                                                spec::to_string(entry.version) + ".crate"))) {
          downloaded.push_back(candidate);
        }
        all.push_back(std::move(candidate));
      }
    }
    return m_downloaded_only && !downloaded.empty() ? downloaded : all;
  }

  Result<resolve::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override
  {
    for (Entry& entry : crate(candidate.id.name()).entries) {
      if (entry.version == candidate.id.version()) {
        if (entry.summary == nullptr && entry.is_usable) {
          ++m_loaded;
          entry.summary = summary_of(entry, candidate.id);
          entry.is_usable = entry.summary != nullptr;
        }
        return entry.summary;
      }
    }
    return resolve::SummaryPtr{};
  }

  Result<std::vector<resolve::SummaryPtr>>
  query_all_versions(const manifest::Dependency& dependency) override
  {
    manifest::Dependency any = dependency;
    any.req = {};
    return query(any);
  }
  Result<std::vector<std::string>> similar_names(const manifest::Dependency&) override
  {
    return std::vector<std::string>{};
  }
  Result<> prefetch(std::span<const resolve::DependencyPtr>) override { return {}; }

  [[nodiscard]] std::size_t files() const { return m_by_name.size(); }
  [[nodiscard]] std::size_t loaded() const { return m_loaded; }
  [[nodiscard]] std::size_t heads() const { return m_heads; }

private:
  struct Entry
  {
    spec::Version version;
    std::string_view json;
    bool is_usable = true, yanked = false;
    std::optional<spec::RustVersion> rust_version;
    resolve::SummaryPtr summary;
  };
  struct Crate
  {
    std::string text;
    std::vector<Entry> entries;
  };

  Crate& crate(InternedString name)
  {
    const auto [place, is_new] = m_by_name.try_emplace(name);
    Crate& crate = place->second;
    if (!is_new) {
      return crate;
    }
    std::ifstream in(m_cache / registry_protocol::index_path(name),
                     std::ios::binary | std::ios::ate);
    if (!in) {
      return crate;
    }
    crate.text.resize(static_cast<std::size_t>(in.tellg()));
    in.seekg(0);
    in.read(crate.text.data(), static_cast<std::streamsize>(crate.text.size()));
    std::string_view rest = crate.text;
    rest.remove_prefix(5);
    const auto field = [&] {
      const std::size_t end = rest.find('\0');
      const std::string_view out = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      return out;
    };
    (void)field();
    while (!rest.empty()) {
      const std::string_view version = field();
      const std::string_view json = field();
      const auto parsed = spec::parse_version(version);
      const auto head = registry_protocol::parse_index_head(json);
      if (!parsed || !head || head->schema > registry_protocol::k_index_schema_max) {
        continue;
      }
      Entry entry{*parsed, json, true, head->yanked, {}, {}};
      if (const auto rust = spec::parse_rust_version(head->rust_version);
          rust && !head->rust_version.empty()) {
        entry.rust_version = *rust;
      }
      crate.entries.push_back(std::move(entry));
    }
    return crate;
  }

  static resolve::SummaryPtr summary_of(const Entry& entry, spec::PackageId id)
  {
    const auto parsed = registry_protocol::parse_index_entry(entry.json);
    if (!parsed || parsed->name != id.name().view()) {
      return nullptr;
    }
    auto out = std::make_shared<manifest::Summary>(
        manifest::Summary{id, {}, {}, {}, entry.rust_version, parsed->checksum, entry.yanked});
    for (const registry_protocol::IndexDependency& from : parsed->dependencies) {
      auto to = std::make_shared<manifest::Dependency>();
      to->name_in_toml = from.name;
      to->package_name = from.package.value_or(from.name);
      to->is_renamed = from.package.has_value();
      const auto req = spec::parse_version_req(from.req);
      if (!req) {
        return nullptr;
      }
      to->req = *req;
      to->req_text = from.req;
      to->optional = from.optional;
      to->default_features = from.default_features;
      to->kind = from.kind == "dev"     ? manifest::DependencyKind::development
                 : from.kind == "build" ? manifest::DependencyKind::build
                                        : manifest::DependencyKind::normal;
      if (from.target) {
        const auto platform = spec::parse_platform(*from.target);
        if (!platform) {
          return nullptr;
        }
        to->platform = *platform;
      }
      for (const std::string& feature : from.features) {
        if (!feature.empty()) {
          to->features.emplace_back(feature);
        }
      }
      out->dependencies.push_back(std::move(to));
    }
    manifest::RawFeatureMap raw;
    for (const auto* map : {&parsed->features, &parsed->features2}) {
      for (const auto& [name, values] : *map) {
        auto& target = raw[InternedString(name)];
        target.insert(target.end(), values.begin(), values.end());
      }
    }
    auto features = manifest::build_feature_map(raw, out->dependencies);
    if (!features) {
      return nullptr;
    }
    out->features = std::move(*features);
    if (parsed->links) {
      out->links = InternedString(*parsed->links);
    }
    return out;
  }

  bool m_downloaded_only;
  std::filesystem::path m_cache, m_crates;
  std::unordered_map<InternedString, Crate> m_by_name;
  std::size_t m_loaded = 0, m_heads = 0;
};

} // namespace cargo_wasm::support
