#include <cargo_wasm/registry_server/registry.hpp>

#include "database.hpp"
#include "log_store.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/spec/version.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

namespace cargo_wasm::registry_server {
namespace {

using registry_protocol::IndexEntry;
using registry_tlog::SignerKey;
using registry_trust::NameRecord;

constexpr std::uint64_t k_federation_lifetime_s = 365 * 86400;
constexpr std::uint32_t k_private_mode = 0600, k_private_directory_mode = 0700;
constexpr std::string_view k_root_key = "root", k_log_key = "log";

base::Path key_file(const base::Path& directory, std::string_view name)
{
  return directory / "private" / "keys" / name;
}

Result<> keep_key(base::Filesystem& fs, const base::Path& file, const SignerKey& key)
{
  std::string text = to_secret_text(key) + "\n";
  CW_TRY(fs.create_directories(file.parent_path()));
  const Result<> written = fs.create_file(file, text, k_private_mode, 0);
  registry_tlog::wipe(text.data(), text.size());
  return written;
}

Result<SignerKey> read_key(const base::Filesystem& fs, const base::Path& file)
{
  CW_TRY_ASSIGN(std::string text, fs.read(file));
  Result<SignerKey> key = registry_tlog::parse_signer_key(base::trim(text));
  registry_tlog::wipe(text.data(), text.size());
  return key;
}

// Two names with one fold cannot both be in a registry: they would be taken for one another.
std::string fold_of(std::string_view name)
{
  std::string folded = base::to_lower(name);
  std::ranges::replace(folded, '_', '-');
  return folded;
}

base::Path settings_file(const base::Path& directory)
{
  return directory / "private" / "registry.json";
}

Result<> keep_settings(base::Filesystem& fs, const base::Path& directory, const RegistrySettings& settings)
{
  const nlohmann::ordered_json json{{"name", settings.name}, {"base_url", settings.base_url}};
  return fs.write_atomic(settings_file(directory), json.dump(1) + "\n");
}

// What depends on the registry's address: the federation's first document, the index's config.json, the empty log.
Result<> establish(const Env& env, const base::Path& directory, const RegistrySettings& settings)
{
  CW_TRY_ASSIGN(const SignerKey root, read_key(env.fs, key_file(directory, k_root_key)));
  CW_TRY_ASSIGN(const SignerKey log, read_key(env.fs, key_file(directory, k_log_key)));
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  registry_trust::Federation federation;
  federation.name = settings.name;
  federation.expires = now + k_federation_lifetime_s;
  federation.canonical = "sparse+" + settings.base_url;
  federation.root = {.threshold = 1, .keys = {root.verifier}};
  federation.revokers = federation.root;
  federation.policy = fmt::format("log {}\nquorum none\n", to_text(log.verifier));
  registry_trust::Mirror primary;
  primary.id = "primary";
  primary.base = settings.base_url;
  primary.publishes = true;
  federation.mirrors = {std::move(primary)};
  federation.unsigned_allowed = true;
  registry_trust::DsseEnvelope envelope{
      .type = std::string(registry_trust::k_federation_type), .payload = to_json(federation), .signatures = {}};
  sign(envelope, root);
  const base::Path well_known = directory / "public" / ".well-known" / "cargo-wasm" / "federation";
  CW_TRY(env.fs.write_atomic(well_known / "1.dsse", to_json(envelope)));
  CW_TRY(env.fs.write_atomic(well_known / "latest", to_json(envelope)));
  const nlohmann::ordered_json config{{"dl", settings.base_url + "crates/{sha256-checksum}.crate"},
                                      {"api", settings.base_url.substr(0, settings.base_url.size() - 1)},
                                      {"cargo-wasm", {{"federation", "/.well-known/cargo-wasm/federation/latest"}}}};
  CW_TRY(env.fs.write_atomic(directory / "public" / "config.json", config.dump() + "\n"));
  return LogStore::create(env.fs, directory / "public", log, federation.canonical, now);
}

std::string new_nonce()
{
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

std::uint64_t lines_of(std::string_view text)
{
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

} // namespace

struct Registry::State
{
  Env env;
  base::Path directory, public_directory;
  RegistrySettings settings;
  std::unique_ptr<base::FileLock> lock;
  Database database;
  std::optional<Accounts> accounts; ///< over `database`
  LogStore log;

  [[nodiscard]] base::Path index_path(std::string_view name) const { return public_directory / registry_protocol::index_path(name); }

  // The change that `entry` states: into the log, then into the index. `leaf` was decided before, so that whoever finds the row knows
  // whether it went through.
  Result<Recorded> record(const std::string& entry, const std::string& name, const std::string& index)
  {
    const std::uint64_t leaf = log.size();
    CW_TRY(database.run("INSERT INTO pending(leaf, entry, name, index_file) VALUES(?, ?, ?, ?)",
                        {static_cast<std::int64_t>(leaf), entry, name, index}));
    NameRecord record{.index_file = base::sha256(index), .chain = registry_tlog::leaf_hash(entry), .versions = lines_of(index)};
    const Result<> appended = log.append(entry, base::to_lower(name), record, registry_trust::utc_seconds(env.clock.now()));
    if (!appended) {
      CW_TRY(database.run("DELETE FROM pending WHERE leaf = ?", {static_cast<std::int64_t>(leaf)}));
      return fail(appended.error());
    }
    CW_TRY(finish(leaf, name, index));
    return Recorded{.entry = leaf, .log_size = log.size(), .was_there = false};
  }

  Result<> finish(std::uint64_t leaf, std::string_view name, const std::string& index)
  {
    CW_TRY(env.fs.write_atomic(index_path(name), index));
    CW_TRY(sync_to_disk(public_directory));
    CW_TRY(database.run("DELETE FROM pending WHERE leaf = ?", {static_cast<std::int64_t>(leaf)}));
    return {};
  }

  // What an earlier process was at when it ended.
  Result<> recover()
  {
    CW_TRY_ASSIGN(const std::vector<Row> rows, database.run("SELECT leaf, entry, name, index_file FROM pending ORDER BY leaf"));
    for (const Row& row : rows) {
      const auto leaf = static_cast<std::uint64_t>(std::get<std::int64_t>(row[0]));
      bool is_logged = false;
      if (leaf < log.size()) {
        CW_TRY_ASSIGN(const std::string entry, log.entry(leaf));
        is_logged = entry == std::get<std::string>(row[1]);
      }
      if (is_logged) {
        CW_TRY(finish(leaf, std::get<std::string>(row[2]), std::get<std::string>(row[3])));
      } else {
        CW_TRY(database.run("DELETE FROM pending WHERE leaf = ?", {static_cast<std::int64_t>(leaf)}));
      }
    }
    return {};
  }
};

Registry::Registry(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

Result<> Registry::create(const Env& env, const base::Path& directory, const RegistrySettings& settings)
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
    CW_TRY(establish(env, directory, settings));
  }
  return keep_settings(env.fs, directory, settings);
}

Result<Registry> Registry::open(const Env& env, const base::Path& directory, const std::string& address)
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
  CW_TRY(database.run(
      "CREATE TABLE IF NOT EXISTS pending(leaf INTEGER PRIMARY KEY, entry BLOB NOT NULL, name BLOB NOT NULL, index_file BLOB NOT NULL)"));
  CW_TRY(database.run("CREATE TABLE IF NOT EXISTS names(fold BLOB PRIMARY KEY, name BLOB NOT NULL)"));
  CW_TRY_ASSIGN(SignerKey key, read_key(env.fs, key_file(directory, k_log_key)));
  RegistrySettings read{.name = settings["name"].get<std::string>(), .base_url = settings["base_url"].get<std::string>()};
  if (read.base_url.empty()) {
    read.base_url = address;
    CW_TRY(establish(env, directory, read));
    CW_TRY(keep_settings(env.fs, directory, read));
  }
  CW_TRY_ASSIGN(LogStore log, LogStore::open(env.fs, directory / "public", std::move(key), "sparse+" + read.base_url));
  auto state = std::unique_ptr<State>(new State{.env = env,
                                                .directory = directory,
                                                .public_directory = directory / "public",
                                                .settings = std::move(read),
                                                .lock = std::move(lock),
                                                .database = std::move(database),
                                                .accounts = {},
                                                .log = std::move(log)});
  CW_TRY_ASSIGN(state->accounts, Accounts::open(state->database));
  CW_TRY(state->recover());
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
  return "sparse+" + m_state->settings.base_url;
}

Result<std::string> Registry::index_file(std::string_view name) const
{
  CW_TRY_ASSIGN(const std::optional<std::string> text, m_state->env.fs.read_if_exists(m_state->index_path(name)));
  return text.value_or("");
}

Result<std::vector<CrateListing>> Registry::search(const std::string& text)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_state->database.run("SELECT name FROM names WHERE instr(lower(name), ?) > 0 ORDER BY name LIMIT 100", {text}));
  std::vector<CrateListing> found;
  for (const Row& row : rows) {
    CrateListing listing{.name = std::get<std::string>(row[0]), .newest = {}, .description = {}};
    CW_TRY_ASSIGN(const std::string index, index_file(listing.name));
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

Result<Recorded> Registry::publish(const IndexEntry& entry, std::string_view archive, const std::string& user)
{
  State& state = *m_state;
  CW_TRY_ASSIGN(const std::vector<Row> named, state.database.run("SELECT name FROM names WHERE fold = ?", {fold_of(entry.name)}));
  if (!named.empty() && std::get<std::string>(named[0][0]) != entry.name) {
    return fail(Error("CW1214", fmt::format("`{}` is too near to the name of another crate", entry.name), Blame::user)
                    .note(fmt::format("there is `{}`, which differs in case, `-` and `_` alone", std::get<std::string>(named[0][0]))));
  }
  CW_TRY_ASSIGN(std::string index, index_file(entry.name));
  // Versions that differ in build metadata alone are one version to cargo.
  const auto number = [](std::string_view version) { return version.substr(0, version.find('+')); };
  for (const std::string_view line : base::split(index, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(const IndexEntry other, registry_protocol::parse_index_entry(line));
    if (number(other.version) == number(entry.version)) {
      if (other.version == entry.version && other.checksum == entry.checksum) {
        return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
      }
      return fail(
          Error("CW1213", fmt::format("`{}` {} was published before, with other contents", entry.name, entry.version), Blame::integrity)
              .note(fmt::format("there is {} with SHA-256 {}", other.version, other.checksum))
              .note(fmt::format("this one has {}", entry.checksum))
              .help("a version never changes: publish the next one"));
    }
  }
  CW_TRY(state.env.fs.write_atomic(state.public_directory / "crates" / (entry.checksum + ".crate"), archive));
  const std::string line = registry_protocol::to_json_line(entry);
  registry_trust::PublishStatement statement;
  statement.registry = canonical();
  statement.name = entry.name;
  statement.version = entry.version;
  statement.archive = base::sha256(archive);
  statement.index_line = base::sha256(line);
  if (const NameRecord* const before = state.log.names().find(base::to_lower(entry.name))) {
    statement.previous = before->chain;
  }
  statement.user = user;
  statement.time = registry_trust::utc_seconds(state.env.clock.now());
  IndexEntry listed = entry;
  listed.log_entry = state.log.size();
  CW_TRY_ASSIGN(const Recorded recorded,
                state.record(state.log.signed_note(statement), entry.name, index + registry_protocol::to_json_line(listed) + "\n"));
  CW_TRY(state.database.run("INSERT OR IGNORE INTO names(fold, name) VALUES(?, ?)", {fold_of(entry.name), entry.name}));
  if (named.empty()) {
    CW_TRY(state.accounts->add_owner(entry.name, user));
  }
  return recorded;
}

Result<Recorded> Registry::set_yanked(std::string_view name, std::string_view version, bool yanked, const std::string& user)
{
  State& state = *m_state;
  CW_TRY_ASSIGN(const std::string index, index_file(name));
  std::string changed;
  std::optional<IndexEntry> found;
  for (const std::string_view line : base::split(index, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(line));
    if (entry.version == version) {
      found = entry;
      entry.yanked = yanked;
      changed += registry_protocol::to_json_line(entry) + "\n";
    } else {
      changed += fmt::format("{}\n", line);
    }
  }
  if (!found) {
    return fail(Error("CW1215", fmt::format("there is no version {} of `{}`", version, name), Blame::user));
  }
  if (found->yanked == yanked) {
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  registry_trust::YankStatement statement;
  statement.registry = canonical();
  statement.name = found->name;
  statement.version = found->version;
  statement.yanked = yanked;
  if (const NameRecord* const before = state.log.names().find(base::to_lower(name))) {
    statement.previous = before->chain;
  }
  statement.user = user;
  statement.nonce = new_nonce();
  statement.time = registry_trust::utc_seconds(state.env.clock.now());
  return state.record(state.log.signed_note(statement), found->name, changed);
}

} // namespace cargo_wasm::registry_server
