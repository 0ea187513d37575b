#include <cargo_wasm/ops/federation_verbs.hpp>

#include "federation_here.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/base/chained_file.hpp>
#include <cargo_wasm/registry_client/age_text.hpp>
#include <cargo_wasm/registry_client/download_log.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

namespace cargo_wasm::ops {

namespace {

using nlohmann::ordered_json;
using registry_client::age_text;
using registry_client::KnownRegistry;
using registry_client::VerifiedRegistry;

// The address of a registry's files: with its slash, without cargo's prefix.
Result<std::string> registry_address(std::string_view url)
{
  constexpr std::string_view k_sparse = "sparse+";
  if (url.starts_with(k_sparse)) {
    url.remove_prefix(k_sparse.size());
  }
  const bool is_web = url.starts_with("https://") || url.starts_with("http://");
  if (!is_web || url.find_first_of(" ?#") != std::string_view::npos) {
    return fail(Error("CW1104", fmt::format("`{}` is not the address of a registry", url), Blame::usage)
                    .help("`cargo-wasm registry add https://registry.example/ --key KEY`"));
  }
  return url.ends_with('/') ? std::string(url) : fmt::format("{}/", url);
}

// `[registries.NAME]`, so that manifests can say `registry = "NAME"`. An entry that is there is not changed.
Result<> name_in_config(const Env& env, const manifest::Config& config, const registry_trust::Federation& federation)
{
  CW_TRY_ASSIGN(const auto index, config.get_string(fmt::format("registries.{}.index", federation.name)));
  const base::Path file = config.cargo_home() / "config.toml";
  if (index && index->value == federation.canonical) {
    return {};
  }
  if (index) {
    env.reporter.warning(
        Error("CW1105", fmt::format("`registries.{}` of the configuration is another registry", federation.name), Blame::environment)
            .note(fmt::format("{} says `{}`", index->definition.display(), index->value))
            .help(fmt::format("set its `index` to `{}`, or give this one another name there", federation.canonical)));
    return {};
  }
  CW_TRY_ASSIGN(const std::optional<std::string> before, env.fs.read_if_exists(file));
  std::string text = before.value_or("");
  if (!text.empty()) {
    text += text.ends_with('\n') ? "\n" : "\n\n";
  }
  text += fmt::format("[registries.{}]\nindex = \"{}\"\n", federation.name, federation.canonical);
  CW_TRY(env.fs.write_atomic(file, text));
  env.reporter.status("Named", fmt::format("`{}` in `{}`", federation.name, file.native()));
  return {};
}

struct StatusRow
{
  std::vector<std::string> cells;
};

std::string table_of(const std::vector<StatusRow>& rows)
{
  std::vector<std::size_t> widths(rows.front().cells.size());
  for (const StatusRow& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], row.cells[i].size());
    }
  }
  std::string out;
  for (const StatusRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += fmt::format("  {:<{}}", row.cells[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string state_of(const VerifiedRegistry::MirrorReport& report, std::uint64_t now)
{
  if (report.trouble) {
    return report.trouble->notes.empty() ? report.trouble->message : report.trouble->notes.front();
  }
  if (report.lag_s && *report.lag_s > report.mirror.max_lag_s) {
    return "too far behind";
  }
  return report.health.paused_until > now ? "left alone for a while: " + report.health.last_trouble : "good";
}

ordered_json json_of(const VerifiedRegistry::MirrorReport& report, std::uint64_t now)
{
  ordered_json json{{"id", report.mirror.id},
                    {"region", report.mirror.region},
                    {"base", report.mirror.base},
                    {"state", state_of(report, now)},
                    {"good", !report.trouble},
                    {"size", report.size},
                    {"latency_ms", report.health.latency_ms},
                    {"failures", report.health.failures},
                    {"strikes", report.health.strikes}};
  json["lag_s"] = report.lag_s ? ordered_json(*report.lag_s) : ordered_json(nullptr);
  return json;
}

Result<> show_status(const Env& env, VerifiedRegistry& registry, bool json)
{
  CW_TRY(registry.refresh());
  CW_TRY_ASSIGN(const std::vector<VerifiedRegistry::MirrorReport> reports, registry.survey());
  registry.keep_health();
  const auto& federation = registry.known().federation;
  const auto& state = registry.state();
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  if (json) {
    ordered_json mirrors = ordered_json::array();
    for (const auto& report : reports) {
      mirrors.push_back(json_of(report, now));
    }
    env.reporter.result(ordered_json{{"name", federation.name},
                                     {"canonical", federation.canonical},
                                     {"federation", federation.version},
                                     {"size", state.checkpoint.size},
                                     {"snapshot", registry_trust::to_utc_text(state.snapshot.time)},
                                     {"age_s", state.age_s},
                                     {"mirrors", mirrors}}
                            .dump(1, ' ', false, ordered_json::error_handler_t::replace) +
                        "\n");
    return {};
  }
  std::string out = fmt::format("{}  {}\n", federation.name, federation.canonical);
  out += fmt::format("  document {}, valid until {}{}\n",
                     federation.version,
                     registry_trust::to_utc_text(federation.expires),
                     registry.known().on_first_use ? "; trusted on first use" : "");
  out += fmt::format("  log of {} entries, its newest state {} old\n\n", state.checkpoint.size, age_text(state.age_s));
  std::vector<StatusRow> rows = {{{"mirror", "region", "state", "answers in", "entries", "lag", "strikes"}}};
  for (const auto& report : reports) {
    rows.push_back({{report.mirror.id,
                     report.mirror.region.empty() ? "-" : report.mirror.region,
                     state_of(report, now),
                     report.trouble ? "-" : fmt::format("{:.0f} ms", report.health.latency_ms),
                     report.trouble ? "-" : fmt::format("{}", report.size),
                     report.lag_s ? age_text(*report.lag_s) : "-",
                     fmt::format("{}", report.health.strikes)}});
  }
  env.reporter.result(out + table_of(rows));
  return {};
}

} // namespace

Result<FederationReader> open_federation_reader(const Env& env, const GlobalOptions& options, const std::string& name)
{
  FederationReader reader;
  CW_TRY_ASSIGN(reader.config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(std::vector<KnownRegistry> known, registry_client::known_registries(env.fs, reader.config->cargo_home()));
  const auto found = std::ranges::find_if(known, [&](const KnownRegistry& one) { return one.federation.name == name; });
  if (found == known.end()) {
    std::vector<std::string> names;
    std::ranges::transform(known, std::back_inserter(names), [](const KnownRegistry& one) { return "`" + one.federation.name + "`"; });
    return fail(Error("CW1108", fmt::format("no registry `{}` is known here", name), Blame::usage)
                    .note(names.empty() ? std::string("none is") : fmt::format("known: {}", base::join(names, ", ")))
                    .help("`cargo-wasm registry add URL --key KEY` makes one known"));
  }
  reader.known = std::move(*found);
  if (!reader.config->offline()) {
    CW_TRY_ASSIGN(const auto http, reader.config->http_options());
    CW_TRY_ASSIGN(reader.client, env.http.make(http));
  }
  return reader;
}

std::unique_ptr<VerifiedRegistry> FederationReader::read(const Env& env) const
{
  registry_client::ReadingOptions reading;
  reading.offline = config->offline();
  if (const auto preferred = config->get_string_list("cargo-wasm.mirrors"); preferred && *preferred) {
    reading.pool.preferred = (*preferred)->value;
  }
  reading.pool.tokens = source::tokens_to_read(env, *config, known);
  return std::make_unique<VerifiedRegistry>(env, client.get(), known, std::move(reading));
}

Result<> registry_add(const Env& env, const GlobalOptions& options, const RegistryAddRequest& request)
{
  CW_TRY_ASSIGN(const std::string address, registry_address(request.url));
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  registry_client::Pin pin;
  if (request.key || request.root) {
    CW_TRY_ASSIGN(pin, registry_client::parse_pin(request.key ? *request.key : *request.root));
  }
  CW_TRY_ASSIGN(const auto http_options, config->http_options());
  CW_TRY_ASSIGN(const auto client, env.http.make(http_options));
  registry_client::ServerFiles files(
      *client, address, [&](const std::string& base) { return source::token_to_read(env, *config, base, nullptr, false); });
  CW_TRY_ASSIGN(const std::string document,
                get_file(files, {.path = ".well-known/cargo-wasm/federation/latest", .max_bytes = registry_client::k_max_document_bytes}));
  CW_TRY_ASSIGN(const registry_trust::Federation federation, registry_trust::open_federation(document));
  CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::payload_hash(document));
  if (!pin.document && !pin.key) {
    if (!request.trust_on_first_use) {
      Error error("CW1104", "how is it known that this is the right registry?", Blame::usage);
      error.notes.push_back(
          fmt::format("`{}` calls itself `{}`; its document has SHA-256 {}", address, federation.name, base::to_hex(hash)));
      for (const auto& key : federation.root.keys) {
        error.notes.push_back(fmt::format("a root key of it is `{}`", to_text(key)));
      }
      error.helps.emplace_back(
          "compare these with what its operators have published elsewhere, and give `--key KEY` or `--root sha256:HEX`");
      error.helps.emplace_back("`--trust-on-first-use` believes what came, now and from now on");
      return fail(std::move(error));
    }
    pin.first_use = true;
    env.reporter.warning(Error("CW1104", fmt::format("the registry `{}` is trusted as it came", federation.name), Blame::network)
                             .note(fmt::format("nobody has compared its document, SHA-256 {}", base::to_hex(hash)))
                             .help("compare it with what its operators have published elsewhere"));
  }
  CW_TRY_ASSIGN(const KnownRegistry known, registry_client::learn(env.fs, config->cargo_home(), document, pin));
  env.reporter.status("Added",
                      fmt::format("registry `{}` with {} {}, document {}",
                                  known.federation.name,
                                  known.federation.mirrors.size(),
                                  known.federation.mirrors.size() == 1 ? "mirror" : "mirrors",
                                  known.federation.version));
  return name_in_config(env, *config, known.federation);
}

Result<> registry_downloads(const Env& env, const GlobalOptions& options, bool json)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const std::optional<std::string> text, env.fs.read_if_exists(registry_client::download_log_file(config->cargo_home())));
  CW_TRY_ASSIGN(const std::vector<registry_client::DownloadRecord> records, registry_client::read_download_log(text.value_or("")));
  std::string out;
  for (const registry_client::DownloadRecord& record : records) {
    out += fmt::format("{}  {} {}, from mirror `{}` of `{}`, verified against {} entries of its log\n",
                       registry_trust::to_utc_text(record.time),
                       record.name,
                       record.version,
                       record.mirror,
                       record.registry,
                       record.log_size);
  }
  env.reporter.result(json ? text.value_or("") : out);
  if (const std::size_t torn = base::torn_bytes(text.value_or("")); torn != 0) {
    env.reporter.note(
        fmt::format("the last line is torn: a process ended while it wrote {} bytes of it; the next record takes its place", torn));
  }
  env.reporter.status("Checked",
                      fmt::format("{} {}, each follows the one before", records.size(), records.size() == 1 ? "record" : "records"));
  return {};
}

Result<> registry_remove(const Env& env, const GlobalOptions& options, const std::string& name)
{
  CW_TRY_ASSIGN(const FederationReader reader, open_federation_reader(env, options, name));
  CW_TRY(env.fs.remove_all(reader.known.directory));
  env.reporter.status("Removed", fmt::format("registry `{}`, with what was seen of its log", name));
  return {};
}

Result<> registry_status(const Env& env, const GlobalOptions& options, const RegistryStatusRequest& request)
{
  std::vector<std::string> names = request.names;
  if (names.empty()) {
    CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
    CW_TRY_ASSIGN(const std::vector<KnownRegistry> known, registry_client::known_registries(env.fs, config->cargo_home()));
    std::ranges::transform(known, std::back_inserter(names), [](const KnownRegistry& one) { return one.federation.name; });
    if (names.empty()) {
      env.reporter.status("Nothing", "no registry is known here: `cargo-wasm registry add URL --key KEY`");
    }
  }
  for (const std::string& name : names) {
    CW_TRY_ASSIGN(const FederationReader reader, open_federation_reader(env, options, name));
    CW_TRY(show_status(env, *reader.read(env), request.json));
  }
  return {};
}

} // namespace cargo_wasm::ops
