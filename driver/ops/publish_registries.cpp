#include "publish_registries.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/package/publish_json.hpp>
#include <cargo_wasm/registry_client/known_registry.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

namespace cargo_wasm::ops {

Result<NamedRegistry>
named_registry(const manifest::Config& config, const std::optional<std::string>& name, const std::optional<std::string>& index)
{
  spec::SourceId id = spec::SourceId::crates_io();
  if (index) {
    id = spec::SourceId::for_registry(*index);
  } else if (name) {
    CW_TRY_ASSIGN(id, config.source_of_registry(*name));
  } else {
    CW_TRY_ASSIGN(const auto replacements, config.source_replacements());
    for (const auto& replacement : replacements) {
      if (replacement.name == "crates-io" && replacement.replace_with) {
        return fail(Error("CW1046",
                          fmt::format("crates.io is replaced with `{}`: which of them is meant?", *replacement.replace_with),
                          Blame::usage)
                        .help(fmt::format("`--registry {}` or `--registry crates-io`", *replacement.replace_with)));
      }
    }
  }
  const spec::SourceId sparse = source::sparse_address_of(id);
  const std::string shown = name ? *name : index ? *index : "crates-io";
  if (sparse.kind() != spec::SourceKind::sparse_registry) {
    return fail(Error("CW1046",
                      fmt::format("the index of registry `{}` is a git repository, which cargo-wasm only reads", shown),
                      Blame::environment)
                    .help("most registries have a sparse index as well: its address begins with `sparse+https://`"));
  }
  return NamedRegistry{id, {shown, package::index_url(sparse), {}}, false};
}

Result<std::optional<NamedRegistry>> named_mirror(const Env& env, const manifest::Config& config, const std::string& name)
{
  if (config.source_of_registry(name)) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const auto known, registry_client::known_registries(env.fs, config.cargo_home()));
  std::optional<NamedRegistry> found;
  for (const registry_client::KnownRegistry& registry : known) {
    const auto& mirrors = registry.federation.mirrors;
    const auto mirror = std::ranges::find(mirrors, name, &registry_trust::Mirror::id);
    if (mirror == mirrors.end()) {
      continue;
    }
    if (found) {
      return fail(Error("CW1041", fmt::format("several registries have a mirror `{}`", name), Blame::usage)
                      .help("name the registry itself, which goes first, and publish to the others by themselves"));
    }
    const std::string index = "sparse+" + mirror->base;
    // Its token is the registry's.
    const auto own = config.source_of_registry(registry.federation.name);
    found = NamedRegistry{own ? *own : spec::SourceId::for_registry(registry.federation.canonical),
                          {name, index, registry.federation.canonical},
                          !mirror->publishes};
  }
  return found;
}

Result<> name_canonical(const Env& env, const manifest::Config& config, NamedRegistry& registry)
{
  if (!registry.registry.canonical.empty()) {
    return {};
  }
  CW_TRY_ASSIGN(const auto known, registry_client::known_registries(env.fs, config.cargo_home()));
  const auto is_own = [&](const registry_client::KnownRegistry& one) { return one.federation.canonical == registry.registry.index; };
  if (std::ranges::any_of(known, is_own)) {
    return {};
  }
  for (const registry_client::KnownRegistry& one : known) {
    const bool is_mirror = std::ranges::any_of(
        one.federation.mirrors, [&](const registry_trust::Mirror& mirror) { return "sparse+" + mirror.base == registry.registry.index; });
    if (is_mirror && !one.on_first_use) {
      registry.registry.canonical = one.federation.canonical;
      break;
    }
  }
  return {};
}

