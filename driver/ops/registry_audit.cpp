#include <cargo_wasm/ops/mirror_verbs.hpp>

#include "federation_pin.hpp"
#include "mirror_settings.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_mirror/audit.hpp>
#include <cargo_wasm/registry_server/usage_log.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace cargo_wasm::ops {

namespace {

using nlohmann::ordered_json;
using registry_mirror::AuditEvent;

/// Files of registries in directories and at addresses, for one HTTP client.
class Places
{
public:
  [[nodiscard]] static Result<Places> open(const Env& env, const std::vector<std::string>& config_arguments)
  {
    Places places;
    CW_TRY_ASSIGN(places.m_config, manifest::Config::load(env, {.config_arguments = config_arguments}));
    CW_TRY_ASSIGN(const auto options, places.m_config->http_options());
    CW_TRY_ASSIGN(places.m_http, env.http.make(options));
    return places;
  }

  Result<std::unique_ptr<registry_client::StaticFiles>> files(const Env& env, const std::string& place)
  {
    if (const std::optional<std::string> address = web_address(place)) {
      return std::unique_ptr<registry_client::StaticFiles>(
          std::make_unique<registry_client::ServerFiles>(*m_http, *address, [&env, config = m_config.get()](const std::string& base) {
            return source::token_to_read(env, *config, base);
          }));
    }
    CW_TRY_ASSIGN(Path directory, find_public_directory(env.fs, (env.cwd / place).lexically_normal()));
    return std::unique_ptr<registry_client::StaticFiles>(std::make_unique<registry_mirror::DirectoryFiles>(env.fs, std::move(directory)));
  }

