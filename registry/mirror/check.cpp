#include <cargo_wasm/registry_mirror/check.hpp>

#include "checked_log.hpp"
#include "crate_history.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>
#include <cargo_wasm/registry_trust/name_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_mirror {
namespace {

using base::Sha256;
using registry_trust::Federation;
using registry_trust::NameMap;

registry_trust::RevocableVersion revocable(const LoggedVersion& version)
{
  return {.name = version.name, .version = version.version, .archive = version.archive, .key = version.key, .entry = version.entry};
}

class FileCheck
{
public:
  FileCheck(const base::ReadOnlyFilesystem& fs, const base::Path& directory, CheckReport& report)
      : m_fs(fs), m_directory(directory), m_report(report)
  {
  }

  void wrong(std::string file, std::string what)
  {
    m_report.faults.push_back({.file = std::move(file), .entry = {}, .what = std::move(what)});
  }

  // The bytes of a file that must be there; nullopt: it is not, and that was told.
  std::optional<std::string> read(const std::string& file)
  {
    Result<std::optional<std::string>> bytes = m_fs.read_if_exists(m_directory / file);
    if (!bytes || !*bytes) {
      wrong(file, bytes ? "it is not there" : one_line(bytes.error()));
      return std::nullopt;
    }
    return std::move(*bytes);
  }

  // A file that is named by its hash.
  std::optional<std::string> read_hashed(const std::string& file, const Sha256& hash)
  {
    std::optional<std::string> bytes = read(file);
    if (bytes && base::sha256(*bytes) != hash) {
      wrong(file, fmt::format("it has SHA-256 {}", base::to_hex(base::sha256(*bytes))));
      return std::nullopt;
    }
    return bytes;
  }

  // The newest version of the federation, and the log keys of all of them. nullopt: it does not hold.
  std::optional<Federation> federation(std::vector<registry_tlog::VerifierKey>& keys)
  {
    const std::string folder = ".well-known/cargo-wasm/federation/";
    std::optional<Federation> current;
    std::string newest;
    for (std::uint64_t version = 1; version <= registry_trust::k_max_federation_steps; ++version) {
      const std::string file = fmt::format("{}{}.dsse", folder, version);
      if (version > 1 && !m_fs.is_file(m_directory / file)) {
        break;
      }
      const std::optional<std::string> dsse = read(file);
      if (!dsse) {
        return std::nullopt;
      }
      Result<Federation> next = current ? registry_trust::follow_federation(*current, *dsse) : registry_trust::open_federation(*dsse);
      if (!next) {
        wrong(file, one_line(next.error()));
        return std::nullopt;
      }
      current = std::move(*next);
      newest = *dsse;
      if (const auto policy = registry_tlog::parse_log_policy(current->policy); policy) {
        for (const registry_tlog::PolicyLog& log : policy->logs) {
          keys.push_back(log.key);
        }
      } else {
        wrong(file, one_line(policy.error()));
      }
      keys.insert(keys.end(), current->root.keys.begin(), current->root.keys.end());
      keys.insert(keys.end(), current->revokers.keys.begin(), current->revokers.keys.end());
    }
    if (const auto latest = read(folder + "latest"); latest && *latest != newest) {
      wrong(folder + "latest", fmt::format("it is not version {}", current->version));
    }
    return current;
  }

