// Registries as somebody names them who changes them, with what is needed to do that: a client, tokens, a publisher's key.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/publish/publisher.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/source/credentials.hpp>

namespace cargo_wasm::ops {

/// A registry of the configuration, or of an address alone.
struct NamedRegistry
{
  spec::SourceId id;          ///< as the configuration has it
  publish::Registry registry; ///< its sparse index
  bool follows = false;       ///< a mirror that only reads
};

/// A mirror of a federation that this machine knows, by its id; nullopt when the configuration has a registry of this name, or no
/// federation has such a mirror. Errors: CW1041 several federations have one.
[[nodiscard]] Result<std::optional<NamedRegistry>> named_mirror(const Env& env, const manifest::Config& config, const std::string& name);

/// `--registry NAME` and `--index URL`; crates.io when there is neither. Errors: CW0190, CW0191; CW1046 its index is a git repository, or
/// crates.io is replaced and nobody said that it is meant.
[[nodiscard]] Result<NamedRegistry>
named_registry(const manifest::Config& config, const std::optional<std::string>& name, const std::optional<std::string>& index);

/// What a registry calls itself in statements, where `registry` is a mirror of one that this machine knows by its keys, under whatever
/// name; else nothing changes: an address does not say for itself whose mirror it is, since what is signed for one registry could be
/// carried to another.
Result<> name_canonical(const Env& env, const manifest::Config& config, NamedRegistry& registry);

/// One registry as a person changes it: its API, and a token for one operation.
class RegistryAccess
{
public:
  [[nodiscard]] static Result<RegistryAccess> open(const Env& env, const manifest::Config& config, NamedRegistry registry);
  /// `needs_token`: none is no error for what everybody may ask.
  /// Where the registry takes signatures, and there is a key, `statement` goes along.
  [[nodiscard]] Result<std::string> ask(publish::ApiRequest request,
                                        const source::TokenUse& use,
                                        bool needs_token,
                                        const std::optional<registry_trust::Statement>& statement = {});
  [[nodiscard]] Result<std::optional<publish::IndexedVersion>> find_version(std::string_view name, std::string_view version);
  [[nodiscard]] const publish::Registry& registry() const { return m_registry.registry; }

private:
  RegistryAccess(const Env& env, const manifest::Config& config, NamedRegistry registry, std::unique_ptr<base::HttpClient> http)
      : m_env(&env), m_config(&config), m_registry(std::move(registry)), m_http(std::move(http))
  {
  }
  const Env* m_env;
  const manifest::Config* m_config;
  NamedRegistry m_registry;
  std::unique_ptr<base::HttpClient> m_http;
  publish::RegistryFacts m_facts;
  std::string m_read_token;
};

/// What a request puts into `Authorization` for a registry that takes signatures: the token, and the statement signed. nullopt: no key is
/// configured for it. The key is in CARGO_WASM_PUBLISH_KEY, else in `$CARGO_HOME/cargo-wasm/keys/NAME`, called as the registry, or as
/// `configured`, what the configuration calls it. Errors: CW1048 others may read the file; CW1002.
[[nodiscard]] Result<std::optional<std::string>> signed_authorization(const Env& env,
                                                                      const Path& cargo_home,
                                                                      const publish::Registry& registry,
                                                                      const registry_trust::Statement& statement,
                                                                      const std::string& token,
                                                                      std::string_view configured);
/// Of a publication.
[[nodiscard]] Result<std::optional<std::string>> signed_authorization(
    const Env& env, const Path& cargo_home, const publish::TokenQuestion& question, const std::string& token, std::string_view configured);

} // namespace cargo_wasm::ops
