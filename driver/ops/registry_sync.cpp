#include <cargo_wasm/ops/mirror_verbs.hpp>

#include "federation_pin.hpp"
#include "mirror_settings.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_mirror/sync.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <thread>

namespace cargo_wasm::ops {

namespace {

constexpr std::chrono::milliseconds k_stop_look{100}, k_lock_pause{200};
constexpr unsigned k_lock_looks = 25;

tl::unexpected<Error> refuse_sync(std::string message, std::string help)
{
  return fail(Error("CW1255", std::move(message), Blame::usage).help(std::move(help)));
}

/// What does not pass: another federation than the one that was named, a log with two histories, a log that went back, and a wrong command.
bool is_lasting(const Error& error)
{
  return error.id == "CW1250" || error.id == "CW1251" || error.id == "CW1252" || error.blame == Blame::usage || error.blame == Blame::bug;
}

/// A relay that passes a publication on holds the directory's lock for a moment.
Result<registry_mirror::SyncReport>
sync_patiently(const Env& env, registry_client::StaticFiles& primary, const registry_mirror::SyncRequest& what, const std::stop_token& stop)
{
  for (unsigned tries = 1;; ++tries) {
    Result<registry_mirror::SyncReport> report = registry_mirror::sync(env, primary, what);
    if (report || report.error().id != "CW1255" || tries == k_lock_looks || stop.stop_requested()) {
      return report;
    }
    std::this_thread::sleep_for(k_lock_pause);
  }
}

void tell(const Env& env, const registry_mirror::SyncReport& report)
{
  const std::string cost = fmt::format("{} requests, {}", report.requests, base::human_bytes(report.bytes));
  if (report.old_size == report.size) {
    env.reporter.status(
        "Fresh",
        fmt::format("`{}` has {} entries, as of {} ({})", report.registry, report.size, registry_trust::to_utc_text(report.time), cost));
    return;
  }
  env.reporter.status("Synced",
                      fmt::format("`{}` from {} to {} entries: {} index files, {} archives ({})",
                                  report.registry,
                                  report.old_size,
                                  report.size,
                                  report.index_files,
                                  report.archives,
                                  cost));
}

} // namespace

Path mirror_settings_file(const Path& directory)
{
  return directory / "private" / "mirror.json";
}

Result<MirrorSettings> read_mirror_settings(const base::Filesystem& fs, const Path& directory)
{
  CW_TRY_ASSIGN(const std::optional<std::string> text, fs.read_if_exists(mirror_settings_file(directory)));
  const nlohmann::json json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json::object();
  const auto member = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
  };
  const bool on_first_use = json.is_object() && json.contains("trust_first") && json["trust_first"] == true;
  return MirrorSettings{.from = member("from"), .url = member("url"), .on_first_use = on_first_use};
}

std::optional<std::string> web_address(std::string text)
{
  if (text.starts_with("sparse+")) {
    text.erase(0, std::string_view("sparse+").size());
  }
  if (!(text.starts_with("https://") || text.starts_with("http://")) || text.find_first_of(" ?#") != std::string::npos) {
    return std::nullopt;
  }
  return text.ends_with('/') ? text : text + "/";
}

bool pause_until_stopped(std::chrono::seconds time, const std::stop_token& stop)
{
  const auto end = std::chrono::steady_clock::now() + time;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(k_stop_look);
  }
  return !stop.stop_requested();
}

Result<registry_mirror::FederationPin> federation_pin(const std::optional<std::string>& root, const std::optional<std::string>& key)
{
  registry_mirror::FederationPin pin;
  if (root) {
    const std::string_view text = *root;
    pin.document = base::parse_sha256(text.starts_with("sha256:") ? text.substr(7) : text);
    if (!pin.document) {
      return refuse_sync(fmt::format("`{}` is not a SHA-256", *root), "`--root sha256:` and 64 digits, of the federation's document");
    }
  }
  if (key) {
    CW_TRY_ASSIGN(pin.root, registry_tlog::parse_verifier_key(*key));
  }
  return pin;
}

