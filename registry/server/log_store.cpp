#include "log_store.hpp"

#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::Checkpoint;
using registry_tlog::LogFile;
using registry_tlog::SignedNote;
using registry_trust::SnapshotStatement;

// How long a snapshot may be believed: a registry that nobody writes to signs a new one before.
constexpr std::uint64_t k_snapshot_lifetime_s = 7 * 86400;

Result<Checkpoint> read_checkpoint(const base::Filesystem& fs, const base::Path& directory, const registry_tlog::VerifierKey& key)
{
  CW_TRY_ASSIGN(const std::string bytes, fs.read(directory / "checkpoint"));
  const registry_tlog::LogPolicy policy{.logs = {{.key = key, .url = {}}}, .witnesses = {}, .groups = {}, .quorum = "none"};
  CW_TRY_ASSIGN(const registry_tlog::VerifiedCheckpoint verified, open_checkpoint(bytes, policy));
  return verified.checkpoint;
}

base::Path map_file(const base::Path& directory, const base::Sha256& hash)
{
  return directory / "map" / base::to_hex(hash);
}

} // namespace

Result<> sync_to_disk(const base::Path& directory)
{
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::syncfs(descriptor) == 0;
  const int code = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!synced) {
    return fail(Error(
        "CW0003", fmt::format("cannot bring `{}` onto the disk: {}", directory.native(), base::describe_errno(code)), Blame::environment));
  }
  return {};
}

LogStore::LogStore(base::Filesystem& fs, base::Path directory, registry_tlog::SignerKey key, std::string canonical)
    : m_fs(&fs), m_public(std::move(directory)), m_key(std::move(key)), m_canonical(std::move(canonical))
{
}

Result<> LogStore::create(base::Filesystem& fs,
                          const base::Path& public_directory,
                          const registry_tlog::SignerKey& key,
                          const std::string& canonical,
                          std::uint64_t now)
{
  CW_TRY_ASSIGN(registry_tlog::SignerKey own, registry_tlog::parse_signer_key(to_secret_text(key)));
  LogStore store(fs, public_directory, std::move(own), canonical);
  return store.write({}, now);
}

Result<LogStore> LogStore::open(base::Filesystem& fs, base::Path public_directory, registry_tlog::SignerKey key, std::string canonical)
{
  LogStore store(fs, std::move(public_directory), std::move(key), std::move(canonical));
  CW_TRY_ASSIGN(const Checkpoint checkpoint, read_checkpoint(fs, store.m_public, store.m_key.verifier));
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
  store.m_sequence = snapshot->sequence;
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
  SignedNote note{.text = to_text(statement), .signatures = {}};
  note.signatures.push_back(sign(note.text, m_key));
  return to_text(note);
}

Result<std::string> LogStore::entry(std::uint64_t index) const
{
  CW_TRY_ASSIGN(const Checkpoint checkpoint, read_checkpoint(*m_fs, m_public, m_key.verifier));
  registry_tlog::LogDirectory files(*m_fs, m_public);
  registry_tlog::TileReader reader(checkpoint, files);
  CW_TRY_ASSIGN(std::vector<std::string> entries, reader.entries({.begin = index, .end = index + 1}));
  return std::move(entries.at(0));
}

Result<> LogStore::append(const std::string& entry, const std::string& name, const registry_trust::NameRecord& record, std::uint64_t now)
{
  const registry_trust::NameRecord* const before = m_names.find(name);
  const std::optional<registry_trust::NameRecord> old = before == nullptr ? std::nullopt : std::optional(*before);
  m_names.set(name, record);
  const std::string shard = m_names.shard_text(registry_trust::shard_of(name));
  Result<> written = m_fs->write_atomic(map_file(m_public, base::sha256(shard)), shard);
  if (written) {
    written = write({entry}, now);
  }
  if (!written) {
    // Nobody saw it: the checkpoint is still the old one.
    old ? m_names.set(name, *old) : m_names.remove(name);
  }
  return written;
}

Result<> LogStore::write(std::vector<std::string> entries, std::uint64_t now)
{
  const std::string table = m_names.table();
  CW_TRY(m_fs->write_atomic(map_file(m_public, base::sha256(table)), table));
  SnapshotStatement snapshot;
  snapshot.registry = m_canonical;
  snapshot.sequence = m_sequence + 1;
  snapshot.table = base::sha256(table);
  snapshot.revocations = base::sha256("");
  snapshot.federation = 1;
  snapshot.time = now;
  snapshot.expires = now + k_snapshot_lifetime_s;
  entries.push_back(signed_note(snapshot));

  registry_tlog::LogWriter grown = m_writer;
  CW_TRY_ASSIGN(const std::vector<LogFile> files, grown.append(entries));
  for (const LogFile& file : files) {
    CW_TRY(m_fs->write_atomic(m_public / file.path, file.bytes));
  }
  CW_TRY(sync_to_disk(m_public));
  SignedNote note{.text = to_text(Checkpoint{.origin = m_key.verifier.name, .size = grown.size(), .root = grown.root(), .extensions = {}}),
                  .signatures = {}};
  note.signatures.push_back(sign(note.text, m_key));
  CW_TRY(m_fs->write_atomic(m_public / "checkpoint", to_text(note)));
  CW_TRY(sync_to_disk(m_public));
  m_writer = std::move(grown);
  ++m_sequence;
  return {};
}

} // namespace cargo_wasm::registry_server
