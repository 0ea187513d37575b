#include <cargo_wasm/package/packaged_lock.hpp>

#include <algorithm>

namespace cargo_wasm::package {

std::vector<resolve::SummaryPtr> OverlayIndex::matching(const manifest::Dependency& dependency, bool any_version) const
{
  std::vector<resolve::SummaryPtr> out;
  for (const auto& summary : m_packages) {
    const bool is_named = summary->id.name() == dependency.package_name && summary->id.source().same_source(dependency.source);
    if (is_named && (any_version || dependency.matches(summary->id))) {
      out.push_back(summary);
    }
  }
  return out;
}

Result<std::vector<resolve::SummaryPtr>> OverlayIndex::query(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(auto all, m_below.query(dependency));
  for (auto& mine : matching(dependency, false)) {
    std::erase_if(all, [&](const auto& other) { return other->id == mine->id; });
    all.push_back(std::move(mine));
  }
  return all;
}

Result<std::vector<resolve::Candidate>> OverlayIndex::query_candidates(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(auto all, m_below.query_candidates(dependency));
  for (auto& mine : matching(dependency, false)) {
    std::erase_if(all, [&](const auto& other) { return other.id == mine->id; });
    all.push_back({mine->id, false, mine->rust_version, mine});
  }
  return all;
}

Result<resolve::SummaryPtr> OverlayIndex::load_candidate(const resolve::Candidate& candidate)
{
  if (candidate.summary != nullptr) {
    return candidate.summary;
  }
  return m_below.load_candidate(candidate);
}

Result<std::vector<resolve::SummaryPtr>> OverlayIndex::query_all_versions(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(auto all, m_below.query_all_versions(dependency));
  std::ranges::copy(matching(dependency, true), std::back_inserter(all));
  return all;
}

Result<std::vector<std::string>> OverlayIndex::similar_names(const manifest::Dependency& dependency)
{
  return m_below.similar_names(dependency);
}

Result<> OverlayIndex::prefetch(std::span<const resolve::DependencyPtr> roots)
{
  return m_below.prefetch(roots);
}

Result<PackagePtr>
read_manifest_text(const Env& env, const manifest::Config& config, const Path& directory, const std::string& text, spec::SourceId source)
{
  CW_TRY(env.fs.write_atomic(directory / "Cargo.toml", text));
  manifest::ReadOptions read;
  read.source = source;
  read.registries = &config;
  auto package = std::make_shared<manifest::Package>();
  CW_TRY_ASSIGN(package->manifest, manifest::read_manifest(env.fs, directory / "Cargo.toml", read));
  return package;
}

Result<resolve::LockPassResult> packaged_lock(const Env& env,
                                              const manifest::Config& config,
                                              resolve::PackageIndex& index,
                                              const Path& directory,
                                              const std::string& manifest_text,
                                              const std::optional<std::string>& workspace_lock,
                                              resolve::LockPassOptions options)
{
  CW_TRY_ASSIGN(PackagePtr package, read_manifest_text(env, config, directory, manifest_text, spec::SourceId::for_path(directory)));
  if (workspace_lock) {
    CW_TRY(env.fs.write_atomic(directory / "Cargo.lock", *workspace_lock));
  } else {
    CW_TRY(env.fs.remove(directory / "Cargo.lock"));
  }
  CW_TRY_ASSIGN(const auto workspace, manifest::load_ephemeral_workspace(env, config, std::move(package), directory / "target"));
  options.locked = options.frozen = false;
  return resolve::resolve_for_lock(env, workspace, config, index, options);
}

} // namespace cargo_wasm::package
