// A registry with a federation, served to plain cargo on this machine: cargo gets fallback and verification without knowing of either. Its
// lock files keep the registry's own address, as source replacement does that.
#include <cargo_wasm/ops/federation_verbs.hpp>

#include "federation_here.hpp"

#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_client/download_log.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>

namespace cargo_wasm::ops {

namespace {

using registry_client::VerifiedRegistry;
using registry_server::HttpAnswer;
using registry_server::HttpQuestion;

/// How long a state of the registry serves; each run of cargo begins by asking for `config.json`, which renews it.
constexpr std::chrono::seconds k_state_lifetime{60};
constexpr int k_ok = 200, k_absent = 404, k_conflict = 409, k_bad_gateway = 502;

HttpAnswer text_answer(int status, std::string body)
{
  return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(body), .etag = {}, .cache_control = "no-store"};
}

class Proxy
{
public:
  Proxy(const Env& env, const FederationReader& reader) : m_env(env), m_reader(reader) {}

  void set_address(std::string address) { m_address = std::move(address); }

  HttpAnswer answer(const HttpQuestion& question)
  {
    if (question.method != "GET" && question.method != "HEAD") {
      return text_answer(405, "this proxy only reads; publish to the registry itself\n");
    }
    const std::string_view path = question.target.substr(0, question.target.find('?'));
    const Result<HttpAnswer> answered = path == "/config.json"         ? config()
                                        : path.starts_with("/crates/") ? archive(path.substr(8))
                                                                       : index(path.substr(1));
    if (answered) {
      return *answered;
    }
    m_env.reporter.error(answered.error());
    // What may pass is told so that cargo tries again; what is wrong with the registry is not to be tried again.
    const bool may_pass = answered.error().blame == Blame::network;
    return text_answer(may_pass ? k_bad_gateway : k_conflict, render(answered.error(), base::Severity::error, false));
  }

private:
  Result<VerifiedRegistry*> current(bool renew)
  {
    const auto now = m_env.clock.monotonic();
    if (!m_registry || renew || now - m_since > k_state_lifetime) {
      if (m_registry) {
        m_registry->keep_health();
      }
      m_files.clear();
      m_registry = m_reader.read(m_env);
      m_since = now;
    }
    CW_TRY(m_registry->refresh());
    return m_registry.get();
  }

  Result<HttpAnswer> config()
  {
    CW_TRY(current(true));
    HttpAnswer answer =
        text_answer(k_ok, nlohmann::ordered_json{{"dl", m_address + "crates/{crate}/{version}/{sha256-checksum}"}}.dump() + "\n");
    answer.type = "application/json";
    return answer;
  }

  // The index file of a name; nullopt: it is proven that there is none.
  Result<std::optional<std::string>> index_file(VerifiedRegistry& registry, const std::string& name)
  {
    if (const auto known = m_files.find(name); known != m_files.end()) {
      return known->second;
    }
    const auto got = std::make_shared<std::optional<Result<std::optional<std::string>>>>();
    registry.index_file(
        name, [](const base::Sha256&) { return false; }, [got](Result<std::optional<std::string>> bytes) { *got = std::move(bytes); });
    while (!*got) {
      CW_TRY(registry.poll());
    }
    CW_TRY_ASSIGN(std::optional<std::string> bytes, std::move(**got));
    return m_files.emplace(name, std::move(bytes)).first->second;
  }

  Result<HttpAnswer> index(std::string_view path)
  {
    const std::string name(path.substr(path.rfind('/') + 1));
    if (registry_protocol::index_path(name) != path) {
      return text_answer(k_absent, "not found\n");
    }
    CW_TRY_ASSIGN(VerifiedRegistry* const registry, current(false));
    CW_TRY_ASSIGN(const std::optional<std::string> bytes, index_file(*registry, name));
    return bytes ? text_answer(k_ok, *bytes) : text_answer(k_absent, "the registry's log proves that there is no such crate\n");
  }

