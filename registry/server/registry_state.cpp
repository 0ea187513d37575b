#include "registry_state.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_server {
namespace {

using registry_protocol::IndexEntry;
using registry_tlog::SignerKey;
using registry_trust::NameRecord;

// As long as a used note could come again, and as long again for clocks that are set.
constexpr std::uint64_t k_remember_s = 4 * k_note_window_s;
constexpr std::uint64_t k_entries_a_step = 1024;
constexpr std::uint32_t k_private_mode = 0600;

std::uint64_t lines_of(std::string_view text)
{
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

} // namespace

base::Path key_file(const base::Path& directory, std::string_view name)
{
  return directory / "private" / "keys" / name;
}

base::Path federation_directory(const base::Path& directory)
{
  return directory / "public" / ".well-known" / "cargo-wasm" / "federation";
}

Result<std::vector<RoleKey>> role_keys(const base::Filesystem& fs, const base::Path& directory, std::string_view role)
{
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> files, fs.list(directory / "private" / "keys"));
  std::vector<RoleKey> keys;
  for (const base::DirectoryEntry& file : files) {
    if (file.type != base::FileType::regular || (file.name != role && !file.name.starts_with(fmt::format("{}-", role)))) {
      continue;
    }
    CW_TRY_ASSIGN(std::string text, fs.read(key_file(directory, file.name)));
    Result<SignerKey> key = registry_tlog::parse_signer_key(base::trim(text));
    registry_tlog::wipe(text.data(), text.size());
    if (!key) {
      return fail(std::move(key.error()).during(fmt::format("reading `private/keys/{}`", file.name)));
    }
    keys.push_back({.file = key_file(directory, file.name), .key = std::move(*key)});
  }
  return keys;
}

Result<> keep_key(base::Filesystem& fs, const base::Path& file, const SignerKey& key)
{
  std::string text = to_secret_text(key) + "\n";
  CW_TRY(fs.create_directories(file.parent_path()));
  const Result<> written = fs.create_file(file, text, k_private_mode, 0);
  registry_tlog::wipe(text.data(), text.size());
  return written;
}

Result<RoleKey> make_role_key(base::Filesystem& fs, const base::Path& directory, std::string_view role, const std::string& federation)
{
  CW_TRY_ASSIGN(SignerKey key,
                registry_tlog::make_signer_key(fmt::format("{}/{}", federation, role),
                                               registry_tlog::SignatureType::ed25519,
                                               registry_tlog::Ed25519PrivateKey::generate()));
  const base::Path file = key_file(directory, fmt::format("{}-{:08x}", role, key.verifier.id));
  CW_TRY(keep_key(fs, file, key));
  return RoleKey{.file = file, .key = std::move(key)};
}

Result<std::vector<SignerKey>> log_keys(const base::Filesystem& fs, const base::Path& directory)
{
  CW_TRY_ASSIGN(std::vector<RoleKey> files, role_keys(fs, directory, "log"));
  std::vector<SignerKey> keys;
  for (RoleKey& file : files) {
    keys.push_back(std::move(file.key));
  }
  return keys;
}

Result<std::string> Registry::State::index_file(std::string_view name) const
{
  CW_TRY_ASSIGN(const std::optional<std::string> text, env.fs.read_if_exists(index_path(name)));
  return text.value_or("");
}

std::optional<base::Sha256> Registry::State::head_of(std::string_view name) const
{
  const NameRecord* const before = log.names().find(base::to_lower(name));
  return before == nullptr ? std::nullopt : std::optional(before->chain);
}

