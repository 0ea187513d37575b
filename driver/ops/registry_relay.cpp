// A mirror that takes publications: it answers reads from its own files, and sends changes on to the registry.
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/mirror_verbs.hpp>
#include <cargo_wasm/ops/registry_verbs.hpp>
#include <cargo_wasm/registry_mirror/relay.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>

#include "mirror_serving.hpp"
#include "mirror_settings.hpp"

namespace cargo_wasm::ops {

namespace {

using registry_server::HttpAnswer;
using registry_server::HttpQuestion;

constexpr std::uint64_t k_relayed_answer_bytes = 4 * 1024 * 1024;
// Longer than a registry takes that waits for its witnesses.
constexpr std::chrono::seconds k_relay_limit(60);
constexpr std::chrono::milliseconds k_poll(100), k_between_tries(200);

HttpAnswer told(int status, const Error& error)
{
  return registry_server::error_answer(status, registry_server::detail_of(error));
}

class Relay
{
public:
  Relay(const Env& env, Path directory, MirrorSettings settings, base::HttpOptions options)
      : m_env(env), m_directory(std::move(directory)), m_settings(std::move(settings)), m_options(std::move(options))
  {
  }

  [[nodiscard]] Result<std::string> sequencer() const
  {
    const Path latest = m_directory / "public" / ".well-known" / "cargo-wasm" / "federation" / "latest";
    CW_TRY_ASSIGN(const std::string document, m_env.fs.read(latest));
    CW_TRY_ASSIGN(const registry_trust::Federation federation, registry_trust::open_federation(document));
    return registry_mirror::sequencer_for(federation, m_settings.url);
  }

  [[nodiscard]] HttpAnswer answer(const HttpQuestion& question)
  {
    if (!question.target.starts_with("/api/")) {
      return {.status = 404, .type = "text/plain; charset=utf-8", .body = "not found\n", .etag = {}, .cache_control = "no-store"};
    }
    // The document is what the last sync has verified: a registry that it does not name gets no token.
    const Result<std::string> sequencer = this->sequencer();
    if (!sequencer) {
      return told(405, sequencer.error());
    }
    Result<HttpAnswer> answer = send(*sequencer, question);
    if (!answer) {
      // Where no connection came about nothing was sent; else nobody knows.
      const bool never_sent = answer.error().id == "CW0030" || answer.error().id == "CW0037" || answer.error().id == "CW0038";
      return told(never_sent ? 502 : 504,
                  Error("CW1063", "the registry behind this mirror does not answer", Blame::network)
                      .note(answer.error().message)
                      .help("ask again: what was taken before is no error then"));
    }
    constexpr int k_success = 200, k_redirect = 300;
    if (question.method != "GET" && answer->status >= k_success && answer->status < k_redirect) {
      if (const Result<> followed = follow(); !followed) {
        m_env.reporter.warning(followed.error()); // the change is made; it comes with the next sync
      }
    }
    return std::move(*answer);
  }

private:
  [[nodiscard]] Result<HttpAnswer> send(const std::string& sequencer, const HttpQuestion& question)
  {
    CW_TRY_ASSIGN(const std::unique_ptr<base::HttpClient> http, m_env.http.make(m_options));
    base::HttpRequest request{sequencer + std::string(question.target.substr(1)), {"Accept: application/json"}, k_relayed_answer_bytes};
    if (!question.authorization.empty()) {
      request.headers.push_back(fmt::format("Authorization: {}", question.authorization));
    }
    if (!question.body.empty()) {
      request.headers.emplace_back("Content-Type: application/octet-stream");
    }
    request.method = std::string(question.method);
    request.body = std::string(question.body);
    request.retries = 0;
    request.max_redirects = 0;
    request.limit = k_relay_limit;
    const auto collected = std::make_shared<base::HttpAnswer>();
    http->enqueue(std::move(request), base::collect_into(collected));
    while (!collected->outcome) {
      CW_TRY(http->poll(k_poll));
    }
    CW_TRY_ASSIGN(const base::HttpResponse response, std::move(*collected->outcome));
    HttpAnswer answer{.status = response.status,
                      .type = std::string(response.header("content-type").value_or("application/json")),
                      .body = std::move(collected->body),
                      .etag = {},
                      .cache_control = "no-store"};
    if (const auto wait = response.header("retry-after")) {
      answer.headers.emplace_back("Retry-After", *wait);
    }
    return answer;
  }

  // Whoever publishes here reads here, too.
  Result<> follow()
  {
    CW_TRY_ASSIGN(const std::unique_ptr<base::HttpClient> http, m_env.http.make(m_options));
    registry_client::ServerFiles primary(*http, m_settings.from);
    const registry_mirror::SyncRequest what{.directory = m_directory, .url = m_settings.url, .pin = {}};
    constexpr int k_tries = 25; // another sync may be at work
    for (int tries = 1;; ++tries) {
      const Result<registry_mirror::SyncReport> report = registry_mirror::sync(m_env, primary, what);
      if (report) {
        return {};
      }
      if (report.error().id != "CW1255" || tries == k_tries) {
        return fail(report.error());
      }
      std::this_thread::sleep_for(k_between_tries);
    }
  }

  const Env& m_env;
  Path m_directory;
  MirrorSettings m_settings;
  base::HttpOptions m_options;
};

} // namespace

Result<> registry_serve_relay(const Env& env, const RegistryServeRequest& request)
{
  CW_TRY_ASSIGN(MirrorSettings settings, read_mirror_settings(env.fs, request.directory));
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {}));
  CW_TRY_ASSIGN(base::HttpOptions options, config->http_options());
  Relay relay(env, request.directory, std::move(settings), std::move(options));
  Result<std::string> sequencer = relay.sequencer();
  if (!sequencer) {
    return fail(std::move(sequencer.error()).help("`--read-only` serves the mirror without publications"));
  }
  return serve_mirror(
      env,
      request,
      request.directory,
      request.directory / "public",
      [&relay](const HttpQuestion& question) { return relay.answer(question); },
      fmt::format("mirror `{}`, changes go to {}", request.directory.native(), *sequencer));
}

} // namespace cargo_wasm::ops