Result<> registry_sync(const Env& env, const RegistrySyncRequest& request)
{
  if (env.fs.exists(request.directory / "private" / "registry.json")) {
    return refuse_sync(fmt::format("`{}` is a registry of its own", request.directory.native()), "a mirror is a directory beside it");
  }
  CW_TRY_ASSIGN(MirrorSettings settings, read_mirror_settings(env.fs, request.directory));
  const auto take = [](std::string& setting, const std::string& given, std::string_view option, std::string_view what) -> Result<> {
    if (given.empty() && setting.empty()) {
      return refuse_sync(fmt::format("{}?", what), fmt::format("`{} https://registry.example/`", option));
    }
    if (!given.empty()) {
      const std::optional<std::string> address = web_address(given);
      if (!address) {
        return refuse_sync(fmt::format("`{}` is not an address of the web", given), fmt::format("`{} https://registry.example/`", option));
      }
      setting = *address;
    }
    return {};
  };
  CW_TRY(take(settings.from, request.from, "--from", "which registry is to be followed"));
  CW_TRY(take(settings.url, request.url, "--url", "at which address will the mirror be served"));
  CW_TRY_ASSIGN(registry_mirror::FederationPin pin, federation_pin(request.root, request.key));
  pin.first_seen = request.trust_first;
  const bool is_first = !env.fs.exists(request.directory / "public" / ".well-known" / "cargo-wasm" / "federation" / "latest");
  if (is_first && !pin.document && !pin.root && !pin.first_seen) {
    return refuse_sync(
        "by what is the federation known?",
        "`--root sha256:HASH` of its document or `--key KEY` of its root, from whoever runs it; `--trust-first` takes what comes");
  }
  pin.first_seen = pin.first_seen && is_first;
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, {.config_arguments = request.config_arguments}));
  CW_TRY_ASSIGN(const auto options, config->http_options());
  CW_TRY_ASSIGN(const std::unique_ptr<base::HttpClient> http, env.http.make(options));
  // The federation's documents are public: when a token is first asked for, the one that was pinned is here.
  settings.on_first_use = pin.first_seen || (settings.on_first_use && !pin.document && !pin.root);
  registry_client::ServerFiles primary(*http, settings.from, [&](const std::string& base) -> Result<std::string> {
    CW_TRY_ASSIGN(const std::optional<std::string> own,
                  env.fs.read_if_exists(request.directory / "public" / ".well-known" / "cargo-wasm" / "federation" / "latest"));
    if (!own) {
      return source::token_to_read(env, *config, base);
    }
    CW_TRY_ASSIGN(const registry_trust::Federation federation, registry_trust::open_federation(*own));
    return source::token_to_read(env, *config, base, &federation, settings.on_first_use);
  });
  nlohmann::ordered_json json{{"from", settings.from}, {"url", settings.url}};
  if (settings.on_first_use) {
    json["trust_first"] = true;
  }
  CW_TRY(env.fs.write_atomic(mirror_settings_file(request.directory), json.dump(1) + "\n"));
  const registry_mirror::SyncRequest what{
      .directory = request.directory, .url = settings.url, .pin = std::move(pin), .repair = request.repair};
  while (true) {
    const Result<registry_mirror::SyncReport> report =
        request.every ? sync_patiently(env, primary, what, request.stop) : registry_mirror::sync(env, primary, what);
    if (report) {
      tell(env, *report);
    } else if (!request.every || is_lasting(report.error())) {
      return fail(report.error());
    } else {
      env.reporter.warning(report.error()); // the next time it may be over: what is served meanwhile is the last whole state
    }
    if (!request.every || !pause_until_stopped(*request.every, request.stop)) {
      return {};
    }
  }
}

} // namespace cargo_wasm::ops