  // An index file against what the log says of its crate; its hash.
  std::optional<Sha256>
  index_file(const std::string& name, const CrateHistory& crate, const std::vector<registry_trust::Revocation>& revocations)
  {
    const std::string file = registry_protocol::index_path(name);
    const bool has_versions = !crate.versions.empty();
    const std::optional<std::string> bytes = has_versions || m_fs.is_file(m_directory / file) ? read(file) : std::optional(std::string());
    if (!bytes) {
      return std::nullopt;
    }
    std::map<std::string, registry_protocol::IndexEntry> lines;
    for (const std::string_view line : base::split(*bytes, '\n')) {
      if (line.empty()) {
        continue;
      }
      Result<registry_protocol::IndexEntry> entry = registry_protocol::parse_index_entry(line);
      if (!entry) {
        wrong(file, one_line(entry.error()));
        continue;
      }
      const std::string version = entry->version;
      if (!lines.emplace(version, std::move(*entry)).second) {
        wrong(file, fmt::format("it has version {} twice", version));
      }
    }
    for (const LoggedVersion& version : crate.versions) {
      const auto line = lines.find(version.version);
      if (line == lines.end()) {
        fault(file, version, fmt::format("version {} is in the log and not in it", version.version));
        continue;
      }
      registry_protocol::IndexEntry entry = line->second;
      if (entry.name != version.name || entry.checksum != base::to_hex(version.archive)) {
        fault(file, version, fmt::format("its line of version {} is of another archive than the log says", version.version));
      }
      // What is revoked is yanked, so that plain cargo does not choose it.
      const registry_trust::Revocation* const revocation = find_revocation(revocations, revocable(version));
      const bool is_blocked = revocation != nullptr && revocation->statement.effect == registry_trust::RevocationEffect::block;
      if (const bool yanked = version.yanked || is_blocked; entry.yanked != yanked) {
        fault(file, version, fmt::format("version {} is {} by the log", version.version, yanked ? "yanked" : "not yanked"));
      }
      entry.yanked = false;
      if (version.index_line && base::sha256(registry_protocol::published_line(entry)) != *version.index_line) {
        fault(file, version, fmt::format("its line of version {} is not the one that was published", version.version));
      }
      lines.erase(line);
    }
    for (const auto& [version, line] : lines) {
      wrong(file, fmt::format("version {} is in it and not in the log", version));
    }
    return base::sha256(*bytes);
  }

  void archive(const LoggedVersion& version, const std::vector<registry_trust::Revocation>& revocations)
  {
    const std::string file = fmt::format("crates/{}.crate", base::to_hex(version.archive));
    const Result<std::optional<std::string>> bytes = m_fs.read_if_exists(m_directory / file);
    if (!bytes) {
      fault(file, version, one_line(bytes.error()));
    } else if (!*bytes) {
      if (find_revocation(revocations, revocable(version)) == nullptr) {
        fault(file, version, fmt::format("the archive of {} {} is not there", version.name, version.version));
      }
    } else if (const Sha256 hash = base::sha256(**bytes); hash != version.archive) {
      fault(file, version, fmt::format("the archive of {} {} has SHA-256 {}", version.name, version.version, base::to_hex(hash)));
    }
  }

  void name_map(const Sha256& table_hash, const NameMap& rebuilt)
  {
    const std::optional<std::string> table = read_hashed("map/" + base::to_hex(table_hash), table_hash);
    if (!table) {
      return;
    }
    for (std::size_t shard = 0; shard < registry_trust::k_shards; ++shard) {
      const Result<Sha256> hash = registry_trust::shard_hash(*table, shard);
      if (!hash) {
        return wrong("map/" + base::to_hex(table_hash), one_line(hash.error()));
      }
      const std::string file = "map/" + base::to_hex(*hash);
      const std::optional<std::string> text = *hash == base::sha256("") ? std::optional(std::string()) : read_hashed(file, *hash);
      if (text && *text != rebuilt.shard_text(shard)) {
        compare_shard(file, *text, rebuilt, shard);
      }
    }
  }

private:
  void fault(const std::string& file, const LoggedVersion& version, std::string what)
  {
    m_report.faults.push_back({.file = file, .entry = version.entry, .what = std::move(what)});
  }

  void compare_shard(const std::string& file, const std::string& text, const NameMap& rebuilt, std::size_t shard)
  {
    const auto records = registry_trust::parse_shard(text, shard);
    if (!records) {
      return wrong(file, one_line(records.error()));
    }
    const auto own = registry_trust::parse_shard(rebuilt.shard_text(shard), shard);
    for (const auto& [name, record] : *records) {
      const registry_trust::NameRecord* const expected = rebuilt.find(name);
      if (expected == nullptr) {
        wrong(file, fmt::format("`{}` is in the snapshot's map, and in no entry", name));
      } else if (expected->index_file != record.index_file) {
        wrong(registry_protocol::index_path(name),
              fmt::format("it has SHA-256 {}, the snapshot says {}", base::to_hex(expected->index_file), base::to_hex(record.index_file)));
      } else if (*expected != record) {
        wrong(file, fmt::format("what it says of `{}` does not follow from the entries", name));
      }
    }
    for (const auto& [name, record] : *own) {
      if (!records->contains(name)) {
        wrong(file, fmt::format("`{}` is in the log and not in the snapshot's map", name));
      }
    }
  }

