// Where packages come from: registries, git repositories, directories. One SourceMap serves a whole command: the
// resolver asks it for candidates (PackageIndex), then it downloads, unpacks and reads the packages that were chosen.
//
// Everything on disk is cargo's: `$CARGO_HOME/registry/{index,cache,src}/<host>-<hash>` and `$CARGO_HOME/git/{db,checkouts}`,
// under cargo's lock `$CARGO_HOME/.package-cache`, so that both programs use each other's downloads.
//
// When the network is asked
// - A dependency is *locked* when it has a `locked_version`. A locked dependency is
//   answered from the index cache if the version is there; the server is asked only when it is not.
// - Any other dependency makes its registry *current*: each index file is revalidated once per command before it is used.
//   With a complete lock, then, no request is made.
// - Offline (Config::offline) nothing is asked. Candidates are the downloaded versions that match; only when none of those
//   matches, every cached one (cargo's rule, sources/registry/index).
//
// Ids of answers carry no precise part for registries ("locked" is dropped); git ids carry the full commit.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/net/git.hpp>
#include <cargo_wasm/resolve/package_index.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

namespace cargo_wasm::source {

using manifest::PackagePtr;
using spec::PackageId;
using spec::SourceId;

/// Packages by id, as handed to `plan`.
using PackageMap = std::map<PackageId, PackagePtr>;

struct SourceOptions
{
  /// Members and other packages that are loaded already: path sources answer with them instead of reading again.
  std::vector<PackagePtr> known_packages;
  /// Makes the git client when the first repository is needed; empty = the real one (module cargo_wasm_net).
  std::function<Result<std::unique_ptr<net::GitClient>>()> make_git;
  /// `[source]` of the configuration is not read: what is vendored comes from where it really is.
  bool ignores_replacements = false;
};

/// What a registry's directories are called: "index.example.com-1949cf8c6b5b557f".
[[nodiscard]] std::string registry_directory_name(SourceId source);

class SourceMap final : public resolve::PackageIndex
{
public:
  /// Reads `[source]` replacements; touches neither network nor caches. `env` and `config` must outlive the map.
  /// Errors: CW0440 cycle of replacements, CW0441 unknown replacement, CW0442 a source with checksums replaced by one without.
  [[nodiscard]] static Result<std::unique_ptr<SourceMap>>
  create(const Env& env, const manifest::Config& config, SourceOptions options = {});
  ~SourceMap() override;

  /// That no dependency of these packages on crates.io has the name of a crate that a known federation has, as far as its index is cached
  /// here. `cargo-wasm.shared-names` of the configuration lists names that are meant to be in both. Errors: CW1118.
  [[nodiscard]] Result<> check_member_names(std::span<const PackagePtr> members) const;

  Result<std::vector<resolve::SummaryPtr>> query(const manifest::Dependency& dependency) override;
  Result<std::vector<resolve::Candidate>> query_candidates(const manifest::Dependency& dependency) override;
  Result<resolve::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override;
  Result<std::vector<resolve::SummaryPtr>> query_all_versions(const manifest::Dependency& dependency) override;
  Result<std::vector<std::string>> similar_names(const manifest::Dependency& dependency) override;
  Result<> prefetch(std::span<const resolve::DependencyPtr> roots) override;

  /// Makes every registry current and lets branches of git sources move, locked or not (`update`, `generate-lockfile`
  /// need no call: their dependencies are not locked).
  void request_update();
  /// Whether the server of any registry or repository was asked.
  [[nodiscard]] bool network_was_used() const;

  /// The packages of these ids, downloaded and unpacked if need be, their manifests read (several threads). `resolve` supplies
  /// the checksums. Errors: CW0420 checksum mismatch (integrity), CW0421 not downloaded and offline, CW0422 gone from the
  /// registry, those of the network (CW0400–CW0409), of archives (CW0050–CW0069) and of manifests.
  [[nodiscard]] Result<PackageMap> load_packages(const resolve::Resolve& resolve, std::span<const PackageId> ids);
  /// As `load_packages` without reading manifests (`fetch`).
  [[nodiscard]] Result<> download(const resolve::Resolve& resolve, std::span<const PackageId> ids);
  /// One package by its id (`--from`): `checksum` as the index has it.
  [[nodiscard]] Result<PackagePtr> load(PackageId id, const std::optional<std::string>& checksum);

  /// Every package of a path, git or directory source, the root manifest's first (git: nested ones by a walk).
  [[nodiscard]] Result<std::vector<PackagePtr>> packages_of(SourceId id);
  /// Compares the files of a vendored package with its `.cargo-checksum.json`; other sources: nothing to do.
  /// Errors: CW0482 a listed file has changed.
  [[nodiscard]] Result<> verify(PackageId id);
  /// Where a package of this id lies once it is downloaded; nullopt for sources that must be read to know (git, path).
  [[nodiscard]] std::optional<base::Path> package_directory(PackageId id) const;

  /// The downloaded archive of a package of a registry, whether it is there or not; nullopt for other sources.
  [[nodiscard]] std::optional<base::Path> archive_of(PackageId id) const;

  /// Takes cargo's package cache lock now (else at the first use of a shared directory). Waits, and says so.
  Result<> lock();
  /// Gives the lock back; a later use takes it again. Call before building.
  void unlock();

private:
  struct State;
  explicit SourceMap(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

/// Held shared while a build reads `$CARGO_HOME/registry/src`, so that cargo's collector waits (`.package-cache-mutate`).
/// nullptr where the home cannot be written.
[[nodiscard]] std::unique_ptr<base::FileLock> lock_sources_for_reading(const Env& env, const Path& cargo_home);

} // namespace cargo_wasm::source
