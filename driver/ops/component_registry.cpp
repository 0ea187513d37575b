#include "component_registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "publish_component.hpp"

namespace cargo_wasm::ops {

namespace {

using registry_oci::Place;

/// A body that is kept up to a limit.
class WholeAnswer final : public base::HttpHandler
{
public:
  struct State
  {
    std::string body;
    std::optional<Result<base::HttpResponse>> outcome;
  };
  explicit WholeAnswer(State& state) : m_state(state) {}
  void on_start() override { m_state.body.clear(); }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_state.body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }
  void on_done(Result<base::HttpResponse> outcome) override { m_state.outcome = std::move(outcome); }

private:
  State& m_state;
};

/// A name of cargo's configuration, and no host or address.
bool is_name(const std::string& said)
{
  return said.find_first_of(".:/") == std::string::npos;
}

Error no_registry(const registry_oci::PackageName& package)
{
  return Error("CW1159", fmt::format("nothing says which registry has `{}`", to_string(package)))
      .note("no namespace has a registry by itself")
      .help("`--from oci://HOST/PREFIX`")
      .help("`[package.metadata.wasm.component] registry = \"oci://HOST/PREFIX\"`")
      .help(fmt::format("the configuration of wkg: `[namespace_registries] {} = \"HOST\"`", package.space));
}

} // namespace

Result<base::HttpClient*> ComponentRegistry::http()
{
  if (m_config.offline()) {
    return fail(needs_network(m_config));
  }
  if (!m_http) {
    CW_TRY_ASSIGN(const auto options, m_config.http_options());
    CW_TRY_ASSIGN(m_http, m_env.http.make(options));
  }
  return m_http.get();
}

Result<> ComponentRegistry::demand_network()
{
  CW_TRY(http());
  return {};
}

Result<const WkgConfig*> ComponentRegistry::wkg()
{
  if (!m_wkg) {
    CW_TRY_ASSIGN(m_wkg, read_wkg_config(m_env));
  }
  return &*m_wkg;
}

// What is remembered is written as an address, by host.
Result<Place> ComponentRegistry::fetched_place(const std::string& host, Hosts hosts)
{
  if (const auto known = m_fetched.find(host); known != m_fetched.end()) {
    return known->second;
  }
  const Path file = m_config.cargo_home() / "cargo-wasm/oci/hosts" / base::StableHasher().add(host).finish_hex();
  CW_TRY_ASSIGN(const auto text, m_env.fs.read_if_exists(file));
  if (const auto remembered = text ? registry_oci::parse_place(*text) : fail(Error()); remembered && hosts == Hosts::remembered) {
    return *remembered;
  }
  CW_TRY_ASSIGN(const Place place, asked_place(host));
  m_fetched.emplace(host, place);
  if (const std::string said = to_string(place); said != text) {
    CW_TRY(m_env.fs.create_directories(file.parent_path()));
    CW_TRY(m_env.fs.write_atomic(file, said));
  }
  return place;
}

Result<Place> ComponentRegistry::asked_place(const std::string& host)
{
  constexpr int k_ok = 200, k_not_found = 404, k_gone = 410;
  Place place{host, ""};
  CW_TRY(registry_oci::repository_of(place, {"a", "a"})); // the host is part of an address
  CW_TRY_ASSIGN(base::HttpClient* const client, http());
  base::HttpRequest request;
  request.url = registry_oci::base_url(host) + std::string(registry_oci::k_metadata_path);
  request.max_body_bytes = registry_oci::k_max_metadata_bytes;
  request.max_redirects = 0;
  const auto state = std::make_unique<WholeAnswer::State>();
  client->enqueue(std::move(request), std::make_unique<WholeAnswer>(*state));
  for (bool more = true; more && !state->outcome;) {
    CW_TRY_ASSIGN(more, client->poll(std::chrono::milliseconds(200)));
  }
  const auto told = [&](std::string note) {
    return Error("CW1160", fmt::format("`{}` does not say where its packages are", host), Blame::network)
        .note(std::move(note))
        .help("what does not answer is not taken for a registry: `--from oci://HOST/PREFIX` does without that file");
  };
  if (!state->outcome || !*state->outcome) {
    Error error = told(fmt::format("its `{}` could not be fetched", registry_oci::k_metadata_path));
    if (state->outcome) {
      error.notes.push_back(state->outcome->error().message);
    }
    return fail(std::move(error));
  }
  const int status = (*state->outcome)->status;
  if (status == k_ok) {
    CW_TRY_ASSIGN(place, registry_oci::parse_registry_metadata(state->body, host));
  } else if (status != k_not_found && status != k_gone) {
    return fail(told(fmt::format("its `{}` was answered with status {}", registry_oci::k_metadata_path, status)));
  }
  return place;
}

