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

#include "wkg_config.hpp"

namespace cargo_wasm::ops {

class ComponentRegistry
{
public:
  ComponentRegistry(const Env& env, const manifest::Config& config) : m_env(env), m_config(config) {}

  /// `said`: "oci://HOST/PREFIX", a registry of cargo's configuration by its name, or a host whose `registry.json` says it; nullopt: the
  /// configuration of `wkg`. Nothing is taken for granted: a host that does not answer is not taken for a registry. Errors: CW1150, CW1159
  /// nothing says where, CW1160, CW1161.
  Result<registry_oci::Place> place_of(const registry_oci::PackageName& package, const std::optional<std::string>& said);

  /// A client for the package. Errors: CW1150, CW1152 credentials that cannot be read, CW1165 offline.
  Result<std::unique_ptr<registry_oci::Client>> client(const registry_oci::Place& place, const registry_oci::PackageName& package);
  Result<std::unique_ptr<registry_oci::Client>> client(registry_oci::Repository repository, bool pushes = false);

private:
  Result<base::HttpClient*> http();
  Result<const WkgConfig*> wkg();
  Result<registry_oci::Place> fetched_place(const std::string& host);
  Result<registry_oci::Credentials> credentials_for(const std::string& host);

  const Env& m_env;
  const manifest::Config& m_config;
  std::unique_ptr<base::HttpClient> m_http;
  std::optional<WkgConfig> m_wkg;
  std::map<std::string, registry_oci::Place> m_fetched;
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
