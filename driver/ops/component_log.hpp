// What the log of a registry of cargo-wasm says of the components beside its crates. Where this machine knows such a registry, its
// components are read as its crates are: versions come from its signed map of names and the index, each is compared with the statement that
// published it, and none is revoked. Tags, and the files that say where components are, decide nothing then; any mirror may serve the
// bytes, by digest.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_client/verified_registry.hpp>
#include <cargo_wasm/registry_oci/artifact.hpp>
#include <cargo_wasm/source/yanked_check.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::ops {

/// A registry would have to be asked, and must not. CW1165.
[[nodiscard]] Error needs_network(const manifest::Config& config);

struct LoggedVersion
{
  spec::Version version;
  registry_oci::Sha256 manifest;
  bool yanked = false;
  registry_client::VerifiedRegistry::Version line; ///< of the crate
};

class ComponentLog
{
public:
  ComponentLog(const Env& env, const manifest::Config& config);
  ~ComponentLog();
  ComponentLog(const ComponentLog&) = delete;
  ComponentLog& operator=(const ComponentLog&) = delete;

  /// The known registry that `said`, a name of cargo's configuration, is. nullptr: none.
  Result<const registry_client::KnownRegistry*> named(const std::string& said);
  /// The known registry whose components are in this repository: at its own address or at that of a mirror of its document. nullptr: none.
  Result<const registry_client::KnownRegistry*> owner_of(const registry_oci::PackageName& package,
                                                         const registry_oci::Repository& repository);
  /// As it stands in locks: at the registry's own address. Errors: CW1150.
  static Result<registry_oci::Repository> repository(const registry_client::KnownRegistry& known, const registry_oci::PackageName& package);

  /// Versions with a component, the lowest first. Waits. Errors: CW1162 it is proven that there is no such crate; those of
  /// `VerifiedRegistry`.
  Result<std::vector<LoggedVersion>> versions(const registry_client::KnownRegistry& known, const registry_oci::PackageName& package);

  /// That the log has published this manifest as the component of this version, and that it is not revoked. What was verified is kept, so
  /// that the next time only revocations are looked up, as for crates: at most once an hour. Errors: CW1134; CW1109, CW1114 to CW1116;
  /// CW1165 offline and never verified; those of `versions`.
  Result<> check(const registry_client::KnownRegistry& known,
                 const registry_oci::PackageName& package,
                 const spec::Version& version,
                 const registry_oci::Sha256& manifest);

  /// What `cargo-wasm.yanked` says of this version, after `check`. Where yanked versions are denied the registry is asked, once an hour,
  /// else what was read of the index last decides. Errors: CW1069, CW1072; with `--strict-federation` those of `versions`.
  Result<>
  check_yanked(const registry_client::KnownRegistry& known, const registry_oci::PackageName& package, const spec::Version& version);

  /// That `key` signed this version when it was published, after `check`. Once known it needs no network. Errors: CW1170 another key did,
  /// or the registry itself; CW1169 no such key; those of `check`.
  Result<> check_publisher(const registry_client::KnownRegistry& known,
                           const registry_oci::PackageName& package,
                           const spec::Version& version,
                           const registry_oci::Sha256& manifest,
                           const std::string& key);

  /// From whichever mirror has it; the manifest has this digest. Waits. Errors: CW1103 none has; CW1155 no component or module.
  Result<registry_oci::PulledArtifact> pull(const registry_client::KnownRegistry& known,
                                            const registry_oci::PackageName& package,
                                            const spec::Version& version,
                                            const registry_oci::Sha256& manifest);

private:
  struct Reading;
  Result<Reading*> reading(const registry_client::KnownRegistry& known);
  Result<const std::vector<registry_client::KnownRegistry>*> all();
  Result<std::optional<std::string>> index_file(const registry_client::KnownRegistry& known, const registry_oci::PackageName& package);
  /// The index file of the package's crate as it was last compared with the registry's map.
  [[nodiscard]] Path remembered_file(const registry_client::KnownRegistry& known, const registry_oci::PackageName& package) const;
  Result<bool> was_confirmed_lately(const Path& file) const;
  /// The version as it was verified before, or as the log has it now. Errors: CW1134; those of `versions`.
  Result<LoggedVersion> logged(const registry_client::KnownRegistry& known,
                               const registry_oci::PackageName& package,
                               const spec::Version& version,
                               const registry_oci::Sha256& manifest);
  [[nodiscard]] Path kept_file(const registry_client::KnownRegistry& known,
                               const registry_oci::PackageName& package,
                               const registry_oci::Sha256& manifest) const;
  Result<std::optional<LoggedVersion>> kept(const registry_client::KnownRegistry& known,
                                            const registry_oci::PackageName& package,
                                            const spec::Version& version,
                                            const registry_oci::Sha256& manifest) const;
  Result<> check_kept(const registry_client::KnownRegistry& known, const registry_client::VerifiedRegistry::Version& kept);

  const Env& m_env;
  const manifest::Config& m_config;
  std::optional<std::vector<registry_client::KnownRegistry>> m_known;
  std::map<std::string, std::unique_ptr<Reading>> m_reading;
  source::YankedCheck m_yanked;
};

} // namespace cargo_wasm::ops
