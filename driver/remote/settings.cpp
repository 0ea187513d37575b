#include <cargo_wasm/remote/settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/remote/service.hpp>

#include "http_service.hpp"
#include "reapi_service.hpp"
#include "setting_checks.hpp"

namespace cargo_wasm::remote {
namespace {

using manifest::Config;
using manifest::Definition;

constexpr std::string_view k_table = "cargo-wasm.cache";
constexpr std::array<std::string_view, 5> k_remote_keys = {"mode", "timeout", "token-env", "trust", "url"};
constexpr std::int64_t k_longest_timeout_s = 600;
constexpr std::string_view k_key_variable = "CARGO_WASM_CACHE_KEY";

class RemoteTable
{
public:
  RemoteTable(const Config& config, std::string name) : m_config(config), m_name(std::move(name)) {}

  Result<RemoteSettings> read(const registry_tlog::SignerKey* key) const
  {
    RemoteSettings out;
    out.name = m_name;
    CW_TRY(check_keys());
    CW_TRY(read_url(out));
    CW_TRY(read_mode(out));
    CW_TRY(read_timeout(out));
    CW_TRY(read_token(out));
    CW_TRY(read_trust(out, key));
    return out;
  }

private:
  [[nodiscard]] std::string path(std::string_view key) const
  {
    return fmt::format("{}.remote.{}{}{}", k_table, manifest::config_key_part(m_name), key.empty() ? "" : ".", key);
  }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string message, const Definition& where, std::string help) const
  {
    return fail(in_file(m_config, Error("CW1263", std::move(message)), where).help(std::move(help)));
  }

  [[nodiscard]] Result<> check_keys() const
  {
    for (const std::string& key : m_config.table_keys(path(""))) {
      if (std::find(k_remote_keys.begin(), k_remote_keys.end(), key) == k_remote_keys.end()) {
        return fail(Error("CW1263", fmt::format("`{}` is no key of a remote cache", path(manifest::config_key_part(key))))
                        .help(fmt::format("there are `{}`", fmt::join(k_remote_keys, "`, `"))));
      }
    }
    return {};
  }

  Result<> read_url(RemoteSettings& out) const
  {
    CW_TRY_ASSIGN(const auto url, m_config.get_string(path("url")));
    if (!url) {
      return fail(Error("CW1263", fmt::format("remote cache `{}` has no address", m_name)).help(fmt::format("set `{}`", path("url"))));
    }
    if (protocol_of(url->value) == Protocol::none || url->value.find_first_of(" \t\r\n?#") != std::string::npos) {
      return wrong(fmt::format("`{}` is no address of a cache", url->value),
                   url->definition,
                   "write `https://HOST/PATH`, or `grpcs://HOST:PORT/INSTANCE` for the remote execution API (without TLS `http`, `grpc`)");
    }
    if (holds_secret(url->value)) {
      // Without its place: the line would show what must not be shown.
      return fail(Error("CW1265", fmt::format("the address of remote cache `{}` holds a secret", m_name))
                      .note(fmt::format("it is set by {}", url->definition.display()))
                      .help(fmt::format("take it out, and name a variable that holds a token: `{} = \"NAME\"`", path("token-env"))));
    }
    out.url = url->value;
    return {};
  }

  Result<> read_mode(RemoteSettings& out) const
  {
    CW_TRY_ASSIGN(const auto mode, m_config.get_string(path("mode")));
    if (mode && mode->value != "read" && mode->value != "read-write") {
      return wrong(fmt::format("`{}` is no mode of a remote cache", mode->value), mode->definition, "write `read` or `read-write`");
    }
    out.writes = mode && mode->value == "read-write";
    return {};
  }

  Result<> read_timeout(RemoteSettings& out) const
  {
    CW_TRY_ASSIGN(const auto timeout, m_config.get_integer(path("timeout")));
    if (timeout && (timeout->value < 1 || timeout->value > k_longest_timeout_s)) {
      return wrong(fmt::format("`{}` is no time to wait for a remote cache", timeout->value),
                   timeout->definition,
                   fmt::format("write a number of seconds from 1 to {}", k_longest_timeout_s));
    }
    if (timeout) {
      out.timeout = std::chrono::seconds(timeout->value);
    }
    return {};
  }

  Result<> read_token(RemoteSettings& out) const
  {
    CW_TRY_ASSIGN(const auto variable, m_config.get_string(path("token-env")));
    if (!variable) {
      return {};
    }
    if (!is_variable_name(variable->value)) {
      return wrong(fmt::format("`{}` is no name of a variable", variable->value),
                   variable->definition,
                   "the variable holds the token; the token itself is never written down");
    }
    if (is_sent_in_the_clear(out.url)) {
      return fail(in_file(m_config,
                          Error("CW1265", fmt::format("the token of remote cache `{}` would be sent in the clear", m_name)),
                          variable->definition)
                      .note(fmt::format("its address is `{}`", out.url))
                      .help(fmt::format("use `{}`", protocol_of(out.url) == Protocol::http ? "https" : "grpcs")));
    }
    out.token_variable = variable->value;
    return {};
  }

