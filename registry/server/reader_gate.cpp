#include <cargo_wasm/registry_server/reader_gate.hpp>

#include "rate_limiter.hpp"
#include "refusal.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

namespace cargo_wasm::registry_server {
namespace {

using Time = std::chrono::steady_clock::time_point;

/// How long it takes until a token that was revoked, or a registry that was made private, is seen as that.
constexpr std::chrono::seconds k_believed{2}, k_config_age{1};
constexpr std::size_t k_most_known_tokens = 4096;
constexpr std::string_view k_basic = "Basic ", k_changes = "/api/v1/";

bool is_open_to_all(std::string_view path)
{
  return path.starts_with("/.well-known/cargo-wasm/federation/") || path == "/me" || path == "/-/style.css";
}

// Browsers and clients of OCI ask for a name and a password.
bool wants_password(std::string_view path)
{
  return path == "/" || path.starts_with("/-/") || path.starts_with("/v2/");
}

// Notes can stand in the bodies of the other changes, or these are short.
bool needs_authorization(std::string_view path)
{
  return path == k_api_publish || path.starts_with(k_api_components);
}

// The token in what a client sends. With a name, the token is the password.
std::string token_of(std::string_view authorization)
{
  if (authorization.starts_with(k_basic)) {
    const std::optional<std::string> pair = base::parse_base64(authorization.substr(k_basic.size()));
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    return colon == std::string::npos ? std::string() : pair->substr(colon + 1);
  }
  auto parsed = registry_trust::parse_authorization(authorization);
  return parsed ? std::move(parsed->token) : std::string();
}

HttpAnswer refused(int status, std::string_view message, std::string_view why)
{
  return error_answer(status, fmt::format("{} [CW1216]; {}", message, why));
}

base::Path config_file(const base::Path& public_directory)
{
  return public_directory / "config.json";
}

} // namespace

struct ReaderGate::State
{
  const Env& env;
  base::Path directory, public_directory;
  bool guards_changes = false;
  std::atomic<bool> is_private = false;
  std::atomic<std::int64_t> looked_ns = 0; ///< when `config.json` was read last, by the monotonic clock

  std::mutex mutex; ///< of what follows
  RateLimiter wrong;
  std::optional<AccountsFile> accounts; ///< opened when a token is first looked up
  std::string login_url;
  struct Known
  {
    TokenGrant grant;
    Time since;
  };
  std::map<std::string, Known> known; ///< by the token's SHA-256: those that were good lately

  State(const Env& env_, base::Path directory_, base::Path public_directory_, GateLimits limits)
      : env(env_), directory(std::move(directory_)), public_directory(std::move(public_directory_)),
        wrong({.burst = limits.wrong_tokens, .per_second = limits.wrong_tokens_per_s})
  {
  }

  Result<> look()
  {
    looked_ns = env.clock.monotonic().time_since_epoch().count();
    CW_TRY_ASSIGN(const std::string text, env.fs.read(config_file(public_directory)));
    CW_TRY_ASSIGN(const registry_protocol::RegistryConfig config, registry_protocol::parse_registry_config(text));
    const std::lock_guard guard(mutex);
    login_url = config.api ? fmt::format("{}/me", *config.api) : "";
    is_private = config.auth_required;
    return {};
  }

  void look_now_and_then(Time now)
  {
    std::int64_t last = looked_ns;
    const bool is_due = now.time_since_epoch() - Time::duration(last) > k_config_age;
    if (is_due && looked_ns.compare_exchange_strong(last, now.time_since_epoch().count())) {
      (void)look(); // what cannot be read changes nothing: what was private stays so
    }
  }

  struct Verdict
  {
    std::optional<TokenGrant> grant; ///< nullopt: no such token
    std::uint64_t wait_s = 0;        ///< instead of looking it up
  };

  Result<Verdict> find(const std::string& peer, const std::string& token, Time now)
  {
    const std::string hash = base::to_hex(base::sha256(token));
    const auto seen = known.find(hash);
    if (seen != known.end() && now - seen->second.since < k_believed) {
      return Verdict{.grant = seen->second.grant};
    }
    // Who has had a good one is looked up whatever others at his address do.
    if (const std::uint64_t wait = wrong.wait_s(peer, now); wait != 0 && seen == known.end()) {
      return Verdict{.grant = {}, .wait_s = wait};
    }
    if (!accounts) {
      CW_TRY_ASSIGN(accounts, AccountsFile::open(env, directory));
    }
    CW_TRY_ASSIGN(std::optional<TokenGrant> grant, accounts->accounts().find(token, registry_trust::utc_seconds(env.clock.now())));
    if (!grant || grant->expired) {
      wrong.take(peer, now);
      known.erase(hash);
    } else {
      if (known.size() >= k_most_known_tokens) {
        known.clear();
      }
      known.insert_or_assign(hash, Known{.grant = *grant, .since = now});
    }
    return Verdict{.grant = std::move(grant)};
  }

