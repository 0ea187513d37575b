#include "log_store.hpp"

#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include <fmt/format.h>

#include <set>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::Checkpoint;
using registry_tlog::LogFile;
using registry_tlog::SignedNote;
using registry_trust::SnapshotStatement;

constexpr std::string_view k_pending_file = "pending-checkpoint";

base::Path map_file(const base::Path& directory, const base::Sha256& hash)
{
  return directory / "map" / base::to_hex(hash);
}

} // namespace

LogStore::LogStore(base::Filesystem& fs, const base::Path& directory, std::vector<registry_tlog::SignerKey> keys, std::string canonical)
    : m_fs(&fs), m_private(directory / "private"), m_public(directory / "public"), m_keys(std::move(keys)),
      m_canonical(std::move(canonical))
{
  m_snapshot.federation = 1;
  m_snapshot.revocations = base::sha256("");
}

Result<Checkpoint> LogStore::verified(std::string_view note) const
{
  Error why("CW1203", "no key of the registry's log is there", Blame::integrity);
  for (const registry_tlog::SignerKey& key : m_keys) {
    const registry_tlog::LogPolicy policy{.logs = {{.key = key.verifier, .url = {}}}, .witnesses = {}, .groups = {}, .quorum = "none"};
    Result<registry_tlog::VerifiedCheckpoint> verified = open_checkpoint(note, policy);
    if (verified) {
      return std::move(verified->checkpoint);
    }
    why = std::move(verified.error());
  }
  return fail(std::move(why));
}

Result<> LogStore::take_pending(Checkpoint& checkpoint)
{
  const base::Path file = m_private / k_pending_file;
  CW_TRY_ASSIGN(std::optional<std::string> note, m_fs->read_if_exists(file));
  if (!note) {
    return {};
  }
  CW_TRY_ASSIGN(Checkpoint pending, verified(*note));
  const bool is_ahead = pending.size > checkpoint.size;
  const Checkpoint& larger = is_ahead ? pending : checkpoint;
  const Checkpoint& smaller = is_ahead ? checkpoint : pending;
  registry_tlog::LogDirectory files(*m_fs, m_public);
  registry_tlog::TileReader reader(larger, files);
  CW_TRY_ASSIGN(const base::Sha256 root, registry_tlog::tree_root(smaller.size, reader));
  if (root != smaller.root || pending.origin != checkpoint.origin) {
    return fail(
        Error("CW1061", "the registry's log and the checkpoint that witnesses were asked for are not one", Blame::integrity)
            .note(fmt::format("`{}` has {} entries, `public/checkpoint` {}", file.native(), pending.size, checkpoint.size))
            .help("bring back `public` and `private` of one moment: a witness that has cosigned one of the two cosigns nothing else"));
  }
  if (is_ahead) {
    checkpoint = std::move(pending);
    m_pending = std::move(note);
    return {};
  }
  CW_TRY(m_fs->remove(file)); // it has been made public
  return {};
}

Result<> LogStore::create(
    base::Filesystem& fs, const base::Path& directory, const registry_tlog::SignerKey& key, const std::string& canonical, std::uint64_t now)
{
  CW_TRY_ASSIGN(registry_tlog::SignerKey own, registry_tlog::parse_signer_key(to_secret_text(key)));
  std::vector<registry_tlog::SignerKey> keys;
  keys.push_back(std::move(own));
  LogStore store(fs, directory, std::move(keys), canonical);
  return store.append({}, now, Audience::everybody);
}

Result<LogStore>
LogStore::open(base::Filesystem& fs, const base::Path& directory, std::vector<registry_tlog::SignerKey> keys, std::string canonical)
{
  LogStore store(fs, directory, std::move(keys), std::move(canonical));
  CW_TRY_ASSIGN(const std::string public_note, fs.read(store.m_public / "checkpoint"));
  CW_TRY_ASSIGN(Checkpoint checkpoint, store.verified(public_note));
  store.m_public_size = checkpoint.size;
  CW_TRY(store.take_pending(checkpoint));
  store.m_checkpoint = checkpoint;
  registry_tlog::LogDirectory files(fs, store.m_public);
  registry_tlog::TileReader reader(checkpoint, files);
  CW_TRY_ASSIGN(store.m_writer, registry_tlog::LogWriter::resume(reader));
  CW_TRY_ASSIGN(const std::vector<std::string> last, reader.entries({.begin = checkpoint.size - 1, .end = checkpoint.size}));
  CW_TRY_ASSIGN(const SignedNote note, registry_tlog::parse_note(last.at(0)));
  CW_TRY_ASSIGN(const registry_trust::Statement statement, registry_trust::parse_statement(note.text));
  const auto* const snapshot = std::get_if<SnapshotStatement>(&statement);
  if (snapshot == nullptr) {
    return fail(Error("CW1203", "the registry's log does not end with a snapshot", Blame::integrity)
                    .note(fmt::format("entry {}", checkpoint.size - 1)));
  }
  store.m_snapshot = *snapshot;
  const auto by_hash = [&](const base::Sha256& hash) -> Result<std::string> {
    CW_TRY_ASSIGN(std::string bytes, fs.read(map_file(store.m_public, hash)));
    if (base::sha256(bytes) != hash) {
      return fail(Error("CW1203", fmt::format("`map/{}` of the registry is damaged", base::to_hex(hash)), Blame::integrity)
                      .help("bring it back from a mirror or a backup: its name is the SHA-256 of what it holds"));
    }
    return bytes;
  };
  CW_TRY_ASSIGN(const std::string table, by_hash(snapshot->table));
  for (std::size_t shard = 0; shard < registry_trust::k_shards; ++shard) {
    CW_TRY_ASSIGN(const base::Sha256 hash, registry_trust::shard_hash(table, shard));
    if (hash == base::sha256("")) {
      continue;
    }
    CW_TRY_ASSIGN(const std::string text, by_hash(hash));
    CW_TRY_ASSIGN(const registry_trust::NameMap::Shard records, registry_trust::parse_shard(text, shard));
    for (const auto& [name, record] : records) {
      store.m_names.set(name, record);
    }
  }
  return store;
}