  Result<std::unique_ptr<registry_client::StaticFiles>> witness(const std::string& url)
  {
    const std::optional<std::string> address = web_address(url);
    if (!address) {
      return fail(Error("CW1255", fmt::format("`{}` is not an address of the web", url), Blame::usage));
    }
    return std::unique_ptr<registry_client::StaticFiles>(std::make_unique<registry_client::ServerFiles>(*m_http, *address));
  }

private:
  std::unique_ptr<manifest::Config> m_config;
  std::unique_ptr<base::HttpClient> m_http;
};

std::string event_line(const AuditEvent& event)
{
  std::string line = fmt::format("{:>6}  {}  {} {}", event.entry, registry_trust::to_utc_text(event.time), event.kind, event.subject);
  if (event.user) {
    line += fmt::format(", by {}", *event.user);
  }
  line += fmt::format(", signed by {}", event.signers.empty() ? "nobody who is known" : base::join(event.signers, " and "));
  line += event.snapshot == 0 ? ", in no snapshot yet" : fmt::format(", snapshot {}", event.snapshot);
  if (!event.detail.empty()) {
    line += fmt::format("\n        {}", event.detail);
  }
  return line + "\n";
}

std::string audit_json(const registry_mirror::AuditReport& report)
{
  ordered_json events = ordered_json::array(), faults = ordered_json::array();
  for (const AuditEvent& event : report.events) {
    ordered_json json{{"entry", event.entry},
                      {"time", registry_trust::to_utc_text(event.time)},
                      {"kind", event.kind},
                      {"subject", event.subject},
                      {"detail", event.detail},
                      {"user", nullptr},
                      {"signers", event.signers},
                      {"snapshot", event.snapshot}};
    if (event.user) {
      json["user"] = *event.user;
    }
    events.push_back(std::move(json));
  }
  for (const registry_mirror::Fault& fault : report.faults) {
    faults.push_back({{"entry", fault.entry.value_or(0)}, {"what", fault.what}});
  }
  const ordered_json json{{"registry", report.registry},
                          {"log", report.log},
                          {"entries", report.entries},
                          {"federation", report.federation},
                          {"checkpoint", report.checkpoint},
                          {"witnesses", report.witnesses},
                          {"events", events},
                          {"faults", faults}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// One look at all mirrors. Errors: CW1251, CW1260.
Result<> look_at_mirrors(const Env& env, Places& places, const RegistryMonitorRequest& request, const registry_mirror::FederationPin& pin)
{
  std::vector<std::unique_ptr<registry_client::StaticFiles>> files;
  std::vector<std::pair<std::string, registry_client::StaticFiles*>> mirrors;
  for (const std::string& mirror : request.mirrors) {
    CW_TRY_ASSIGN(auto own, places.files(env, mirror));
    mirrors.emplace_back(mirror, own.get());
    files.push_back(std::move(own));
  }
  const registry_mirror::MonitoredWitnesses witnesses{.addresses = request.witnesses,
                                                      .open = [&](const std::string& address) { return places.witness(address); }};
  CW_TRY_ASSIGN(const registry_mirror::MonitorReport report,
                registry_mirror::monitor(env, mirrors, request.watched, request.state, pin, witnesses));
  std::uint64_t most = 0, newest = 0;
  for (const registry_mirror::SeenMirror& mirror : report.mirrors) {
    most = std::max(most, mirror.entries);
    newest = std::max(newest, mirror.time);
  }
  std::vector<std::uint64_t> told; // news that another mirror has shown
  bool any = false;
  for (const registry_mirror::SeenMirror& mirror : report.mirrors) {
    if (!mirror.error.empty()) {
      env.reporter.result(fmt::format("{}: cannot be read: {}\n", mirror.name, mirror.error));
      continue;
    }
    any = true;
    const std::string lag = mirror.entries == most ? std::string("up to date")
                                                   : fmt::format("{} entries and {} s behind", most - mirror.entries, newest - mirror.time);
    env.reporter.result(fmt::format("{}: {} entries, {}{}\n",
                                    mirror.name,
                                    mirror.entries,
                                    lag,
                                    mirror.witnesses.empty() ? "" : ", cosigned by " + base::join(mirror.witnesses, " and ")));
    for (const AuditEvent& event : mirror.news) {
      if (std::ranges::find(told, event.entry) == told.end()) {
        told.push_back(event.entry);
        env.reporter.result(event_line(event));
      }
    }
  }
  for (const registry_mirror::SeenWitness& witness : report.witnesses) {
    if (witness.is_mute) {
      env.reporter.result(
          fmt::format("witness {}: does not tell what it has cosigned (another make, or this log is new to it): not compared, but for its "
                      "cosignatures on what the mirrors show\n",
                      witness.name));
      continue;
    }
    const std::string lag = witness.entries > most ? fmt::format("{} more than any mirror shows", witness.entries - most)
                                                   : std::string("compared with the mirrors");
    env.reporter.result(witness.error.empty() ? fmt::format("witness {}: has cosigned {} entries, {}\n", witness.name, witness.entries, lag)
                                              : fmt::format("witness {}: cannot be asked: {}\n", witness.name, witness.error));
  }
  if (!report.forks.empty()) {
    return fail(Error("CW1251",
                      report.witnesses.empty() ? "the mirrors show logs that cannot be one"
                                               : "the mirrors and the witnesses show logs that cannot be one",
                      Blame::integrity)
                    .note(fmt::format("the evidence is in `{}`", report.forks[0].native()))
                    .help("trust neither until whoever runs the registry has explained it: its key may be in other hands"));
  }
  if (!any) {
    return fail(Error("CW1260", "no mirror could be read", Blame::network).help("the lines above say what is the matter with each"));
  }
  return {};
}

// The registry's log of uses, against the seals in its log.
Result<> audit_usage(const Env& env, const RegistryAuditRequest& request, const registry_mirror::AuditReport& report)
{
  const Path directory = (env.cwd / request.place).lexically_normal();
  if (web_address(request.place) || !env.fs.is_directory(registry_server::usage_directory(directory))) {
    return fail(Error("CW1255", fmt::format("`{}` has no log of uses", request.place), Blame::usage)
                    .note("it is in the `private` directory of a registry that was served, and nowhere else")
                    .help("`cargo-wasm registry audit DIR --usage`, on the registry's machine"));
  }
  // The seals in a mirror's log are the registry's, about another chain: a mirror has no key to state anything by.
  const bool is_mirror = env.fs.is_file(mirror_settings_file(directory));
  std::vector<registry_server::UsageSeal> seals;
  for (const AuditEvent& event : report.events) {
    if (!is_mirror && event.seal && !event.signers.empty()) {
      seals.push_back({event.entry, {event.seal->records, event.seal->head}});
    }
  }
  CW_TRY_ASSIGN(const registry_server::UsageCheck check, registry_server::check_usage(env.fs, directory, seals));
  if (check.torn_bytes != 0) {
    env.reporter.note(fmt::format("the last line has no end ({} bytes): a process was killed while it wrote it", check.torn_bytes));
  }
  if (is_mirror) {
    env.reporter.status(
        "Audited", fmt::format("{} records of use of a mirror, each follows the one before; nobody has sealed them", check.head.records));
    env.reporter.status("Last", base::to_hex(check.head.hash));
    return {};
  }
  env.reporter.status("Audited",
                      fmt::format("{} records of use, each follows the one before; {} {} sealed, by {} {} of the log `{}`",
                                  check.head.records,
                                  check.sealed,
                                  check.sealed == 1 ? "is" : "are",
                                  seals.size(),
                                  seals.size() == 1 ? "entry" : "entries",
                                  report.log));
  return {};
}

} // namespace

Result<> registry_audit(const Env& env, const RegistryAuditRequest& request)
{
  CW_TRY_ASSIGN(const registry_mirror::FederationPin pin, federation_pin(request.root, request.key));
  CW_TRY_ASSIGN(Places places, Places::open(env, request.config_arguments));
  CW_TRY_ASSIGN(const auto files, places.files(env, request.place));
  CW_TRY_ASSIGN(const registry_mirror::AuditReport report, registry_mirror::audit(*files, request.crate, pin));
  if (request.usage) {
    return audit_usage(env, request, report);
  }
  if (request.json) {
    env.reporter.result(audit_json(report));
  } else {
    for (const AuditEvent& event : report.events) {
      env.reporter.result(event_line(event));
    }
    for (const registry_mirror::Fault& fault : report.faults) {
      env.reporter.result(fmt::format("{:>6}  WRONG: {}\n", fault.entry.value_or(0), fault.what));
    }
  }
  if (!report.faults.empty()) {
    return fail(Error("CW1259", fmt::format("{} entries of the log `{}` do not hold", report.faults.size(), report.log), Blame::integrity)
                    .help("they are in the log, and what they state must not be believed: ask whoever runs the registry"));
  }
  env.reporter.status("Audited",
                      fmt::format("log `{}`: {} entries, each proven to be in the checkpoint{}",
                                  report.log,
                                  report.entries,
                                  report.witnesses.empty() ? "" : ", which is cosigned by " + base::join(report.witnesses, " and ")));
  if (request.crate && report.events.empty()) {
    env.reporter.status("Absent", fmt::format("no entry is about `{}`", *request.crate));
  }
  return {};
}

Result<> registry_monitor(const Env& env, const RegistryMonitorRequest& request)
{
  if (request.mirrors.empty()) {
    return fail(Error("CW1255", "which mirrors are to be watched?", Blame::usage).help("`--mirror URL`, once for each"));
  }
  CW_TRY_ASSIGN(const registry_mirror::FederationPin pin, federation_pin(request.root, request.key));
  CW_TRY_ASSIGN(Places places, Places::open(env, request.config_arguments));
  while (true) {
    const Result<> looked = look_at_mirrors(env, places, request, pin);
    if (!looked && (!request.every || looked.error().blame != Blame::network)) {
      return looked;
    }
    if (!request.every || !pause_until_stopped(*request.every, request.stop)) {
      return {};
    }
  }
}

} // namespace cargo_wasm::ops
