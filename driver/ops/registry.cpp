#include <cargo_wasm/ops/registry_verbs.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/registry_server/api.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

namespace cargo_wasm::ops {

namespace {

using registry_server::Registry;
using registry_server::Scope;

constexpr std::uint64_t k_seconds_a_day = 86400;

tl::unexpected<Error> refuse(std::string message, std::string help)
{
  return fail(Error("CW1205", std::move(message), Blame::usage).help(std::move(help)));
}

// Names of federations and users stand in lines of the log.
bool is_word(std::string_view text)
{
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && std::ranges::all_of(text, fits) && text[0] != '-';
}

} // namespace

Result<> registry_init(const Env& env, const RegistryInitRequest& request)
{
  if (!is_word(request.name)) {
    return refuse(fmt::format("`{}` cannot be the name of a registry", request.name), "`--name NAME`: letters, digits, `-`, `_` and `.`");
  }
  const bool is_address = request.url.empty() || request.url.starts_with("https://") || request.url.starts_with("http://");
  if (!is_address || request.url.find_first_of(" ?#") != std::string::npos) {
    return refuse(fmt::format("`{}` is not an address of the web", request.url),
                  "`--url https://registry.example/`: where clients will reach it; it stands in lock files, and cannot be changed later");
  }
  const std::string url = request.url.empty() || request.url.ends_with('/') ? request.url : request.url + "/";
  CW_TRY(Registry::create(env, request.directory, {.name = request.name, .base_url = url}));
  env.reporter.status("Created", fmt::format("registry `{}` in `{}`", request.name, request.directory.native()));
  env.reporter.status("Next", fmt::format("cargo-wasm registry token create {} --user NAME", request.directory.native()));
  env.reporter.status("Next", fmt::format("cargo-wasm registry serve {} --listen ADDRESS:PORT", request.directory.native()));
  return {};
}

Result<> registry_token_create(const Env& env, const RegistryTokenRequest& request)
{
  if (!is_word(request.user)) {
    return refuse(request.user.empty() ? std::string("whose token?") : fmt::format("`{}` cannot be the name of a user", request.user),
                  "`--user NAME`: letters, digits, `-`, `_` and `.`");
  }
  registry_server::TokenRequest token{.user = request.user, .scopes = {}, .crates = request.crates, .expires = {}};
  for (const std::string& name : request.scopes) {
    const std::optional<Scope> scope = registry_server::parse_scope(name);
    if (!scope) {
      return refuse(fmt::format("`{}` is nothing that a token can allow", name), "`--scope` is read, publish, yank or owner");
    }
    token.scopes.push_back(*scope);
  }
  if (token.scopes.empty()) {
    token.scopes = {Scope::publish, Scope::yank};
  }
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  if (request.days) {
    token.expires = now + *request.days * k_seconds_a_day;
  }
  CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY_ASSIGN(const std::string text, accounts.accounts().create_token(token, now));
  env.reporter.result(text + "\n");
  return {};
}

Result<> registry_serve(const Env& env, const RegistryServeRequest& request)
{
  std::optional<registry_server::Api> api;
  CW_TRY_ASSIGN(const auto server,
                registry_server::HttpServer::listen(request.listen, [&api](const auto& question) { return api->answer(question); }));
  const std::string address = server->address();
  CW_TRY_ASSIGN(Registry registry, Registry::open(env, request.directory, fmt::format("http://{}/", address)));
  api.emplace(env, registry);
  registry_server::StaticFiles files(env.fs, registry.public_directory());
  server->serve_files(files);
  if (request.port_file) {
    CW_TRY(env.fs.write_atomic(*request.port_file, address.substr(address.rfind(':') + 1) + "\n"));
  }
  env.reporter.result(fmt::format("http://{}/\n", address));
  env.reporter.status("Serving",
                      fmt::format("registry `{}` from `{}`, until Ctrl-C", registry.settings().name, request.directory.native()));
  server->run(request.stop);
  return {};
}

} // namespace cargo_wasm::ops