Result<Place> ComponentRegistry::place_of(const registry_oci::PackageName& package, const std::optional<std::string>& said, Hosts hosts)
{
  if (said && is_name(*said)) { // a registry of ours, which says itself where its components are
    if (const auto named = m_config.source_of_registry(*said)) {
      const std::string address = named->url();
      const std::size_t host = address.find("://") + 3;
      return fetched_place(address.substr(host, address.find('/', host) - host), hosts);
    }
  }
  if (said) {
    return said->find("://") != std::string::npos ? registry_oci::parse_place(*said) : fetched_place(*said, hosts);
  }
  CW_TRY_ASSIGN(const WkgConfig* const config, wkg());
  const auto registry = wkg_registry_of(*config, package.space, package.name);
  if (!registry) {
    return fail(no_registry(package));
  }
  return registry->metadata ? registry_oci::parse_registry_metadata(*registry->metadata, registry->host)
                            : fetched_place(registry->host, hosts);
}

Result<PackageSource>
ComponentRegistry::source_at(const registry_oci::PackageName& package, const std::optional<std::string>& said, Hosts hosts)
{
  PackageSource source;
  if (said && is_name(*said)) {
    CW_TRY_ASSIGN(source.known, m_log.named(*said));
    if (source.known != nullptr) {
      CW_TRY_ASSIGN(source.repository, ComponentLog::repository(*source.known, package));
      return source;
    }
  }
  CW_TRY_ASSIGN(const Place place, place_of(package, said, hosts));
  CW_TRY_ASSIGN(source.repository, registry_oci::repository_of(place, package));
  CW_TRY_ASSIGN(source.known, m_log.owner_of(package, source.repository));
  return source;
}

Result<PackageSource> ComponentRegistry::source_of(const registry_oci::PackageName& package, const std::optional<std::string>& said)
{
  return source_at(package, said, Hosts::asked);
}

Result<ComponentRegistry::LockedSource> ComponentRegistry::locked_source(const registry_oci::PackageName& package,
                                                                         const std::optional<std::string>& said,
                                                                         const registry_oci::Repository& locked)
{
  LockedSource found{.source = {.repository = locked}, .elsewhere = {}};
  CW_TRY_ASSIGN(found.source.known, m_log.owner_of(package, locked));
  if (!said) {
    CW_TRY_ASSIGN(const WkgConfig* const config, wkg());
    if (!wkg_registry_of(*config, package.space, package.name)) {
      return found;
    }
  }
  const auto is_it = [&](const PackageSource& named) {
    return named.repository == locked || (named.known != nullptr && named.known == found.source.known);
  };
  CW_TRY_ASSIGN(PackageSource named, source_at(package, said, Hosts::remembered));
  if (!is_it(named) && !m_config.offline()) {
    CW_TRY_ASSIGN(named, source_at(package, said, Hosts::asked)); // it may have moved
  }
  if (!is_it(named)) {
    found.elsewhere = named.repository;
  } else if (named.known != nullptr) {
    found.source.known = named.known;
  }
  return found;
}