std::string LogStore::signed_note(const registry_trust::Statement& statement) const
{
  return countersigned({.text = to_text(statement), .signatures = {}});
}

std::string LogStore::countersigned(SignedNote note) const
{
  for (const registry_tlog::SignerKey& key : m_keys) {
    note.signatures.push_back(sign(note.text, key));
  }
  return to_text(note);
}

Result<std::vector<std::string>> LogStore::entries(registry_tlog::EntryRange range) const
{
  registry_tlog::LogDirectory files(*m_fs, m_public);
  registry_tlog::TileReader reader(m_checkpoint, files);
  return reader.entries(range);
}

Result<std::vector<base::Sha256>> LogStore::consistency_proof(std::uint64_t old_size) const
{
  registry_tlog::LogDirectory files(*m_fs, m_public);
  registry_tlog::TileReader reader(m_checkpoint, files);
  return registry_tlog::range_hashes(registry_tlog::consistency_ranges(old_size, m_checkpoint.size), reader);
}

Result<> LogStore::secure_pending()
{
  if (m_pending && !m_is_secured) {
    CW_TRY(registry_tlog::bring_onto_disk(m_public));
    CW_TRY(registry_tlog::bring_onto_disk(m_private));
    m_is_secured = true;
  }
  return {};
}

Result<> LogStore::make_public(const std::string& note)
{
  CW_TRY(m_fs->write_atomic(m_public / "checkpoint", note));
  m_pending.reset();
  m_public_size = m_checkpoint.size;
  CW_TRY(registry_tlog::bring_onto_disk(m_public));
  // What stays behind says nothing new to the next process.
  (void)m_fs->remove(m_private / k_pending_file);
  return {};
}

Result<> LogStore::append(const LogChange& change, std::uint64_t now, Audience audience)
{
  std::map<std::string, std::optional<registry_trust::NameRecord>> before;
  for (const auto& [name, record] : change.names) {
    const registry_trust::NameRecord* const old = m_names.find(name);
    before[name] = old == nullptr ? std::nullopt : std::optional(*old);
    m_names.set(name, record);
  }
  const std::uint64_t size_before = size();
  Result<> written = write(change, now, audience);
  if (!written && size() == size_before) {
    // Nobody saw it: the checkpoint is still the one before.
    for (const auto& [name, old] : before) {
      old ? m_names.set(name, *old) : m_names.remove(name);
    }
  }
  return written;
}

// Whatever becomes of the writing: the log is this tree if, and only if, the file says so.
Result<> LogStore::keep_pending(const std::string& note)
{
  const base::Path file = m_private / k_pending_file;
  Result<> written = m_fs->write_atomic(file, note);
  if (!written) {
    const Result<std::optional<std::string>> there = m_fs->read_if_exists(file);
    if (!there || *there != note) {
      return written;
    }
  }
  m_pending = note;
  m_is_secured = false;
  return {};
}

Result<> LogStore::write(const LogChange& change, std::uint64_t now, Audience audience)
{
  std::set<std::size_t> shards;
  for (const auto& [name, record] : change.names) {
    shards.insert(registry_trust::shard_of(name));
  }
  for (const std::size_t number : shards) {
    const std::string shard = m_names.shard_text(number);
    CW_TRY(m_fs->write_atomic(map_file(m_public, base::sha256(shard)), shard));
  }
  const std::string table = m_names.table();
  CW_TRY(m_fs->write_atomic(map_file(m_public, base::sha256(table)), table));
  SnapshotStatement snapshot = m_snapshot;
  snapshot.registry = m_canonical;
  ++snapshot.sequence;
  snapshot.table = base::sha256(table);
  if (change.revocations) {
    const std::string list = to_text(*change.revocations);
    snapshot.revocations = base::sha256(list);
    snapshot.revocation_count = change.revocations->size();
    CW_TRY(m_fs->write_atomic(m_public / "revocations" / base::to_hex(snapshot.revocations), list));
  }
  snapshot.federation = change.federation.value_or(snapshot.federation);
  snapshot.time = now;
  snapshot.expires = now + k_snapshot_lifetime_s;
  std::vector<std::string> entries = change.entries;
  entries.push_back(signed_note(snapshot));

  registry_tlog::LogWriter grown = m_writer;
  CW_TRY_ASSIGN(const std::vector<LogFile> files, grown.append(entries));
  for (const LogFile& file : files) {
    CW_TRY(m_fs->write_atomic(m_public / file.path, file.bytes));
  }
  CW_TRY(registry_tlog::bring_onto_disk(m_public));
  Checkpoint checkpoint{.origin = m_keys.front().verifier.name, .size = grown.size(), .root = grown.root(), .extensions = {}};
  const std::string note = countersigned({.text = to_text(checkpoint), .signatures = {}});
  if (audience == Audience::witnesses) {
    CW_TRY(keep_pending(note));
  } else {
    CW_TRY(m_fs->write_atomic(m_public / "checkpoint", note));
    m_public_size = checkpoint.size;
  }
  m_writer = std::move(grown);
  m_snapshot = snapshot;
  m_checkpoint = std::move(checkpoint);
  return audience == Audience::witnesses ? secure_pending() : registry_tlog::bring_onto_disk(m_public);
}

} // namespace cargo_wasm::registry_server
