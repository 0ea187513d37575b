#include "followed_log.hpp"

#include <cargo_wasm/registry_mirror/fork_evidence.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_mirror {
namespace {

using registry_tlog::Checkpoint;
using registry_tlog::Tile;
using registry_tlog::TileReader;

// Entries that are fetched and written at a time: 16 bundles.
constexpr std::uint64_t k_entries_at_a_time = 16 * registry_tlog::k_tile_width;

std::string path_of_bundle(const Tile& tile)
{
  return registry_tlog::bundle_path(tile.index, tile.width);
}

} // namespace

Result<std::optional<NotedCheckpoint>> own_checkpoint(const base::Filesystem& fs, const base::Path& public_directory)
{
  CW_TRY_ASSIGN(std::optional<std::string> note, fs.read_if_exists(public_directory / "checkpoint"));
  if (!note) {
    return std::optional<NotedCheckpoint>();
  }
  CW_TRY_ASSIGN(const registry_tlog::SignedNote parsed, registry_tlog::parse_note(*note));
  CW_TRY_ASSIGN(Checkpoint checkpoint, registry_tlog::parse_checkpoint(parsed.text));
  return std::optional(NotedCheckpoint{.note = std::move(*note), .checkpoint = std::move(checkpoint)});
}

KeptLog::KeptLog(base::Filesystem& fs, base::Path public_directory, registry_client::StaticFiles& files, bool use_own)
    : m_fs(fs), m_public(std::move(public_directory)), m_fetched(files), m_use_own(use_own)
{
}

template <class PathOf, class Fetch>
Result<std::vector<std::string>> KeptLog::read(std::span<const Tile> tiles, const PathOf& path_of, const Fetch& fetch)
{
  std::vector<std::string> out(tiles.size());
  std::vector<Tile> missing;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const std::string path = path_of(tiles[i]);
    if (const auto kept = m_kept.find(path); kept != m_kept.end()) {
      out[i] = kept->second;
      continue;
    }
    std::optional<std::string> own;
    if (m_use_own && tiles[i].full()) {
      CW_TRY_ASSIGN(own, m_fs.read_if_exists(m_public / path));
    }
    if (own) {
      out[i] = std::move(*own);
    } else {
      missing.push_back(tiles[i]);
      places.push_back(i);
    }
  }
  if (!missing.empty()) {
    CW_TRY_ASSIGN(std::vector<std::string> came, fetch(missing));
    for (std::size_t i = 0; i < places.size(); ++i) {
      out[places[i]] = std::move(came.at(i));
    }
  }
  return out;
}

Result<std::vector<std::string>> KeptLog::tiles(std::span<const Tile> tiles)
{
  return read(tiles, registry_tlog::tile_path, [this](std::span<const Tile> missing) { return m_fetched.tiles(missing); });
}

Result<std::vector<std::string>> KeptLog::bundles(std::span<const Tile> tiles)
{
  return read(tiles, path_of_bundle, [this](std::span<const Tile> missing) { return m_fetched.bundles(missing); });
}

void KeptLog::keep_tile(const Tile& tile, std::string_view bytes)
{
  m_kept.insert_or_assign(registry_tlog::tile_path(tile), std::string(bytes));
}

void KeptLog::keep_bundle(const Tile& tile, std::string_view bytes)
{
  m_kept.insert_or_assign(path_of_bundle(tile), std::string(bytes));
}

Result<> KeptLog::flush()
{
  for (const auto& [path, bytes] : m_kept) {
    const base::Path file = m_public / path;
    // Files of a log never change: one of this name and length is there from an earlier run, unless it was damaged.
    CW_TRY_ASSIGN(const std::optional<base::FileStat> there, m_fs.stat(file));
    if (!m_use_own || !there || there->size_bytes != bytes.size()) {
      CW_TRY(m_fs.write_atomic(file, bytes));
    }
  }
  m_kept.clear();
  return {};
}