  [[nodiscard]] HttpAnswer challenge(std::string_view why, std::string_view path) const
  {
    HttpAnswer answer = refused(401, "this registry is private: reading it needs a token", why);
    answer.headers.emplace_back("WWW-Authenticate", login_url.empty() ? "Cargo" : fmt::format("Cargo login_url=\"{}\"", login_url));
    if (wants_password(path)) {
      answer.headers.emplace_back("WWW-Authenticate", R"(Basic realm="the password is a token of this registry", charset="UTF-8")");
    }
    return answer;
  }
};

ReaderGate::ReaderGate(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ReaderGate::~ReaderGate() = default;

bool ReaderGate::is_private() const
{
  return m_state->is_private;
}

Result<std::unique_ptr<ReaderGate>>
ReaderGate::open(const Env& env, const base::Path& directory, const base::Path& public_directory, GateLimits limits)
{
  auto state = std::make_unique<State>(env, directory, public_directory, limits);
  CW_TRY(state->look());
  if (state->is_private && !AccountsFile::is_place(env.fs, directory)) {
    return fail(
        Error("CW1080", fmt::format("the registry in `{}` is private, and nobody could read it", directory.native()), Blame::user)
            .note("its `config.json` says `auth-required`, and there is no `private` with tokens beside these files")
            .help("serve a directory that `cargo-wasm registry sync` has made, and give it tokens: `cargo-wasm registry token create DIR "
                  "--user NAME --scope read`")
            .help("another web server can serve the files alone, when it asks for tokens itself"));
  }
  return std::unique_ptr<ReaderGate>(new ReaderGate(std::move(state)));
}

void ReaderGate::guard_changes()
{
  m_state->guards_changes = true;
}

std::optional<HttpAnswer> ReaderGate::judge(const Visit& visit)
{
  State& state = *m_state;
  const Time now = state.env.clock.monotonic();
  state.look_now_and_then(now);
  const std::string_view path = visit.target.substr(0, visit.target.find('?'));
  const bool reads = visit.method == "GET" || visit.method == "HEAD";
  const bool is_asked_for = state.is_private && reads && !is_open_to_all(path);
  const bool is_guarded_change = state.guards_changes && !reads && path.starts_with(k_changes);
  if (is_guarded_change && visit.authorization.empty() && needs_authorization(path)) {
    return error_answer(403, detail_of(*token_refusal({}, std::nullopt)));
  }
  if (!is_asked_for && (visit.authorization.empty() || !is_dynamic(visit.target))) {
    return std::nullopt;
  }
  const std::string token = token_of(visit.authorization);
  const std::lock_guard guard(state.mutex);
  if (token.empty()) {
    return is_asked_for ? std::optional(state.challenge(visit.authorization.empty() ? "none was sent" : "what was sent holds none", path))
                        : std::nullopt;
  }
  const Result<State::Verdict> found = state.find(std::string(visit.peer), token, now);
  if (!found) {
    state.env.reporter.warning(found.error());
    return refused(503, "tokens cannot be looked up", "whoever runs this server finds more in its output");
  }
  if (found->wait_s != 0) {
    HttpAnswer answer = refused(429,
                                "too many wrong tokens have come from your address",
                                fmt::format("this one was not looked at; wait for {} s, and send one that is good", found->wait_s));
    answer.headers.emplace_back("Retry-After", fmt::format("{}", found->wait_s));
    return answer;
  }
  if (is_guarded_change) {
    const std::optional<Error> refusal = token_refusal({.token = token, .note = {}}, found->grant);
    return refusal ? std::optional(error_answer(403, detail_of(*refusal))) : std::nullopt;
  }
  if (!is_asked_for) {
    return std::nullopt;
  }
  if (!found->grant) {
    return state.challenge("the one that was sent is none, or was revoked", path);
  }
  if (found->grant->expired) {
    return state.challenge(fmt::format("the one that was sent has expired; it was one of `{}`", found->grant->user), path);
  }
  if (std::ranges::find(found->grant->scopes, Scope::read) == found->grant->scopes.end()) {
    return refused(403, "the token does not allow `read`", fmt::format("it is one of `{}`", found->grant->user));
  }
  return std::nullopt;
}

Result<> set_private(const Env& env, const base::Path& directory, bool is_private)
{
  const auto change = [&](const base::Path& file, const char* key) -> Result<> {
    CW_TRY_ASSIGN(const std::string text, env.fs.read(file));
    nlohmann::ordered_json json = nlohmann::ordered_json::parse(text, nullptr, false);
    if (!json.is_object()) {
      return fail(Error("CW0411", fmt::format("`{}` cannot be read: it is no JSON object", file.native()), Blame::environment));
    }
    json.erase(key);
    if (is_private) {
      json[key] = true;
    }
    return env.fs.write_atomic(file, json.dump() + "\n");
  };
  const base::Path settings = directory / "private" / "registry.json";
  if (!env.fs.is_file(settings)) {
    return fail(Error("CW1201", fmt::format("cannot open the registry in `{}`", directory.native()), Blame::user)
                    .note("there is no `private/registry.json` in it")
                    .help("a mirror is private when its registry is, from its next `registry sync` on"));
  }
  // Its address is not known yet: the settings are what the index's configuration is made from.
  CW_TRY(change(settings, "auth_required"));
  const base::Path config = config_file(directory / "public");
  return env.fs.is_file(config) ? change(config, "auth-required") : Result<>();
}

} // namespace cargo_wasm::registry_server
