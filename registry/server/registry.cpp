#include <cargo_wasm/registry_server/registry.hpp>

#include "registry_state.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/federation_toml.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::SignerKey;

constexpr std::uint32_t k_private_directory_mode = 0700;
constexpr std::string_view k_root_key = "root", k_log_key = "log";

Result<SignerKey> read_key(const base::Filesystem& fs, const base::Path& file)
{
  CW_TRY_ASSIGN(std::string text, fs.read(file));
  Result<SignerKey> key = registry_tlog::parse_signer_key(base::trim(text));
  registry_tlog::wipe(text.data(), text.size());
  return key;
}

base::Path settings_file(const base::Path& directory)
{
  return directory / "private" / "registry.json";
}

Result<> keep_settings(base::Filesystem& fs, const base::Path& directory, const RegistrySettings& settings)
{
  nlohmann::ordered_json json{{"name", settings.name}, {"base_url", settings.base_url}};
  if (settings.is_private) {
    json["auth_required"] = true;
  }
  return fs.write_atomic(settings_file(directory), json.dump(1) + "\n");
}

// What depends on the registry's address: the federation's first document, the index's config.json, the empty log.
Result<> establish(const Env& env, const base::Path& directory, const RegistrySettings& settings, const Founding& founding)
{
  CW_TRY_ASSIGN(const SignerKey root, read_key(env.fs, key_file(directory, k_root_key)));
  CW_TRY_ASSIGN(const SignerKey log, read_key(env.fs, key_file(directory, k_log_key)));
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  registry_trust::Federation federation = first_federation(settings, root.verifier, log.verifier, now);
  if (!founding.federation_toml.empty()) {
    CW_TRY_ASSIGN(federation, with_federation_toml(federation, founding.federation_file, founding.federation_toml, now));
  }
  registry_trust::DsseEnvelope envelope{
      .type = std::string(registry_trust::k_federation_type), .payload = to_json(federation), .signatures = {}};
  sign(envelope, root);
  for (const SignerKey& signer : founding.signers) {
    sign(envelope, signer);
  }
  const std::string document = to_json(envelope);
  CW_TRY(registry_trust::open_federation(document));
  CW_TRY(env.fs.write_atomic(federation_directory(directory) / "1.dsse", document));
  CW_TRY(env.fs.write_atomic(federation_directory(directory) / "latest", document));
  nlohmann::ordered_json config{{"dl", settings.base_url + "crates/{sha256-checksum}.crate"},
                                {"api", settings.base_url.substr(0, settings.base_url.size() - 1)},
                                {"cargo-wasm",
                                 {{"federation", "/.well-known/cargo-wasm/federation/latest"},
                                  {"publish-set", {{"max-bytes", k_max_publication_bytes}}},
                                  {"components", true}}}};
  if (settings.is_private) {
    config["auth-required"] = true;
  }
  CW_TRY(env.fs.write_atomic(directory / "public" / "config.json", config.dump() + "\n"));
  return LogStore::create(env.fs, directory, log, federation.canonical, now);
}

} // namespace