Result<registry_trust::SnapshotStatement> snapshot_of(TileReader& reader, std::string_view canonical)
{
  const std::uint64_t size = reader.checkpoint().size;
  const auto none = [size](std::string why) {
    return fail(Error("CW1203", "the registry's log does not end with a snapshot", Blame::integrity)
                    .note(size == 0 ? std::move(why) : fmt::format("entry {}: {}", size - 1, why)));
  };
  if (size == 0) {
    return none("it is empty");
  }
  CW_TRY_ASSIGN(const std::vector<std::string> last, reader.entries({.begin = size - 1, .end = size}));
  CW_TRY_ASSIGN(const registry_tlog::SignedNote note, registry_tlog::parse_note(last.at(0)));
  CW_TRY_ASSIGN(const registry_trust::Statement statement, registry_trust::parse_statement(note.text));
  const auto* const snapshot = std::get_if<registry_trust::SnapshotStatement>(&statement);
  if (snapshot == nullptr) {
    return none("it is another statement");
  }
  if (snapshot->registry != canonical) {
    return none(fmt::format("it is one of `{}`, not of `{}`", snapshot->registry, canonical));
  }
  return *snapshot;
}

Result<> check_continues(const Env& env,
                         const NotedCheckpoint& own,
                         const NotedCheckpoint& next,
                         TileReader& next_reader,
                         const base::Path& public_directory,
                         const base::Path& evidence)
{
  const std::uint64_t old_size = own.checkpoint.size, new_size = next.checkpoint.size;
  if (own.checkpoint == next.checkpoint) {
    return {};
  }
  registry_tlog::LogDirectory own_files(env.fs, public_directory);
  TileReader own_reader(own.checkpoint, own_files);
  const bool forward = old_size <= new_size;
  TileReader& larger = forward ? next_reader : own_reader;
  CW_TRY_ASSIGN(const TwoCheckpoints two, compare(forward ? own.checkpoint : next.checkpoint, larger));
  const bool same_log = own.checkpoint.origin == next.checkpoint.origin;
  if (forward && two == TwoCheckpoints::consistent && same_log) {
    return {};
  }
  ForkEvidence found{.seen = registry_trust::utc_seconds(env.clock.now()), .kept = own.note, .served = next.note, .other = {}, .proof = {}};
  CW_TRY_ASSIGN(const base::Path file, keep_evidence(env.fs, evidence, std::move(found), std::min(old_size, new_size), &larger));
  const std::string sizes = fmt::format("this mirror has {} entries, the primary's signed checkpoint {}", old_size, new_size);
  if (two == TwoCheckpoints::consistent && same_log) {
    return fail(
        Error("CW1252", fmt::format("the log `{}` went back", own.checkpoint.origin), Blame::integrity)
            .note(sizes)
            .note(fmt::format("both checkpoints are in `{}`", file.native()))
            .help("the primary was restored from an old backup, or hides what it had: ask whoever runs it; the mirror stays as it is"));
  }
  return fail(Error("CW1251", fmt::format("the log `{}` has two histories", own.checkpoint.origin), Blame::integrity)
                  .note(sizes)
                  .note(same_log ? std::string("both are signed by the log's key, and no log can have both")
                                 : fmt::format("and calls itself `{}`", next.checkpoint.origin))
                  .note(fmt::format("the evidence is in `{}`", file.native()))
                  .help("trust neither until whoever runs the registry has explained it: its key may be in other hands"));
}

Result<> fetch_new_entries(KeptLog& log, TileReader& reader, std::uint64_t old_size)
{
  const std::uint64_t size = reader.checkpoint().size;
  for (std::uint64_t begin = old_size; begin < size; begin += k_entries_at_a_time) {
    CW_TRY(reader.entries({.begin = begin, .end = std::min(begin + k_entries_at_a_time, size)}));
    CW_TRY(log.flush());
  }
  std::vector<registry_tlog::Node> nodes;
  for (const Tile& tile : registry_tlog::new_tiles(old_size, size)) {
    nodes.push_back({.level = tile.level * registry_tlog::k_tile_height, .index = tile.index * registry_tlog::k_tile_width});
  }
  CW_TRY(reader.read(nodes));
  return log.flush();
}

} // namespace cargo_wasm::registry_mirror
