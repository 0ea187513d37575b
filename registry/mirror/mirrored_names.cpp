#include "mirrored_names.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_mirror {
namespace {

using base::Sha256;
using registry_client::FileWanted;
using registry_client::StaticFiles;
using registry_trust::NameMap;

// How many files are asked for at once, and so are in memory together.
constexpr std::size_t k_small_files_at_once = 64, k_archives_at_once = 8;

tl::unexpected<Error> not_its_hash(const std::string& path, const Sha256& wanted, const Sha256& came)
{
  return fail(Error("CW1254", fmt::format("`{}` of the registry is not what its hash says", path), Blame::integrity)
                  .note(fmt::format("wanted SHA-256 {}", base::to_hex(wanted)))
                  .note(fmt::format("came   SHA-256 {}", base::to_hex(came)))
                  .help("the server, or something on the way, damages files or lies: try again, or from another mirror"));
}

std::string map_path(const Sha256& hash)
{
  return "map/" + base::to_hex(hash);
}

// Whether a file that is named by its hash has to be fetched.
Result<bool> is_missing(const Env& env, const MirrorPlace& place, const std::string& file, const Sha256& wanted)
{
  if (!place.repair) {
    return !env.fs.exists(place.public_directory / file);
  }
  CW_TRY_ASSIGN(const std::optional<std::string> bytes, env.fs.read_if_exists(place.public_directory / file));
  return !bytes || base::sha256(*bytes) != wanted;
}

// Files of the map that are not there, verified and written.
Result<> fetch_map_files(const Env& env, const MirrorPlace& place, StaticFiles& primary, const std::vector<Sha256>& wanted)
{
  std::vector<Sha256> missing;
  for (const Sha256& hash : wanted) {
    CW_TRY_ASSIGN(const bool fetch, is_missing(env, place, map_path(hash), hash));
    if (fetch) {
      missing.push_back(hash);
    }
  }
  for (std::size_t begin = 0; begin < missing.size(); begin += k_small_files_at_once) {
    const std::size_t end = std::min(begin + k_small_files_at_once, missing.size());
    std::vector<FileWanted> files;
    for (std::size_t i = begin; i < end; ++i) {
      files.push_back({.path = map_path(missing[i]), .max_bytes = registry_client::k_max_shard_bytes});
    }
    CW_TRY_ASSIGN(const std::vector<std::optional<std::string>> came, primary.get(files));
    for (std::size_t i = begin; i < end; ++i) {
      const std::optional<std::string>& bytes = came.at(i - begin);
      if (!bytes) {
        return fail(Error("CW1101", fmt::format("the registry has no file `{}`", files[i - begin].path), Blame::network)
                        .note("the snapshot of its log speaks of it"));
      }
      if (const Sha256 hash = base::sha256(*bytes); hash != missing[i]) {
        return not_its_hash(files[i - begin].path, missing[i], hash);
      }
      CW_TRY(env.fs.write_atomic(place.public_directory / files[i - begin].path, *bytes));
    }
  }
  return {};
}

Result<std::string> own_map_file(const Env& env, const MirrorPlace& place, const Sha256& wanted)
{
  CW_TRY_ASSIGN(std::string bytes, env.fs.read(place.public_directory / map_path(wanted)));
  if (const Sha256 hash = base::sha256(bytes); hash != wanted) {
    // The next run fetches it again.
    CW_TRY(env.fs.remove(place.public_directory / map_path(wanted)));
    return not_its_hash(map_path(wanted), wanted, hash);
  }
  return bytes;
}

// nullopt: it is not there any more, or damaged.
std::optional<NameMap::Shard> old_shard(const Env& env, const MirrorPlace& place, const std::string& old_table, std::size_t shard)
{
  const auto hash = registry_trust::shard_hash(old_table, shard);
  if (!hash || *hash == base::sha256("")) {
    return NameMap::Shard();
  }
  const auto text = own_map_file(env, place, *hash);
  auto records = text ? registry_trust::parse_shard(*text, shard) : Result<NameMap::Shard>(fail(Error()));
  return records ? std::optional(std::move(*records)) : std::nullopt;
}

Result<std::optional<Sha256>> hash_in_place(const Env& env, const base::Path& file)
{
  CW_TRY_ASSIGN(const std::optional<std::string> bytes, env.fs.read_if_exists(file));
  return bytes ? std::optional(base::sha256(*bytes)) : std::nullopt;
}

base::Path index_file(const MirrorPlace& place, std::string_view name)
{
  return place.public_directory / registry_protocol::index_path(name);
}

// Names become paths here: what a registry of ours could not have is not followed into the file system.
bool is_crate_name(std::string_view name)
{
  return !name.empty() && name.size() <= 64 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

// By their hexadecimal SHA-256, with what they are of: "NAME VERSION".
using Archives = std::map<std::string, std::string>;

// Those of an index file.
Result<Archives> archives_of(std::string_view index)
{
  Archives archives;
  for (const std::string_view line : base::split(index, '\n')) {
    if (!line.empty()) {
      CW_TRY_ASSIGN(registry_protocol::IndexEntry entry, registry_protocol::parse_index_entry(line));
      archives.emplace(std::move(entry.checksum), fmt::format("{} {}", entry.name, entry.version));
    }
  }
  return archives;
}

} // namespace

Result<IndexChanges> fetch_name_map(
    const Env& env, const MirrorPlace& place, StaticFiles& primary, const Sha256& table_hash, const std::optional<Sha256>& old_table_hash)
{
  IndexChanges changes;
  if (old_table_hash == table_hash) {
    return changes;
  }
  CW_TRY(fetch_map_files(env, place, primary, {table_hash}));
  CW_TRY_ASSIGN(const std::string table, own_map_file(env, place, table_hash));
  std::optional<std::string> old_table;
  if (old_table_hash) {
    if (Result<std::string> own = own_map_file(env, place, *old_table_hash); own) {
      old_table = std::move(*own);
    }
  }
  std::map<std::size_t, Sha256> changed;
  std::vector<Sha256> wanted;
  for (std::size_t shard = 0; shard < registry_trust::k_shards; ++shard) {
    CW_TRY_ASSIGN(const Sha256 hash, registry_trust::shard_hash(table, shard));
    if (old_table) {
      CW_TRY_ASSIGN(const Sha256 old_hash, registry_trust::shard_hash(*old_table, shard));
      if (hash == old_hash) {
        continue;
      }
    }
    changed.emplace(shard, hash);
    if (hash != base::sha256("")) {
      wanted.push_back(hash);
    }
  }
  CW_TRY(fetch_map_files(env, place, primary, wanted));
  for (const auto& [shard, hash] : changed) {
    const bool is_empty = hash == base::sha256("");
    CW_TRY_ASSIGN(const std::string text, is_empty ? Result<std::string>("") : own_map_file(env, place, hash));
    CW_TRY_ASSIGN(const NameMap::Shard records, registry_trust::parse_shard(text, shard));
    const std::optional<NameMap::Shard> old_records = old_table ? old_shard(env, place, *old_table, shard) : std::nullopt;
    for (const auto& [name, record] : records) {
      if (!is_crate_name(name)) {
        return fail(Error("CW1254", fmt::format("`{}` of the registry's name map cannot be the name of a crate", name), Blame::integrity));
      }
      const auto old = old_records ? old_records->find(name) : NameMap::Shard::const_iterator();
      if (!old_records || old == old_records->end() || old->second.index_file != record.index_file) {
        changes.emplace(name, record.index_file);
      }
    }
    for (const auto& [name, record] : old_records.value_or(NameMap::Shard())) {
      if (!records.contains(name)) {
        changes.emplace(name, std::nullopt);
      }
    }
  }
  return changes;
}

Result<bool>
stage_index_files(const Env& env, const MirrorPlace& place, StaticFiles& primary, const IndexChanges& changes, SyncReport& report)
{
  std::vector<std::pair<std::string, Sha256>> missing;
  for (const auto& [name, hash] : changes) {
    if (!hash || env.fs.exists(place.staged(*hash))) {
      continue;
    }
    CW_TRY_ASSIGN(const std::optional<Sha256> there, hash_in_place(env, index_file(place, name)));
    if (there != *hash) {
      missing.emplace_back(name, *hash);
    }
  }
  bool all = true;
  for (std::size_t begin = 0; begin < missing.size(); begin += k_small_files_at_once) {
    const std::size_t end = std::min(begin + k_small_files_at_once, missing.size());
    std::vector<FileWanted> files;
    for (std::size_t i = begin; i < end; ++i) {
      files.push_back({.path = registry_protocol::index_path(missing[i].first), .max_bytes = registry_client::k_max_index_bytes});
    }
    CW_TRY_ASSIGN(const std::vector<std::optional<std::string>> came, primary.get(files));
    for (std::size_t i = begin; i < end; ++i) {
      const std::optional<std::string>& bytes = came.at(i - begin);
      all = all && bytes && base::sha256(*bytes) == missing[i].second;
      if (bytes) {
        // Also what does not fit: when the primary went on meanwhile, its next snapshot speaks of these bytes.
        CW_TRY(env.fs.write_atomic(place.staged(base::sha256(*bytes)), *bytes));
        ++report.index_files;
      }
    }
  }
  return all;
}

Result<> fetch_archives(const Env& env,
                        const MirrorPlace& place,
                        StaticFiles& primary,
                        const IndexChanges& changes,
                        std::string_view revocations,
                        SyncReport& report)
{
  Archives missing;
  for (const auto& [name, hash] : changes) {
    const bool staged = hash && env.fs.exists(place.staged(*hash));
    if (!hash || (!staged && !place.repair)) {
      continue;
    }
    CW_TRY_ASSIGN(const std::string bytes, env.fs.read(staged ? place.staged(*hash) : index_file(place, name)));
    CW_TRY_ASSIGN(Archives archives, archives_of(bytes));
    // An index file that is in its place has its archives: of the new one only the others are looked for.
    CW_TRY_ASSIGN(const std::optional<std::string> own, env.fs.read_if_exists(index_file(place, name)));
    for (const std::string_view line : base::split(own && !place.repair ? std::string_view(*own) : std::string_view(), '\n')) {
      if (const auto entry = registry_protocol::parse_index_entry(line); entry) {
        archives.erase(entry->checksum);
      }
    }
    missing.merge(archives);
  }
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& [checksum, crate] : missing) {
    const std::optional<Sha256> hash = base::parse_sha256(checksum);
    if (!hash) {
      return fail(Error("CW1254", fmt::format("the index says that the SHA-256 of {} is `{}`", crate, checksum), Blame::integrity));
    }
    CW_TRY_ASSIGN(const bool fetch, is_missing(env, place, fmt::format("crates/{}.crate", checksum), *hash));
    if (fetch) {
      list.emplace_back(checksum, crate);
    }
  }
  for (std::size_t begin = 0; begin < list.size(); begin += k_archives_at_once) {
    const std::size_t end = std::min(begin + k_archives_at_once, list.size());
    std::vector<FileWanted> files;
    for (std::size_t i = begin; i < end; ++i) {
      files.push_back({.path = fmt::format("crates/{}.crate", list[i].first), .max_bytes = registry_client::k_max_archive_bytes});
    }
    CW_TRY_ASSIGN(const std::vector<std::optional<std::string>> came, primary.get(files));
    for (std::size_t i = begin; i < end; ++i) {
      const std::optional<std::string>& bytes = came.at(i - begin);
      const Sha256 wanted = *base::parse_sha256(list[i].first);
      if (!bytes) {
        // What is revoked may have been taken away.
        const bool revoked = revocations.find(list[i].first) != std::string_view::npos ||
                             revocations.find(fmt::format("crate {}\n", list[i].second)) != std::string_view::npos;
        if (!revoked) {
          return fail(Error("CW1253", fmt::format("the archive of {} is not there", list[i].second), Blame::network)
                          .note(fmt::format("`{}` is what its index line speaks of", files[i - begin].path))
                          .help("the primary has lost it, or hides it: tell whoever runs it; the mirror stays as it was"));
        }
        continue;
      }
      if (const Sha256 hash = base::sha256(*bytes); hash != wanted) {
        return not_its_hash(files[i - begin].path, wanted, hash);
      }
      CW_TRY(env.fs.write_atomic(place.public_directory / files[i - begin].path, *bytes));
      ++report.archives;
    }
  }
  return {};
}

Result<> place_index_files(const Env& env, const MirrorPlace& place, const IndexChanges& changes)
{
  for (const auto& [name, hash] : changes) {
    const base::Path file = index_file(place, name);
    if (!hash) {
      CW_TRY(env.fs.remove(file));
    } else if (env.fs.exists(place.staged(*hash))) {
      CW_TRY(env.fs.create_directories(file.parent_path()));
      CW_TRY(env.fs.rename(place.staged(*hash), file));
    }
  }
  return {};
}

} // namespace cargo_wasm::registry_mirror
