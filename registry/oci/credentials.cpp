#include <cargo_wasm/registry_oci/credentials.hpp>

#include "json_reader.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>

namespace cargo_wasm::registry_oci {
namespace {

Error wrong_docker_config(std::string why)
{
  return Error("CW1152", "docker's `config.json` cannot be read", Blame::environment)
      .note(std::move(why))
      .help("`docker login`, `podman login` and `oras login` write it; DOCKER_CONFIG names its directory");
}

// "registry.example" of "https://registry.example/v1/", as docker wrote it for some hosts.
std::string_view host_of_key(std::string_view key)
{
  const auto scheme = key.find("://");
  key = scheme == std::string_view::npos ? key : key.substr(scheme + 3);
  return key.substr(0, key.find('/'));
}

// A parameter's value from `at`, which is moved behind it; quoted or not.
std::string take_value(std::string_view text, std::size_t& at)
{
  std::string value;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) {
        ++at;
      }
      value += text[at];
    }
    at = std::min(at + 1, text.size());
    return value;
  }
  const std::size_t end = std::min(text.find_first_of(", \t", at), text.size());
  value = text.substr(at, end - at);
  at = end;
  return value;
}

} // namespace

Result<Credentials> docker_credentials(std::string_view config, std::string_view host)
{
  const auto document = parse_object(config);
  if (!document) {
    return fail(wrong_docker_config("it is no JSON object, or has a member twice"));
  }
  Credentials found;
  if (const auto auths = document->find("auths"); auths != document->end() && auths->is_object()) {
    for (const auto& [key, entry] : auths->items()) {
      if (host_of_key(key) != host || !entry.is_object()) {
        continue;
      }
      if (const auto auth = text_of(entry, "auth"); auth && !auth->empty()) {
        found.basic = base::parse_base64(*auth);
        if (!found.basic || found.basic->find(':') == std::string::npos) {
          return fail(wrong_docker_config(fmt::format("its `auth` for `{}` is not `user:password` in base 64", host)));
        }
        return found;
      }
      if (const auto user = text_of(entry, "username"), password = text_of(entry, "password"); user && password) {
        found.basic = *user + ":" + *password;
        return found;
      }
      if (const auto token = text_of(entry, "registrytoken")) {
        found.bearer = *token;
        return found;
      }
    }
  }
  const auto helpers = document->find("credHelpers");
  const auto helper = helpers != document->end() && helpers->is_object() ? text_of(*helpers, std::string(host).c_str()) : std::nullopt;
  if (const auto name = helper ? helper : text_of(*document, "credsStore")) {
    found.missing = fmt::format("docker's `config.json` leaves it to the helper `docker-credential-{}`, which is not asked", *name);
  }
  return found;
}

std::string token_variable(std::string_view host)
{
  std::string name;
  for (const char c : base::to_upper(host)) {
    name += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  }
  return "WKG_REGISTRY_" + name + "_AUTH_BEARER";
}

std::optional<Challenge> parse_challenge(std::string_view header)
{
  const auto space = std::min(header.find(' '), header.size());
  const std::string scheme = base::to_lower(base::trim(header.substr(0, space)));
  if (scheme == "basic") {
    return Challenge{};
  }
  if (scheme != "bearer") {
    return std::nullopt;
  }
  std::map<std::string, std::string> parameters;
  for (std::size_t at = space; at < header.size();) {
    at = std::min(header.find_first_not_of(", \t", at), header.size());
    const std::size_t equals = header.find('=', at);
    if (equals == std::string_view::npos) {
      break;
    }
    const std::string name = base::to_lower(base::trim(header.substr(at, equals - at)));
    at = equals + 1;
    parameters.emplace(name, take_value(header, at));
  }
  Challenge challenge{true, parameters["realm"], parameters["service"]};
  return challenge.realm.empty() ? std::nullopt : std::optional(std::move(challenge));
}

} // namespace cargo_wasm::registry_oci