Result<RegistryAccess> RegistryAccess::open(const Env& env, const manifest::Config& config, NamedRegistry registry)
{
  if (config.offline()) {
    return fail(Error("CW1049", "a registry cannot be asked without the network", Blame::usage)
                    .help(fmt::format("run it without {}", config.offline_reason())));
  }
  CW_TRY(name_canonical(env, config, registry));
  CW_TRY_ASSIGN(const auto options, config.http_options());
  CW_TRY_ASSIGN(auto http, env.http.make(options));
  RegistryAccess access(env, config, std::move(registry), std::move(http));
  CW_TRY_ASSIGN(access.m_facts, publish::read_facts(*access.m_http, access.m_registry.registry, ""));
  if (access.m_facts.auth_required) {
    CW_TRY_ASSIGN(access.m_read_token, source::find_token(env, config, access.m_registry.id, source::TokenUse{}));
    CW_TRY_ASSIGN(access.m_facts, publish::read_facts(*access.m_http, access.m_registry.registry, access.m_read_token));
  }
  return access;
}

Result<std::string> RegistryAccess::ask(publish::ApiRequest request,
                                        const source::TokenUse& use,
                                        bool needs_token,
                                        const std::optional<registry_trust::Statement>& statement)
{
  request.token = m_read_token;
  if (needs_token) {
    CW_TRY_ASSIGN(request.token, source::find_token(*m_env, *m_config, m_registry.id, use));
  }
  if (statement && m_facts.takes_signatures) {
    CW_TRY_ASSIGN(auto header,
                  signed_authorization(
                      *m_env, m_config->cargo_home(), m_registry.registry, *statement, request.token, m_registry.id.registry_name()));
    if (header) {
      request.token = std::move(*header);
    }
  }
  return publish::ask_api(*m_http, m_registry.registry, m_facts, request);
}

Result<std::optional<publish::IndexedVersion>> RegistryAccess::find_version(std::string_view name, std::string_view version)
{
  return publish::find_version(*m_http, m_registry.registry, name, version, m_read_token);
}

Result<std::optional<std::string>> signed_authorization(const Env& env,
                                                        const Path& cargo_home,
                                                        const publish::Registry& registry,
                                                        const registry_trust::Statement& statement,
                                                        const std::string& token,
                                                        std::string_view configured)
{
  constexpr std::uint32_t k_others = 077;
  std::string secret;
  if (const std::string* text = env.var("CARGO_WASM_PUBLISH_KEY"); text != nullptr && !text->empty()) {
    secret = *text;
  } else {
    Path file;
    std::optional<base::FileStat> state;
    for (const std::string_view name : {std::string_view(registry.name), configured}) {
      // A name that is an address is none of a file.
      if (!state && !name.empty() && name.find('/') == std::string_view::npos) {
        file = cargo_home / "cargo-wasm" / "keys" / name;
        CW_TRY_ASSIGN(state, env.fs.stat(file));
      }
    }
    if (!state) {
      return std::nullopt;
    }
    if ((state->mode & k_others) != 0) {
      return fail(Error("CW1048", fmt::format("the key `{}` can be read by others", file.string()), Blame::environment)
                      .help(fmt::format("`chmod 600 {}`; where others had it in hand, make a new one", file.string())));
    }
    CW_TRY_ASSIGN(secret, env.fs.read(file));
  }
  if (token.starts_with("CW1 ")) {
    registry_tlog::wipe(secret.data(), secret.size());
    return token; // a credential provider has signed
  }
  auto key = registry_tlog::parse_signer_key(base::trim(secret));
  registry_tlog::wipe(secret.data(), secret.size());
  if (!key) {
    return fail(std::move(key).error());
  }
  registry_tlog::SignedNote note;
  note.text = registry_trust::to_text(statement);
  note.signatures = {registry_tlog::sign(note.text, *key)};
  return registry_trust::to_header({token, registry_tlog::to_text(note)});
}

Result<std::optional<std::string>> signed_authorization(
    const Env& env, const Path& cargo_home, const publish::TokenQuestion& question, const std::string& token, std::string_view configured)
{
  registry_trust::PublishStatement statement;
  statement.registry = question.registry.canonical.empty() ? question.registry.index : question.registry.canonical;
  statement.name = question.name;
  statement.version = question.version;
  statement.archive = base::parse_sha256(question.sha256).value_or(base::Sha256{});
  statement.oci_manifest = base::parse_sha256(question.component);
  statement.time = registry_trust::utc_seconds(env.clock.now());
  return signed_authorization(env, cargo_home, question.registry, statement, token, configured);
}

} // namespace cargo_wasm::ops
