// A registry in memory: `index.add("a", "1.0.0").depends("b", "^1")`.
#pragma once
#include <cargo_wasm/resolve/resolver.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace cargo_wasm::test {

using manifest::DependencyKind;

class PackageBuilder
{
public:
  PackageBuilder(std::string_view name, std::string_view version, spec::SourceId source = spec::SourceId::crates_io())
      : m_summary(std::make_shared<manifest::Summary>(
            manifest::Summary{spec::PackageId(InternedString(name), spec::parse_version(version).value(), source),
                              {},
                              {},
                              {},
                              {},
                              std::string(64, 'c'),
                              false}))
  {
    if (source.is_path()) {
      m_summary->checksum.reset();
    }
  }

  struct Options
  {
    std::vector<InternedString> features{};
    bool optional = false, default_features = true;
    DependencyKind kind = DependencyKind::normal;
    spec::SourceId source = spec::SourceId::crates_io();
    std::string name_in_toml{};
  };
  PackageBuilder& depends(std::string_view name, std::string_view req) { return depends(name, req, Options()); }
  PackageBuilder& depends(std::string_view name, std::string_view req, const Options& options)
  {
    auto out = std::make_shared<manifest::Dependency>();
    out->package_name = InternedString(name);
    out->name_in_toml = options.name_in_toml.empty() ? InternedString(name) : InternedString(options.name_in_toml);
    out->is_renamed = !options.name_in_toml.empty();
    out->req = spec::parse_version_req(req).value();
    out->req_text = std::string(req);
    out->features = options.features;
    out->optional = options.optional;
    out->default_features = options.default_features;
    out->kind = options.kind;
    out->source = options.source;
    m_summary->dependencies.push_back(std::move(out));
    return *this;
  }
  PackageBuilder& feature(std::string_view name, std::vector<std::string> values = {})
  {
    auto& list = m_raw[InternedString(name)];
    list.assign(values.begin(), values.end());
    return *this;
  }
  PackageBuilder& links(std::string_view name)
  {
    m_summary->links = InternedString(name);
    return *this;
  }
  PackageBuilder& rust_version(std::string_view version)
  {
    m_summary->rust_version = spec::parse_rust_version(version).value();
    return *this;
  }
  PackageBuilder& yanked()
  {
    m_summary->yanked = true;
    return *this;
  }

  [[nodiscard]] resolve::SummaryPtr build()
  {
    m_summary->features = manifest::build_feature_map(m_raw, m_summary->dependencies).value();
    return m_summary;
  }

private:
  std::shared_ptr<manifest::Summary> m_summary;
  manifest::RawFeatureMap m_raw;
};

class ListIndex final : public resolve::PackageIndex
{
public:
  PackageBuilder& add(std::string_view name, std::string_view version, spec::SourceId source = spec::SourceId::crates_io())
  {
    m_packages.push_back(std::make_unique<PackageBuilder>(name, version, source));
    return *m_packages.back();
  }

  Result<std::vector<resolve::SummaryPtr>> query(const manifest::Dependency& dependency) override
  {
    ++queries;
    return matching(dependency, false);
  }
  Result<std::vector<resolve::SummaryPtr>> query_all_versions(const manifest::Dependency& dependency) override
  {
    return matching(dependency, true);
  }
  Result<std::vector<std::string>> similar_names(const manifest::Dependency&) override { return similar; }
  Result<> prefetch(std::span<const resolve::DependencyPtr>) override { return {}; }

  std::vector<std::string> similar;
  int queries = 0;

private:
  std::vector<resolve::SummaryPtr> matching(const manifest::Dependency& dependency, bool any_version)
  {
    std::vector<resolve::SummaryPtr> out;
    for (const auto& package : m_packages) {
      const resolve::SummaryPtr summary = package->build();
      if (summary->id.name() == dependency.package_name && summary->id.source() == dependency.source &&
          (any_version || dependency.req.matches(summary->id.version()))) {
        out.push_back(summary);
      }
    }
    return out;
  }

  std::vector<std::unique_ptr<PackageBuilder>> m_packages;
};

/// The member "app v0.1.0 (/app)".
inline PackageBuilder app()
{
  return PackageBuilder("app", "0.1.0", spec::SourceId::for_path("/app"));
}

inline resolve::ResolveRequest request_for(PackageBuilder& root)
{
  resolve::ResolveRequest request;
  request.roots.push_back({root.build(), {{}, true, true}, true});
  return request;
}

/// "a 1.0.0, b 2.0.0": the chosen packages without the members; what failed instead.
inline std::string chosen(const Result<resolve::Resolve>& resolved)
{
  if (!resolved) {
    return base::render(resolved.error(), base::Severity::error, false);
  }
  std::string out;
  for (const auto& [id, package] : resolved->packages) {
    if (!id.source().is_path()) {
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", id.name(), spec::to_string(id.version()));
    }
  }
  return out;
}
inline std::string chosen(ListIndex& index, PackageBuilder& root)
{
  return chosen(resolve::resolve_versions(index, request_for(root)));
}

} // namespace cargo_wasm::test
