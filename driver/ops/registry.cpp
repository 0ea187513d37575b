#include <cargo_wasm/ops/registry_verbs.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/registry_server/api.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_server/reader_gate.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_server/usage_log.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "mirror_settings.hpp"
#include "publisher_keys.hpp"
#include "registry_tls.hpp"
#include "submitted_change.hpp"

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

Result<> registry_init(const Env& env, const RegistryInitRequest& request, const KeyOpening& opening)
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
  registry_server::Founding founding;
  if (request.federation) {
    if (url.empty()) {
      return refuse("a federation needs an address", "`--url https://registry.example/`, beside `--federation FILE`");
    }
    CW_TRY_ASSIGN(founding.federation_toml, env.fs.read(*request.federation));
    founding.federation_file = *request.federation;
    for (const Path& file : request.signers) {
      CW_TRY_ASSIGN(registry_tlog::SignerKey key, read_key_file(env, file, opening));
      founding.signers.push_back(std::move(key));
    }
  }
  CW_TRY(Registry::create(env, request.directory, {.name = request.name, .base_url = url, .is_private = request.is_private}, founding));
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
    token.scopes = {Scope::read, Scope::publish, Scope::yank};
  }
  if (token.scopes == std::vector{Scope::read} && token.crates != "*") {
    return refuse("a token cannot let somebody read some crates alone",
                  "leave `--crates` out: it limits what a token changes, and who verifies a registry's log sees all of its crates");
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

namespace {

constexpr std::chrono::milliseconds k_between_rounds(100);
constexpr std::chrono::seconds k_first_pause(1), k_longest_pause(30), k_told_every(60);

// The log of uses, and when it is sealed the next time.
struct UsageSealing
{
  registry_server::UsageLog* log = nullptr; ///< nullptr: there is none
  std::uint64_t sealed = 0;                 ///< records that a seal of this process has
  std::chrono::steady_clock::time_point next{};
};

// What a registry does without being asked.
Result<> own_work(const Env& env, Registry& registry, UsageSealing& usage)
{
  constexpr std::chrono::hours k_between_seals(1);
  if (usage.log != nullptr && env.clock.monotonic() >= usage.next) {
    CW_TRY_ASSIGN(const registry_server::UsageHead head, usage.log->flush());
    if (head.records > usage.sealed) {
      CW_TRY(registry.seal_usage(head.hash, head.records));
      usage.sealed = head.records;
    }
    usage.next = env.clock.monotonic() + k_between_seals;
  }
  if (registry.waits_for_witnesses()) {
    CW_TRY(registry.settle());
    env.reporter.status("Cosigned", "what waited for witnesses is public");
  }
  if (registry.heartbeat_is_due()) {
    CW_TRY(registry.heartbeat());
  }
  return {};
}

// Changes that the registry's operator left for it, changes that wait for witnesses, and a fresh snapshot when nobody changes anything.
void keep_house(const Env& env, Registry& registry, UsageSealing usage, std::mutex& one_at_a_time, const std::stop_token& stop)
{
  using Moment = std::chrono::steady_clock::time_point;
  Moment next_work{}, next_word{};
  std::chrono::seconds pause = k_first_pause;
  for (; !stop.stop_requested(); std::this_thread::sleep_for(k_between_rounds)) {
    const std::lock_guard lock(one_at_a_time);
    Result<> done = registry.do_submitted();
    if (done && env.clock.monotonic() >= next_work) {
      done = own_work(env, registry, usage);
      // Witnesses that are slow hold up whoever publishes meanwhile: they are asked ever more rarely.
      next_work = done ? Moment{} : env.clock.monotonic() + pause;
      pause = done ? k_first_pause : std::min(2 * pause, k_longest_pause);
    }
    if (!done && env.clock.monotonic() >= next_word) {
      env.reporter.warning(done.error());
      next_word = env.clock.monotonic() + k_told_every;
    }
  }
}

} // namespace

Result<> registry_seal(const Env& env, const Path& directory)
{
  CW_TRY_ASSIGN(const registry_server::UsageHead head, registry_server::usage_head(env.fs, directory));
  if (head.records == 0) {
    env.reporter.status("Fresh", "nothing was served yet that could be sealed");
    return {};
  }
  CW_TRY_ASSIGN(const registry_server::Recorded sealed,
                submit_change(env,
                              directory,
                              {.kind = registry_server::OperatorChangeKind::sealed,
                               .payload = fmt::format("{} {}", head.records, base::to_hex(head.hash))}));
  env.reporter.status("Sealed", fmt::format("{} records of use, by entry {} of the log", head.records, sealed.entry));
  return {};
}

Result<> registry_serve(const Env& env, const RegistryServeRequest& request)
{
  if (!env.fs.is_file(request.directory / "private" / "registry.json") && env.fs.is_file(mirror_settings_file(request.directory))) {
    return registry_serve_relay(env, request);
  }
  std::optional<registry_server::Api> api;
  std::mutex one_at_a_time; // the registry is one; a request and the house-keeping take turns
  CW_TRY_ASSIGN(const auto certificate, open_tls(env, request));
  CW_TRY_ASSIGN(const auto server, registry_server::HttpServer::listen(request.listen, [&](const auto& question) {
                  const std::lock_guard lock(one_at_a_time);
                  return api->answer(question);
                }));
  const std::string address = server->address();
  CW_TRY_ASSIGN(registry_server::WitnessAsking asking, witness_asking(env));
  asking.stop = request.stop;
  const std::string web_address = fmt::format("{}://{}/", certificate ? "https" : "http", address);
  CW_TRY_ASSIGN(Registry registry, Registry::open(env, request.directory, web_address, std::move(asking)));
  if (certificate) {
    server->speak_tls(*certificate);
    check_tls_address(env, *certificate, registry.settings().base_url);
  }
  api.emplace(env, registry, registry_server::ApiLimits{.publications_per_hour = request.publications_per_hour});
  CW_TRY_ASSIGN(const auto gate, registry_server::ReaderGate::open(env, request.directory, registry.public_directory()));
  gate->guard_changes();
  server->guard_by(*gate);
  registry_server::StaticFiles files(env.fs, registry.public_directory(), {.is_private = gate->is_private()});
  server->serve_files(files);
  std::unique_ptr<registry_server::UsageLog> usage;
  if (request.notes_uses) {
    CW_TRY_ASSIGN(usage, registry_server::UsageLog::open(env, request.directory));
    server->note_uses(*usage);
  }
  // Said when nothing is left that could end it.
  if (request.port_file) {
    CW_TRY(env.fs.write_atomic(*request.port_file, address.substr(address.rfind(':') + 1) + "\n"));
  }
  env.reporter.result(web_address + "\n");
  env.reporter.status("Serving",
                      fmt::format("{}registry `{}` from `{}`, until Ctrl-C",
                                  gate->is_private() ? "private " : "",
                                  registry.settings().name,
                                  request.directory.native()));
  const UsageSealing sealing{usage.get(), 0, env.clock.monotonic() + std::chrono::hours(1)};
  const std::jthread house([&](const std::stop_token& stop) { keep_house(env, registry, sealing, one_at_a_time, stop); });
  server->run(request.stop);
  return {};
}

} // namespace cargo_wasm::ops