Registry::Registry(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

Result<> Registry::create(const Env& env, const base::Path& directory, const RegistrySettings& settings, const Founding& founding)
{
  if (env.fs.exists(directory / "public") || env.fs.exists(directory / "private")) {
    return fail(Error("CW1200", fmt::format("there is a registry in `{}` already", directory.native()), Blame::usage)
                    .help("take another directory, or remove this one, with all that was published there"));
  }
  for (const std::string_view name : {k_root_key, k_log_key}) {
    CW_TRY_ASSIGN(const SignerKey key,
                  registry_tlog::make_signer_key(fmt::format("{}/{}", settings.name, name),
                                                 registry_tlog::SignatureType::ed25519,
                                                 registry_tlog::Ed25519PrivateKey::generate()));
    CW_TRY(keep_key(env.fs, key_file(directory, name), key));
  }
  CW_TRY(env.fs.set_mode(directory / "private", k_private_directory_mode));
  CW_TRY(env.fs.create_directories(directory / "public"));
  if (!settings.base_url.empty()) {
    CW_TRY(establish(env, directory, settings, founding));
  }
  return keep_settings(env.fs, directory, settings);
}

Result<Registry> Registry::open(const Env& env, const base::Path& directory, const std::string& address, WitnessAsking asking)
{
  const auto no_registry = [&](std::string why) {
    return fail(Error("CW1201", fmt::format("cannot open the registry in `{}`", directory.native()), Blame::user)
                    .note(std::move(why))
                    .help("`cargo-wasm registry init DIR --name NAME` makes one"));
  };
  CW_TRY_ASSIGN(const std::optional<std::string> own, env.fs.read_if_exists(settings_file(directory)));
  const nlohmann::json settings = own ? nlohmann::json::parse(*own, nullptr, false) : nlohmann::json();
  const auto has_text = [&](const char* name) { return settings.is_object() && settings.contains(name) && settings[name].is_string(); };
  if (!has_text("name") || !has_text("base_url")) {
    return no_registry(own ? "its `private/registry.json` is damaged" : "there is no `private/registry.json` in it");
  }
  CW_TRY_ASSIGN(std::unique_ptr<base::FileLock> lock, env.fs.try_lock(directory / "private" / "lock", base::LockMode::exclusive));
  if (!lock) {
    return no_registry("another process has it: a registry has one writer");
  }
  CW_TRY_ASSIGN(Database database, Database::open(directory / "private" / "state.sqlite"));
  for (const std::string_view sql :
       {"CREATE TABLE IF NOT EXISTS pending_entries(leaf INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS pending_files(crate BLOB PRIMARY KEY, bytes BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS used_notes(hash BLOB PRIMARY KEY, time INTEGER NOT NULL, pending INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS submitted(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, payload BLOB NOT NULL, answer "
        "BLOB)"}) {
    CW_TRY(database.run(sql));
  }
  RegistrySettings read{.name = settings["name"].get<std::string>(),
                        .base_url = settings["base_url"].get<std::string>(),
                        .is_private = settings.contains("auth_required") && settings["auth_required"] == true};
  if (read.base_url.empty() && address.empty()) {
    return no_registry("it has no address yet: it gets one when it is served first");
  }
  if (read.base_url.empty()) {
    read.base_url = address;
    CW_TRY(establish(env, directory, read, {}));
    CW_TRY(keep_settings(env.fs, directory, read));
  }
  CW_TRY_ASSIGN(std::vector<SignerKey> keys, log_keys(env.fs, directory));
  CW_TRY_ASSIGN(LogStore log, LogStore::open(env.fs, directory, std::move(keys), "sparse+" + read.base_url));
  auto state = std::unique_ptr<State>(new State{.env = env,
                                                .directory = directory,
                                                .public_directory = directory / "public",
                                                .settings = std::move(read),
                                                .lock = std::move(lock),
                                                .database = std::move(database),
                                                .accounts = {},
                                                .ledger = {},
                                                .log = std::move(log),
                                                .federation = {},
                                                .asking = std::move(asking),
                                                .silent_witnesses = {}});
  CW_TRY_ASSIGN(state->accounts, Accounts::open(state->database));
  CW_TRY_ASSIGN(state->ledger, Ledger::open(state->database, *state->accounts));
  CW_TRY(state->load_federation());
  // What waits for witnesses is finished by the next change, or when whoever has the registry wants it: they may be away for long.
  state->is_unfinished = state->log.pending().has_value();
  if (!state->is_unfinished) {
    CW_TRY(state->recover());
  }
  return Registry(std::move(state));
}

const RegistrySettings& Registry::settings() const
{
  return m_state->settings;
}

const base::Path& Registry::public_directory() const
{
  return m_state->public_directory;
}

Accounts& Registry::accounts()
{
  return *m_state->accounts;
}

std::string Registry::canonical() const
{
  return m_state->canonical();
}

const registry_trust::Federation& Registry::federation() const
{
  return m_state->federation;
}

Result<std::string> Registry::index_file(std::string_view name) const
{
  return m_state->index_file(name);
}

Result<std::optional<FirstEntry>> Registry::first_entry(std::string_view name)
{
  CW_TRY_ASSIGN(const std::vector<LedgerVersion> versions, m_state->ledger->versions(name));
  if (versions.empty()) {
    return std::optional<FirstEntry>();
  }
  const std::uint64_t entry = versions.front().entry;
  CW_TRY_ASSIGN(const std::vector<std::string> bytes, m_state->log.entries({.begin = entry, .end = entry + 1}));
  return std::optional(FirstEntry{.entry = entry, .leaf = registry_tlog::leaf_hash(bytes.at(0))});
}

Result<std::vector<CrateListing>> Registry::search(const std::string& text)
{
  CW_TRY_ASSIGN(const std::vector<std::string> names, m_state->ledger->names_with(text));
  std::vector<CrateListing> found;
  for (const std::string& name : names) {
    CrateListing listing{.name = name, .newest = {}, .description = {}};
    CW_TRY_ASSIGN(const std::string index, index_file(name));
    std::optional<spec::Version> newest;
    for (const std::string_view line : base::split(index, '\n')) {
      const auto head = registry_protocol::parse_index_head(line);
      const auto version = head && !head->yanked ? spec::parse_version(head->version) : Result<spec::Version>(fail(Error()));
      if (version && (!newest || *newest < *version)) {
        newest = *version;
        listing.newest = head->version;
      }
    }
    found.push_back(std::move(listing));
  }
  return found;
}

} // namespace cargo_wasm::registry_server
