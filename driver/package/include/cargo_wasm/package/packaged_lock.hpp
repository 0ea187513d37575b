// The Cargo.lock of a published package: what its normalised manifest resolves to, with the versions that the workspace's lock has.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

namespace cargo_wasm::package {

/// Answers as another index, and with packages of the workspace that the registry will have once they are published.
class OverlayIndex final : public resolve::PackageIndex
{
public:
  explicit OverlayIndex(resolve::PackageIndex& below) : m_below(below) {}
  /// `summary`: with the registry as its source, and a checksum.
  void add(resolve::SummaryPtr summary) { m_packages.push_back(std::move(summary)); }

  Result<std::vector<resolve::SummaryPtr>> query(const manifest::Dependency& dependency) override;
  Result<std::vector<resolve::Candidate>> query_candidates(const manifest::Dependency& dependency) override;
  Result<resolve::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override;
  Result<std::vector<resolve::SummaryPtr>> query_all_versions(const manifest::Dependency& dependency) override;
  Result<std::vector<std::string>> similar_names(const manifest::Dependency& dependency) override;
  Result<> prefetch(std::span<const resolve::DependencyPtr> roots) override;

private:
  [[nodiscard]] std::vector<resolve::SummaryPtr> matching(const manifest::Dependency& dependency, bool any_version) const;
  resolve::PackageIndex& m_below;
  std::vector<resolve::SummaryPtr> m_packages;
};

/// A package whose manifest exists as text alone: `read_manifest` reads it from `directory`, where nothing needs to be.
[[nodiscard]] Result<PackagePtr>
read_manifest_text(const Env& env, const manifest::Config& config, const Path& directory, const std::string& text, spec::SourceId source);

/// The lock. `directory`: where the package pretends to be; Cargo.toml and Cargo.lock are written there. `options.locked` counts for the
/// workspace's own lock, not for this one. Errors: those of the resolver.
[[nodiscard]] Result<resolve::LockPassResult> packaged_lock(const Env& env,
                                                            const manifest::Config& config,
                                                            resolve::PackageIndex& index,
                                                            const Path& directory,
                                                            const std::string& manifest_text,
                                                            const std::optional<std::string>& workspace_lock,
                                                            resolve::LockPassOptions options);

} // namespace cargo_wasm::package