  Result<> read_trust(RemoteSettings& out, const registry_tlog::SignerKey* key) const
  {
    const std::string place = path("trust");
    CW_TRY_ASSIGN(const auto words, m_config.get_string_list(place));
    const auto nobody = [&](std::string message) {
      return Error("CW1264", std::move(message))
          .help(fmt::format(
              "name the keys of those who may fill it, `{} = [\"KEY\"]` (`cargo-wasm cache keygen` makes one), or write `\"all\"`: then "
              "whoever can write there decides what is built here",
              place));
    };
    if (!words && key != nullptr) {
      out.trust.keys.push_back(key->verifier);
      return {};
    }
    if (!words) {
      return fail(nobody(fmt::format("remote cache `{}` does not say whose results are believed", m_name)));
    }
    if (words->value == std::vector<std::string>{"all"}) {
      out.trust.everybody = true;
      return {};
    }
    for (const std::string& word : words->value) {
      const auto parsed = registry_tlog::parse_verifier_key(word);
      if (!parsed || parsed->type != registry_tlog::SignatureType::ed25519) {
        return fail(in_file(m_config, nobody(fmt::format("`{}` is no key that signs results", word)), words->definition));
      }
      out.trust.keys.push_back(*parsed);
    }
    if (out.trust.keys.empty()) {
      return fail(in_file(m_config, nobody(fmt::format("remote cache `{}` trusts nobody", m_name)), words->definition));
    }
    return {};
  }

  const Config& m_config;
  std::string m_name;
};

tl::unexpected<Error> unusable_key(std::string where, Error why)
{
  Error error("CW1274", fmt::format("{} holds no key that signs results", std::move(where)), why.blame);
  error.notes.push_back(fmt::format("{} [{}]", why.message, why.id));
  error.helps.emplace_back("`cargo-wasm cache keygen` makes one");
  return fail(std::move(error));
}

Result<std::shared_ptr<const registry_tlog::SignerKey>> key_of_text(std::string where, std::string text)
{
  auto key = registry_tlog::parse_signer_key(base::trim(text));
  registry_tlog::wipe(text.data(), text.size());
  if (!key) {
    return unusable_key(std::move(where), key.error());
  }
  return std::make_shared<const registry_tlog::SignerKey>(std::move(*key));
}

Result<std::shared_ptr<const registry_tlog::SignerKey>> read_key(const Env& env, const Config& config)
{
  if (const std::string* const text = env.var(k_key_variable)) {
    return key_of_text(fmt::format("variable `{}`", k_key_variable), *text);
  }
  CW_TRY_ASSIGN(const auto named, config.get_path(fmt::format("{}.sign-with", k_table)));
  const Path file = named ? named->value : default_key_file(config.cargo_home());
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(file));
  if (!text && !named) {
    return nullptr;
  }
  if (!text) {
    return fail(in_file(config, Error("CW1274", fmt::format("the key `{}` is not there", file.native())), named->definition)
                    .help("`cargo-wasm cache keygen` makes one"));
  }
  return key_of_text(fmt::format("`{}`", file.native()), std::move(*text));
}

Result<std::vector<std::string>> names_in_order(const Config& config)
{
  std::vector<std::string> names = config.table_keys(fmt::format("{}.remote", k_table));
  CW_TRY_ASSIGN(const auto wanted, config.get_string_list(fmt::format("{}.remotes", k_table)));
  if (!wanted) {
    return names;
  }
  for (const std::string& name : wanted->value) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return fail(in_file(config, Error("CW1263", fmt::format("there is no remote cache `{}`", name)), wanted->definition)
                      .help(fmt::format("a table `[{}.remote.{}]` says where it is", k_table, manifest::config_key_part(name))));
    }
    if (std::count(wanted->value.begin(), wanted->value.end(), name) > 1) {
      return fail(in_file(config, Error("CW1263", fmt::format("remote cache `{}` is named twice", name)), wanted->definition));
    }
  }
  return wanted->value;
}

} // namespace

Path default_key_file(const Path& cargo_home)
{
  return cargo_home / "cargo-wasm" / "cache-key";
}

Result<CacheSettings> read_cache_settings(const Env& env, const Config& config)
{
  CacheSettings out;
  if (config.get_table(std::string(k_table)) == nullptr) {
    return out;
  }
  CW_TRY_ASSIGN(const std::vector<std::string> names, names_in_order(config));
  if (names.empty()) {
    return out;
  }
  CW_TRY_ASSIGN(out.key, read_key(env, config));
  for (const std::string& name : names) {
    CW_TRY_ASSIGN(RemoteSettings remote, RemoteTable(config, name).read(out.key.get()));
    out.remotes.push_back(std::move(remote));
  }
  return out;
}

Result<std::unique_ptr<CacheService>> make_service(base::HttpClientFactory& factory, const ServiceOptions& options)
{
  switch (protocol_of(options.url)) {
  case Protocol::http:
  case Protocol::https:
    return make_http_service(factory, options);
  case Protocol::grpc:
  case Protocol::grpcs:
    return make_reapi_service(factory, options);
  case Protocol::none:
    break;
  }
  return fail(Error("CW1263", fmt::format("`{}` is no address of a cache", options.url)));
}

} // namespace cargo_wasm::remote
