// Keys of a crate, as a publisher who has one changes them: a signed statement, sent to the registry.
#include <chrono>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/http_answer.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/authorization.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "publisher_keys.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr std::uint64_t k_max_answer_bytes = 64 * 1024;

// What a registry's error says to a person; empty when it is none.
std::string detail_in(const std::string& body)
{
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  const nlohmann::json none;
  const nlohmann::json& errors = answer.is_object() && answer.contains("errors") ? answer["errors"] : none;
  const bool has =
      errors.is_array() && !errors.empty() && errors[0].is_object() && errors[0].contains("detail") && errors[0]["detail"].is_string();
  return has ? errors[0]["detail"].get<std::string>() : "";
}

} // namespace

Result<> registry_key_grant(const Env& env, const RegistryGrantRequest& request, const KeyOpening& opening)
{
  const auto misused = [](std::string message, std::string help) {
    return fail(Error("CW1205", std::move(message), Blame::usage).help(std::move(help)));
  };
  if (request.registry.empty()) {
    return misused("a crate of which registry?", "`--registry NAME`, as in cargo's configuration");
  }
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(request.key));
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {}));
  CW_TRY_ASSIGN(const spec::SourceId source, config->source_of_registry(request.registry));
  if (source.kind() != spec::SourceKind::sparse_registry) {
    return misused(fmt::format("`{}` is no sparse registry", request.registry),
                   "keys of crates are known to registries of cargo-wasm's kind");
  }
  std::optional<registry_tlog::SignerKey> signer;
  if (request.signer) {
    CW_TRY_ASSIGN(registry_tlog::SignerKey own, read_key_file(env, *request.signer, opening));
    signer = std::move(own);
  } else {
    CW_TRY_ASSIGN(signer, find_publisher_key(env, request.registry, false, opening));
  }
  if (!signer) {
    return misused("which key signs?", "`--sign FILE`: a key that the crate has");
  }
  CW_TRY_ASSIGN(const base::HttpOptions options, config->http_options());
  CW_TRY_ASSIGN(const std::unique_ptr<base::HttpClient> client, env.http.make(options));
  CW_TRY_ASSIGN(const std::optional<std::string> settings,
                base::http_get(*client, base::HttpRequest{source.url() + "config.json", {}, k_max_answer_bytes}));
  CW_TRY_ASSIGN(const registry_protocol::RegistryConfig registry, registry_protocol::parse_registry_config(settings.value_or("{}")));

  registry_trust::KeyStatement statement;
  statement.registry = "sparse+" + source.url();
  statement.name = request.crate;
  statement.change = request.drop ? registry_trust::KeyChange::drop : registry_trust::KeyChange::grant;
  statement.key = to_text(key);
  statement.time = registry_trust::utc_seconds(env.clock.now());
  registry_tlog::SignedNote note{.text = to_text(registry_trust::Statement(statement)), .signatures = {}};
  note.signatures.push_back(sign(note.text, *signer));
  base::HttpRequest put;
  put.url = registry.api.value_or("") + "/api/v1/cargo-wasm/keys";
  put.headers = {"Authorization: " + registry_trust::to_header({.token = {}, .note = to_text(note)})};
  put.max_body_bytes = k_max_answer_bytes;
  put.method = "PUT";
  put.retries = 0;
  put.max_redirects = 0;
  const auto answer = std::make_shared<base::HttpAnswer>();
  client->enqueue(std::move(put), base::collect_into(answer));
  bool more = true;
  while (more) {
    CW_TRY_ASSIGN(more, client->poll(std::chrono::milliseconds(200)));
  }
  if (!answer->outcome) {
    return fail(Error("CW0032", "the request to change a crate's keys ended without an answer", Blame::network));
  }
  CW_TRY_ASSIGN(const base::HttpResponse response, std::move(*answer->outcome));
  constexpr int k_ok = 200, k_server_failed = 500;
  if (response.status != k_ok) {
    const std::string detail = detail_in(answer->body);
    return fail(Error("CW1232",
                      fmt::format("the registry did not change the keys of `{}`", request.crate),
                      response.status < k_server_failed ? Blame::integrity : Blame::network)
                    .note(detail.empty() ? fmt::format("it answered with status {}", response.status) : detail));
  }
  env.reporter.status(request.drop ? "Dropped" : "Granted",
                      fmt::format("`{}` {} `{}`", to_text(key), request.drop ? "publishes no more" : "may publish", request.crate));
  return {};
}

} // namespace cargo_wasm::ops