Result<> ComponentRegistry::check_strictness(const PackageSource& source, const registry_oci::PackageName& package, bool has_key)
{
  CW_TRY_ASSIGN(const auto strict, m_config.get_bool("cargo-wasm.strict-federation"));
  if (!strict || !strict->value || source.known != nullptr || has_key) {
    return {};
  }
  return fail(Error("CW1119", fmt::format("the component `{}` cannot be verified", to_string(package)), Blame::integrity)
                  .note(fmt::format("`--strict-federation` is in effect, and `{}` is of no registry whose keys are known",
                                    to_string(source.repository)))
                  .help("name the key that its publisher has signed it with: `key = \"…\"` beside its version, or `--key`"));
}

Result<std::vector<OfferedVersion>> ComponentRegistry::versions(const PackageSource& source, const registry_oci::PackageName& package)
{
  std::vector<OfferedVersion> offered;
  if (source.known == nullptr) {
    CW_TRY_ASSIGN(const auto own_client, client(source.repository));
    CW_TRY_ASSIGN(auto tagged, versions_of(*own_client));
    for (TaggedVersion& one : tagged) {
      offered.push_back({.version = std::move(one.version), .reference = std::move(one.tag)});
    }
    return offered;
  }
  CW_TRY(demand_network());
  CW_TRY_ASSIGN(const std::vector<LoggedVersion> logged, m_log.versions(*source.known, package));
  for (const LoggedVersion& one : logged) {
    offered.push_back({.version = one.version, .reference = registry_oci::digest_text(one.manifest), .yanked = one.yanked});
  }
  return offered;
}

Result<> ComponentRegistry::check(const PackageSource& source,
                                  const registry_oci::PackageName& package,
                                  const spec::Version& version,
                                  const registry_oci::Sha256& manifest)
{
  if (source.known == nullptr) {
    return {};
  }
  CW_TRY(m_log.check(*source.known, package, version, manifest));
  return m_log.check_yanked(*source.known, package, version);
}

Result<> ComponentRegistry::check_key(const PackageSource& source, const SignedVersion& version, const std::string& key)
{
  if (source.known != nullptr) {
    CW_TRY_ASSIGN(const spec::Version number, spec::parse_version(version.version));
    return m_log.check_publisher(*source.known, version.package, number, version.manifest, key);
  }
  // Statements are kept beside the contents, and verified each time.
  const Path file = m_config.cargo_home() / "cargo-wasm/oci/statements" /
                    fmt::format("{}-{}", base::to_hex(version.manifest), base::StableHasher().add(key).finish_hex());
  CW_TRY_ASSIGN(const auto kept, m_env.fs.read_if_exists(file));
  if (kept && verify_statement(*kept, version, key)) {
    return {};
  }
  CW_TRY_ASSIGN(const auto own_client, client(source.repository));
  CW_TRY_ASSIGN(const std::string text, find_statement(*own_client, version, key));
  CW_TRY(m_env.fs.create_directories(file.parent_path()));
  return m_env.fs.write_atomic(file, text);
}

Result<registry_oci::PulledArtifact> ComponentRegistry::pull_unchecked(const PackageSource& source,
                                                                       const registry_oci::PackageName& package,
                                                                       const spec::Version& version,
                                                                       const std::string& reference)
{
  const auto digest = registry_oci::parse_digest(reference);
  if (source.known != nullptr && digest) {
    CW_TRY(demand_network());
    CW_TRY(check(source, package, version, *digest));
    return m_log.pull(*source.known, package, version, *digest);
  }
  CW_TRY_ASSIGN(const auto own_client, client(source.repository));
  auto done = registry_oci::pull_artifact(*own_client, reference);
  if (!done && done.error().id == "CW1162" && digest) {
    return fail(Error("CW1166",
                      fmt::format("`{}` {} is not in its registry as it is locked", to_string(package), spec::to_string(version)),
                      Blame::integrity)
                    .note(fmt::format("`{}` has no manifest `{}`", to_string(source.repository), reference))
                    .help("its tag may have been moved, or the version deleted: ask its publisher before you take what stands there now"));
  }
  return done;
}