  const base::ReadOnlyFilesystem& m_fs;
  const base::Path& m_directory;
  CheckReport& m_report;
};

// Everything that follows from the entries.
void check_names(FileCheck& files, const History& history, const registry_trust::SnapshotStatement& snapshot, CheckReport& report)
{
  std::vector<registry_trust::Revocation> revocations;
  if (snapshot.revocation_count != 0) {
    const std::string file = "revocations/" + base::to_hex(snapshot.revocations);
    const std::optional<std::string> bytes = files.read_hashed(file, snapshot.revocations);
    auto parsed = registry_trust::parse_revocations(bytes.value_or(""));
    if (bytes && !parsed) {
      report.faults.push_back({.file = file, .entry = {}, .what = one_line(parsed.error())});
    } else if (parsed) {
      revocations = std::move(*parsed);
    }
  }
  NameMap map;
  for (const auto& [name, crate] : history.crates()) {
    const std::optional<Sha256> index = files.index_file(name, crate, revocations);
    map.set(name, {.index_file = index.value_or(Sha256()), .chain = crate.chain, .versions = crate.versions.size()});
    for (const LoggedVersion& version : crate.versions) {
      files.archive(version, revocations);
    }
    ++report.crates;
    report.versions += crate.versions.size();
  }
  files.name_map(snapshot.table, map);
}

} // namespace

Result<CheckReport>
check_files(const base::ReadOnlyFilesystem& fs, const base::Path& public_directory, const std::optional<registry_tlog::LogPolicy>& policy)
{
  CheckReport report;
  FileCheck files(fs, public_directory, report);
  report.is_registry = fs.is_directory(public_directory / ".well-known" / "cargo-wasm");
  if (!report.is_registry && !policy) {
    return fail(Error("CW1255", "this is a log that belongs to no federation: by which key is it signed?", Blame::usage)
                    .help("`--key KEY`, the log's verifier key"));
  }
  std::vector<registry_tlog::VerifierKey> keys;
  std::optional<Federation> federation;
  std::optional<registry_tlog::LogPolicy> applies = policy;
  if (report.is_registry) {
    federation = files.federation(keys);
    const auto own = federation ? registry_tlog::parse_log_policy(federation->policy) : Result<registry_tlog::LogPolicy>(fail(Error()));
    if (!applies && own) {
      applies = *own;
    }
  }
  const std::optional<std::string> note = files.read("checkpoint");
  if (!note || !applies) {
    return report;
  }
  const Result<registry_tlog::VerifiedCheckpoint> verified = open_checkpoint(*note, *applies);
  if (!verified) {
    files.wrong("checkpoint", one_line(verified.error()));
    return report;
  }
  const registry_tlog::Checkpoint& checkpoint = verified->checkpoint;
  report.log = checkpoint.origin;
  report.entries = checkpoint.size;
  if (!federation) {
    CW_TRY(check_log(fs, public_directory, checkpoint, report, [](std::uint64_t, std::string_view) {}));
    return report;
  }
  History history(federation->canonical, std::move(keys));
  CW_TRY(check_log(
      fs, public_directory, checkpoint, report, [&](std::uint64_t index, std::string_view entry) { history.take(index, entry, report); }));
  if (!history.ends_with_snapshot()) {
    files.wrong("checkpoint", "the log does not end with a snapshot");
  } else {
    report.time = history.snapshots().back().time;
    check_names(files, history, history.snapshots().back(), report);
  }
  if (const std::optional<std::string> config = files.read("config.json"); config) {
    if (const auto parsed = registry_protocol::parse_registry_config(*config); !parsed) {
      files.wrong("config.json", one_line(parsed.error()));
    }
  }
  return report;
}

} // namespace cargo_wasm::registry_mirror
