// What every kind of source does for SourceMap. One object stands for one source after replacement.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/resolve/package_index.hpp>

namespace cargo_wasm::source {

/// A package that is needed on disk, with its checksum as the lock file or the index has it.
struct Wanted
{
  spec::PackageId id;
  std::optional<std::string> checksum;
};

enum class Match : std::uint8_t { requirement, any_version };

class PackageSource
{
public:
  virtual ~PackageSource() = default;

  virtual Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) = 0;
  /// Only sources whose candidates come without a summary need this.
  virtual Result<manifest::SummaryPtr> load_candidate(const resolve::Candidate& candidate) { return candidate.summary; }
  /// Names that `name` may have been meant to be, and exist.
  virtual Result<std::vector<std::string>> similar_names(std::string_view name) = 0;

  /// Puts the packages on disk.
  virtual Result<> fetch(std::span<const Wanted> wanted) = 0;
  /// The package, if this source reads manifests itself; registries answer nullptr, and SourceMap reads in `directory_of`.
  virtual Result<manifest::PackagePtr> loaded_package(spec::PackageId id) = 0;
  /// Where a package lies, or will lie, if that follows from its id.
  [[nodiscard]] virtual std::optional<base::Path> directory_of(spec::PackageId id) const = 0;
  /// Where its archive lies, or will lie, for sources that have some.
  [[nodiscard]] virtual std::optional<base::Path> archive_of(spec::PackageId) const { return std::nullopt; }
  virtual Result<std::vector<manifest::PackagePtr>> all_packages() { return std::vector<manifest::PackagePtr>{}; }
  virtual Result<> verify(spec::PackageId) { return {}; }
  virtual void request_update() {}
};

/// Whether the version of `id` is one the dependency accepts.
[[nodiscard]] inline bool accepts(const manifest::Dependency& dependency, const spec::Version& version)
{
  return dependency.locked_version ? *dependency.locked_version == version : dependency.req.matches(version);
}

/// A candidate whose summary is known.
[[nodiscard]] inline resolve::Candidate candidate_of(const manifest::SummaryPtr& summary)
{
  return {summary->id, summary->yanked, summary->rust_version, summary};
}

} // namespace cargo_wasm::source