Result<registry_oci::PulledArtifact> ComponentRegistry::pull(const PackageSource& source,
                                                             const registry_oci::PackageName& package,
                                                             const spec::Version& version,
                                                             const std::string& reference)
{
  CW_TRY_ASSIGN(registry_oci::PulledArtifact pulled, pull_unchecked(source, package, version, reference));
  const auto annotation = pulled.manifest.annotations.find(std::string(registry_oci::k_version_annotation));
  if (annotation != pulled.manifest.annotations.end() && annotation->second != spec::to_string(version)) {
    return fail(Error("CW1155",
                      fmt::format("`{}:{}` is another version than its tag says", to_string(source.repository), reference),
                      Blame::integrity)
                    .note(fmt::format("it says of itself that it is `{}`", annotation->second))
                    .help("ask its publisher"));
  }
  return pulled;
}

Result<registry_oci::Credentials> ComponentRegistry::credentials_for(const std::string& host)
{
  registry_oci::Credentials found;
  if (const auto* const token = m_env.var(registry_oci::token_variable(host)); token != nullptr && !token->empty()) {
    found.bearer = *token;
    return found;
  }
  CW_TRY_ASSIGN(const WkgConfig* const config, wkg());
  if (const auto own = config->basic.find(host); own != config->basic.end()) {
    found.basic = own->second;
    return found;
  }
  std::vector<Path> files;
  const auto add = [&](const char* variable, const char* below) {
    if (const auto* const value = m_env.var(variable); value != nullptr && !value->empty()) {
      files.push_back(*below == '\0' ? m_env.cwd / *value : m_env.cwd / *value / below);
    }
  };
  add("REGISTRY_AUTH_FILE", "");
  add("XDG_RUNTIME_DIR", "containers/auth.json");
  const auto* const docker = m_env.var("DOCKER_CONFIG");
  docker != nullptr && !docker->empty() ? add("DOCKER_CONFIG", "config.json") : add("HOME", ".docker/config.json");
  for (const Path& file : files) {
    CW_TRY_ASSIGN(const auto text, m_env.fs.read_if_exists(file));
    if (!text) {
      continue;
    }
    auto read = registry_oci::docker_credentials(*text, host);
    if (!read) {
      return fail(std::move(read).error().note(fmt::format("the file is `{}`", file.native())));
    }
    if (read->basic || read->bearer) {
      return std::move(*read);
    }
    found.missing = found.missing.empty() ? read->missing : found.missing;
  }
  return found;
}

Result<std::unique_ptr<registry_oci::Client>> ComponentRegistry::client(registry_oci::Repository repository, bool pushes)
{
  CW_TRY_ASSIGN(base::HttpClient* const http_client, http());
  CW_TRY_ASSIGN(registry_oci::Credentials credentials, credentials_for(repository.host));
  registry_oci::ClientOptions options;
  options.pushes = pushes;
  options.on_retry = [this](const Error& why) {
    Error warning = why;
    warning.helps.clear();
    warning.notes.emplace_back("it is tried again");
    m_env.reporter.warning(warning);
  };
  return std::make_unique<registry_oci::Client>(*http_client, std::move(repository), std::move(credentials), std::move(options));
}

Result<std::unique_ptr<registry_oci::Client>> ComponentRegistry::client(const Place& place, const registry_oci::PackageName& package)
{
  CW_TRY_ASSIGN(registry_oci::Repository repository, registry_oci::repository_of(place, package));
  return client(std::move(repository));
}

Result<std::vector<TaggedVersion>> versions_of(registry_oci::Client& client)
{
  CW_TRY_ASSIGN(const auto tags, client.tags());
  if (!tags) {
    return fail(Error("CW1162", fmt::format("there is no package `{}`", to_string(client.repository())))
                    .note("the registry answered that it has no such repository")
                    .help("is the name right, and the prefix of the registry?"));
  }
  std::vector<TaggedVersion> all;
  for (const std::string& tag : *tags) {
    if (auto version = spec::parse_version(registry_oci::version_of(tag))) {
      all.push_back({std::move(*version), tag});
    }
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
  return all;
}

} // namespace cargo_wasm::ops