  // NAME/VERSION/SHA256
  Result<HttpAnswer> archive(std::string_view rest)
  {
    const std::vector<std::string_view> parts = base::split(rest, '/');
    const std::optional<base::Sha256> hash = parts.size() == 3 ? base::parse_sha256(parts[2]) : std::nullopt;
    if (!hash) {
      return text_answer(k_absent, "not found\n");
    }
    CW_TRY_ASSIGN(VerifiedRegistry* const registry, current(false));
    CW_TRY_ASSIGN(const std::optional<std::string> file, index_file(*registry, base::to_lower(parts[0])));
    std::optional<VerifiedRegistry::Version> version;
    const std::string text = file.value_or("");
    const std::vector<std::string_view> lines = base::split(text, '\n');
    for (const std::string_view line : lines) {
      const auto head = registry_protocol::parse_index_head(line);
      if (head && head->version == parts[1]) {
        version = VerifiedRegistry::Version{
            .name = std::string(parts[0]), .version = std::string(parts[1]), .checksum = std::string(parts[2]), .line = std::string(line)};
      }
    }
    if (!version) {
      return text_answer(k_absent, "the registry has no such version\n");
    }
    CW_TRY(registry->verify_versions(std::span(&*version, 1)));
    const auto got = std::make_shared<std::optional<Result<VerifiedRegistry::Archive>>>();
    registry->archive(version->name, version->version, *hash, [got](Result<VerifiedRegistry::Archive> bytes) { *got = std::move(bytes); });
    while (!*got) {
      CW_TRY(registry->poll());
    }
    CW_TRY_ASSIGN(VerifiedRegistry::Archive got_archive, std::move(**got));
    const registry_client::DownloadRecord record{.time = registry_trust::utc_seconds(m_env.clock.now()),
                                                 .registry = registry->known().federation.name,
                                                 .name = version->name,
                                                 .version = version->version,
                                                 .sha256 = version->checksum,
                                                 .mirror = got_archive.mirror,
                                                 .log_size = registry->state().checkpoint.size};
    CW_TRY(registry_client::append_downloads(m_env.fs, m_reader.config->cargo_home(), {record}));
    HttpAnswer answer = text_answer(k_ok, std::move(got_archive.bytes));
    answer.type = "application/gzip";
    return answer;
  }

  const Env& m_env;
  const FederationReader& m_reader;
  std::string m_address;
  std::unique_ptr<VerifiedRegistry> m_registry;
  std::chrono::steady_clock::time_point m_since;
  std::map<std::string, std::optional<std::string>, std::less<>> m_files; ///< index files of this state
};

} // namespace

Result<> registry_proxy(const Env& env, const GlobalOptions& options, const RegistryProxyRequest& request)
{
  CW_TRY_ASSIGN(const FederationReader reader, open_federation_reader(env, options, request.name));
  Proxy proxy(env, reader);
  CW_TRY_ASSIGN(const auto server, registry_server::HttpServer::listen(request.listen, [&proxy](const HttpQuestion& question) {
                  return proxy.answer(question);
                }));
  const std::string address = fmt::format("http://{}/", server->address());
  proxy.set_address(address);
  if (request.port_file) {
    CW_TRY(env.fs.write_atomic(*request.port_file, server->address().substr(server->address().rfind(':') + 1) + "\n"));
  }
  env.reporter.result(
      fmt::format("[source.{0}]\nregistry = \"{1}\"\nreplace-with = \"{0}-verified\"\n\n[source.{0}-verified]\nregistry = \"sparse+{2}\"\n",
                  reader.known.federation.name,
                  reader.known.federation.canonical,
                  address));
  env.reporter.status(
      "Proxying", fmt::format("`{}`, verified, until Ctrl-C; the lines above are for cargo's configuration", reader.known.federation.name));
  server->run(request.stop);
  return {};
}

} // namespace cargo_wasm::ops
