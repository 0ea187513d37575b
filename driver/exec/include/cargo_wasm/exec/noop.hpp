// The no-op snapshot: one file that says "these paths in this state, these variables with these values: then there is
// nothing to do, and this is what to print". It is looked at before anything else in the process is set up.
//
// The file is mapped, never parsed into objects: a header, then directories sorted by path, each with its entries
// (docs/formats/state.md §no-op). A check opens nothing but this file and makes one fstatat(2) per entry.
// A snapshot can only err towards "not known": any difference, damage or other version is a miss.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::exec {

/// Names the snapshot: the same command in the same directory.
struct NoopKey
{
  std::string working_directory; ///< absolute
  std::vector<std::string> arguments;
};

/// CACHE/noop/<16 hex digits>, CACHE = $XDG_CACHE_HOME/cargo-wasm.
[[nodiscard]] base::Path noop_file(const base::Path& cache_directory, const NoopKey& key);

struct NoopPath
{
  enum class Kind : std::uint8_t {
    input,     ///< read before or during the run; must be older than `started_ns`, else no snapshot is written
    output,    ///< written by this run: its present state is the one to expect
    directory, ///< the set of its entries was read (inode and mtime count)
    absent,    ///< looked for and not found
    present,   ///< looked for and found: that it is there counts, not what is in it
    listing,   ///< the names in this directory were read; a file replaced under its old name changes nothing
  } kind = Kind::input;
  std::string path; ///< absolute
};

struct NoopSnapshot
{
  std::vector<NoopPath> paths; ///< any order, repetitions allowed
  std::int64_t started_ns = 0; ///< when this process began to read, nanoseconds since the epoch
  /// Every variable that starts with one of these counts: one more or one less is a miss.
  std::vector<std::string> variable_prefixes; ///< "CARGO", "RUST"
  std::vector<std::string> variables;         ///< single names that count: "PATH", "HOME", tracked ones
  std::string stderr_text, stdout_text;       ///< what a hit gives back, byte for byte
  std::int32_t exit_code = 0;
};

/// Writes the snapshot, atomically. False when it cannot be trusted (an input is younger than `started_ns` minus the clock
/// tick, or vanished) or cannot be written: then an old one is removed. Never an error: the next run is merely slower.
/// @param environment  as `environ`: "NAME=value", ended by nullptr.
bool record_noop(const base::Path& file, const NoopKey& key, const NoopSnapshot& snapshot, const char* const* environment);

struct NoopHit
{
  std::string stderr_text, stdout_text;
  std::int32_t exit_code = 0;
  std::uint32_t paths = 0;                 ///< how many were looked at
  std::vector<NoopPath> looked_at = {};    ///< what they were, and
  std::vector<std::string> variables = {}; ///< the single names that count: for a snapshot that contains this one, if asked for
};

/// Cost: one open and mmap, then one system call per entry (and one open per directory with several); two threads from
/// 1500 entries on. No allocation per entry, unless their names are asked for.
[[nodiscard]] std::optional<NoopHit>
check_noop(const base::Path& file, const NoopKey& key, const char* const* environment, bool with_names = false);

} // namespace cargo_wasm::exec