Result<std::string> Registry::State::index_with(std::string_view name, const std::vector<registry_trust::Revocation>& revocations)
{
  CW_TRY_ASSIGN(const std::string index, index_file(name));
  CW_TRY_ASSIGN(const std::vector<LedgerVersion> versions, ledger->versions(name));
  std::string changed;
  for (const std::string_view line : base::split(index, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(IndexEntry entry, registry_protocol::parse_index_entry(line));
    const auto known = std::ranges::find(versions, entry.version, &LedgerVersion::version);
    if (known == versions.end()) {
      changed += fmt::format("{}\n", line);
      continue;
    }
    const auto* const revocation = registry_trust::find_revocation(
        revocations,
        {.name = known->crate, .version = known->version, .archive = known->archive, .key = known->key, .entry = known->entry});
    entry.yanked = known->yanked || (revocation != nullptr && revocation->statement.effect == registry_trust::RevocationEffect::block);
    changed += registry_protocol::to_json_line(entry) + "\n";
  }
  return changed;
}

Result<std::uint64_t> Registry::State::record(const Batch& batch, const registry_trust::Federation& next)
{
  if (!batch.entries.empty() || !batch.index_files.empty()) {
    CW_TRY(settle()); // rows of two changes cannot be told apart
  }
  const bool is_behind_pending = log.pending().has_value();
  CW_TRY_ASSIGN(const LogStore::Audience audience, this->audience(next));
  const std::uint64_t leaf = log.size();
  CW_TRY(announce(batch, leaf));
  is_unfinished = true;
  LogChange change{.entries = {}, .names = {}, .revocations = batch.revocations, .federation = batch.federation};
  std::map<std::string, base::Sha256> heads; // by crate
  for (const Batch::Entry& entry : batch.entries) {
    change.entries.push_back(entry.note);
    if (!entry.crate.empty()) {
      heads[entry.crate] = registry_tlog::leaf_hash(entry.note);
    }
  }
  for (const auto& [crate, index] : batch.index_files) {
    heads.try_emplace(crate, head_of(crate).value_or(base::Sha256{}));
  }
  for (const auto& [crate, head] : heads) {
    const auto index = batch.index_files.find(crate);
    CW_TRY_ASSIGN(const std::string text, index == batch.index_files.end() ? index_file(crate) : Result<std::string>(index->second));
    change.names[base::to_lower(crate)] = NameRecord{.index_file = base::sha256(text), .chain = head, .versions = lines_of(text)};
  }
  const Result<> appended = log.append(change, now(), audience);
  if (!appended && log.size() == leaf) {
    if (!is_behind_pending) { // else the rows are of that change
      CW_TRY(forget());
      is_unfinished = false;
    }
    return fail(appended.error());
  }
  if (log.pending()) {
    CW_TRY(appended);
    federation = next;
    CW_TRY(publish_pending());
  }
  CW_TRY(finish());
  is_unfinished = false;
  CW_TRY(appended);
  return leaf;
}

tl::unexpected<Error> used_before()
{
  return fail(Error("CW1219", "this signed statement was used before", Blame::user)
                  .note("each counts once, so that nobody can repeat what somebody else has signed")
                  .help("sign and send it anew"));
}

Result<> Registry::State::announce(const Batch& batch, std::uint64_t leaf)
{
  return database.transaction([&]() -> Result<> {
    CW_TRY(database.run("DELETE FROM used_notes WHERE time < ?", {static_cast<std::int64_t>(now() - std::min(now(), k_remember_s))}));
    for (const base::Sha256& note : batch.used_notes) {
      CW_TRY_ASSIGN(const std::vector<Row> fresh,
                    database.run("INSERT OR IGNORE INTO used_notes(hash, time, pending) VALUES(?, ?, 1) RETURNING hash",
                                 {base::to_hex(note), static_cast<std::int64_t>(now())}));
      if (fresh.empty()) {
        return used_before();
      }
    }
    for (std::size_t i = 0; i < batch.entries.size(); ++i) {
      CW_TRY(database.run("INSERT INTO pending_entries(leaf, entry) VALUES(?, ?)",
                          {static_cast<std::int64_t>(leaf + i), batch.entries[i].note}));
    }
    for (const auto& [crate, index] : batch.index_files) {
      CW_TRY(database.run("INSERT INTO pending_files(crate, bytes) VALUES(?, ?)", {crate, index}));
    }
    for (const auto& [path, bytes] : batch.public_files) { // no crate is called so
      CW_TRY(database.run("INSERT INTO pending_files(crate, bytes) VALUES(?, ?)", {"/" + path, bytes}));
    }
    return {};
  });
}

Result<> Registry::State::finish()
{
  CW_TRY_ASSIGN(const std::vector<Row> files, database.run("SELECT crate, bytes FROM pending_files"));
  for (const Row& file : files) {
    const auto& name = std::get<std::string>(file[0]);
    const base::Path path = name.starts_with('/') ? public_directory / name.substr(1) : index_path(name);
    CW_TRY(env.fs.write_atomic(path, std::get<std::string>(file[1])));
  }
  if (!files.empty()) {
    CW_TRY(registry_tlog::bring_onto_disk(public_directory));
  }
  CW_TRY_ASSIGN(std::uint64_t taken, ledger->size());
  while (taken < log.size()) {
    const std::uint64_t end = std::min(log.size(), taken + k_entries_a_step);
    CW_TRY_ASSIGN(const std::vector<std::string> entries, log.entries({.begin = taken, .end = end}));
    CW_TRY(ledger->take(entries));
    taken = end;
  }
  return database.transaction([&]() -> Result<> {
    CW_TRY(database.run("DELETE FROM pending_entries"));
    CW_TRY(database.run("DELETE FROM pending_files"));
    CW_TRY(database.run("UPDATE used_notes SET pending = 0"));
    return {};
  });
}

Result<> Registry::State::forget()
{
  return database.transaction([&]() -> Result<> {
    CW_TRY(database.run("DELETE FROM pending_entries"));
    CW_TRY(database.run("DELETE FROM pending_files"));
    CW_TRY(database.run("DELETE FROM used_notes WHERE pending = 1"));
    return {};
  });
}

Result<> Registry::State::recover()
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, database.run("SELECT leaf, entry FROM pending_entries ORDER BY leaf"));
  // All of a batch is in the log, or nothing of it: one entry says which.
  if (!rows.empty()) {
    const auto leaf = static_cast<std::uint64_t>(std::get<std::int64_t>(rows[0][0]));
    bool is_logged = false;
    if (leaf < log.size()) {
      CW_TRY_ASSIGN(const std::vector<std::string> entries, log.entries({.begin = leaf, .end = leaf + 1}));
      is_logged = entries.at(0) == std::get<std::string>(rows[0][1]);
    }
    if (!is_logged) {
      CW_TRY(forget());
    }
  }
  return finish();
}

