// Where a package `ns:name` is, and a client for it: what the command line, the manifest and the configuration of `wkg` say, in that order.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_oci/client.hpp>
#include <cargo_wasm/registry_oci/registry_metadata.hpp>
#include <cargo_wasm/spec/version.hpp>

#include "component_log.hpp"
#include "wkg_config.hpp"

namespace cargo_wasm::ops {

/// Where a package is read.
struct PackageSource
{
  registry_oci::Repository repository; ///< as it stands in locks
  const registry_client::KnownRegistry* known =
      nullptr; ///< the registry of cargo-wasm whose log says what it is; nullptr: digests alone do
};

struct SignedVersion;

struct OfferedVersion
{
  spec::Version version;
  std::string reference; ///< a tag; the digest of its manifest, where a log says it
  bool yanked = false;   ///< not to be chosen anew; only a log says it
};

/// How it is known where a host has its packages.
enum class Hosts : std::uint8_t {
  asked,
  remembered, ///< by what it said when it was asked last, on this machine; asked if it never was
};

class ComponentRegistry
{
public:
  ComponentRegistry(const Env& env, const manifest::Config& config) : m_env(env), m_config(config), m_log(env, config) {}

  /// `said` is that of `place_of`. Errors: those of `place_of`.
  Result<PackageSource> source_of(const registry_oci::PackageName& package, const std::optional<std::string>& said);
  /// What a lock has is from the registry that `said` or the configuration of `wkg` names; where neither names one, the lock decides. A
  /// registry that is known is the same at its own address and at that of a mirror. What a host has said of itself before counts as long as
  /// it agrees, so that builds need no network; else the host is asked.
  struct LockedSource
  {
    PackageSource source;                              ///< of the lock
    std::optional<registry_oci::Repository> elsewhere; ///< where the package is, when that is another registry
  };
  /// Errors: those of `place_of`; CW1165 offline, and the host was never asked.
  Result<LockedSource>
  locked_source(const registry_oci::PackageName& package, const std::optional<std::string>& said, const registry_oci::Repository& locked);
  /// With `--strict-federation`, that somebody's key says what this is: that of a registry's log, or that of the publisher whom `has_key`
  /// says is asked for. Errors: CW1119.
  Result<> check_strictness(const PackageSource& source, const registry_oci::PackageName& package, bool has_key);
  /// That this key has signed the version: in the log, where there is one, else by a statement that stands beside it. Errors: CW1169,
  /// CW1170; CW1165 offline and not verified before; those of the client and the log.
  Result<> check_key(const PackageSource& source, const SignedVersion& version, const std::string& key);
  /// Errors: CW1165 offline.
  Result<> demand_network();
  /// The lowest first. Errors: CW1162 no such package; those of the client and the log.
  Result<std::vector<OfferedVersion>> versions(const PackageSource& source, const registry_oci::PackageName& package);
  /// `reference` is that of `OfferedVersion`, or a digest. With a log: from any mirror, after `check`. Errors: CW1162, CW1166 a digest that
  /// is not there, CW1155 it says of itself that it is another version; those of the client and the log.
  Result<registry_oci::PulledArtifact>
  pull(const PackageSource& source, const registry_oci::PackageName& package, const spec::Version& version, const std::string& reference);
  /// What the log says of it, where there is one: published so, not revoked, and not yanked where that is denied. Errors: those of
  /// `ComponentLog::check` and `check_yanked`.
  Result<> check(const PackageSource& source,
                 const registry_oci::PackageName& package,
                 const spec::Version& version,
                 const registry_oci::Sha256& manifest);

  /// `said`: "oci://HOST/PREFIX", a registry of cargo's configuration by its name, or a host whose `registry.json` says it; nullopt: the
  /// configuration of `wkg`. Nothing is taken for granted: a host that does not answer is not taken for a registry. Errors: CW1150, CW1159
  /// nothing says where, CW1160, CW1161.
  Result<registry_oci::Place>
  place_of(const registry_oci::PackageName& package, const std::optional<std::string>& said, Hosts hosts = Hosts::asked);

  /// A client for the package. Errors: CW1150, CW1152 credentials that cannot be read, CW1165 offline.
  Result<std::unique_ptr<registry_oci::Client>> client(const registry_oci::Place& place, const registry_oci::PackageName& package);
  Result<std::unique_ptr<registry_oci::Client>> client(registry_oci::Repository repository, bool pushes = false);

private:
  Result<base::HttpClient*> http();
  Result<const WkgConfig*> wkg();
  Result<registry_oci::Place> fetched_place(const std::string& host, Hosts hosts);
  Result<registry_oci::Place> asked_place(const std::string& host);
  Result<PackageSource> source_at(const registry_oci::PackageName& package, const std::optional<std::string>& said, Hosts hosts);
  Result<registry_oci::Credentials> credentials_for(const std::string& host);
  Result<registry_oci::PulledArtifact> pull_unchecked(const PackageSource& source,
                                                      const registry_oci::PackageName& package,
                                                      const spec::Version& version,
                                                      const std::string& reference);

  const Env& m_env;
  const manifest::Config& m_config;
  std::unique_ptr<base::HttpClient> m_http;
  std::optional<WkgConfig> m_wkg;
  std::map<std::string, registry_oci::Place> m_fetched;
  ComponentLog m_log;
};

/// The versions that the tags of a repository are, in their order, each with its tag; tags that are no versions are passed over.
/// Errors: CW1162 no such package; those of the client.
struct TaggedVersion
{
  spec::Version version;
  std::string tag;
};
[[nodiscard]] Result<std::vector<TaggedVersion>> versions_of(registry_oci::Client& client);

} // namespace cargo_wasm::ops