Result<> Registry::State::load_federation()
{
  const std::uint64_t version = log.snapshot().federation;
  CW_TRY_ASSIGN(std::optional<std::string> document,
                env.fs.read_if_exists(federation_directory(directory) / fmt::format("{}.dsse", version)));
  if (!document) {
    CW_TRY_ASSIGN(document, env.fs.read(private_document(version)));
  }
  CW_TRY_ASSIGN(federation, registry_trust::open_federation(*document));
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
  if (!log.pending()) {
    CW_TRY_ASSIGN(const std::optional<std::string> latest, env.fs.read_if_exists(federation_directory(directory) / "latest"));
    if (latest != document) {
      CW_TRY(env.fs.write_atomic(federation_directory(directory) / "latest", *document));
    }
    CW_TRY_ASSIGN(const std::string checkpoint, env.fs.read(public_directory / "checkpoint"));
    lacks_cosignatures = !open_checkpoint(checkpoint, policy);
  }
  CW_TRY_ASSIGN(std::vector<SignerKey> keys, log_keys(env.fs, directory));
  const auto own = std::ranges::find_if(keys, [&](const SignerKey& key) { return key.verifier == policy.logs.at(0).key; });
  if (own == keys.end()) {
    return fail(Error("CW1203", "the log's key is not in `private/keys`", Blame::environment)
                    .note(fmt::format("the federation's document names `{}`", to_text(policy.logs[0].key)))
                    .help("bring it back from where it is kept: without it the registry can only be read"));
  }
  std::iter_swap(keys.begin(), own);
  log.set_keys(std::move(keys));
  return {};
}

} // namespace cargo_wasm::registry_server
