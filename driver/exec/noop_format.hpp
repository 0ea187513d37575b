// The snapshot as it lies in the file and in memory (docs/formats/state.md §no-op). Host byte order: the file never
// leaves the machine.
#pragma once
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include <cargo_wasm/exec/noop.hpp>

namespace cargo_wasm::exec {

constexpr char k_noop_magic[8] = {'C', 'W', 'N', 'O', 'O', 'P', '2', '\n'};

struct NoopHeader
{
  char magic[8];
  std::uint64_t check; ///< check_value of everything after this field
  std::uint64_t file_bytes;
  std::uint64_t variables_sum; ///< see variables_sum()
  std::uint32_t variables_count;
  std::uint32_t directories, entries;
  std::uint32_t prefixes, names; ///< counts of NUL-terminated strings at the start of the string table
  std::int32_t exit_code;
  std::uint32_t key_bytes, stderr_bytes, stdout_bytes; ///< the three texts follow the string table's variable names
  std::uint32_t strings_bytes;
};

struct NoopDirectory
{
  std::uint32_t name; ///< offset in the string table; the empty name: entries hold whole paths
  std::uint32_t first, count;
};

struct NoopEntry
{
  std::uint64_t size_bytes; ///< of a listing: listing_sum
  std::int64_t mtime_ns, ctime_ns;
  std::uint64_t inode;
  std::uint32_t name; ///< offset in the string table
  std::uint32_t kind; ///< NoopPath::Kind
};

[[nodiscard]] inline std::int64_t nanoseconds(const timespec& time)
{
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

/// Working directory and arguments, each ended by NUL.
[[nodiscard]] std::string key_text(const NoopKey& key);

/// The names in a directory and their types, in any order; 0 when it cannot be read.
[[nodiscard]] std::uint64_t listing_sum(const char* directory);

/// The variables that count, in any order: their number and the sum of their check values.
struct VariablesSum
{
  std::uint64_t sum = 0;
  std::uint32_t count = 0;
  bool operator==(const VariablesSum&) const = default;
};
/// @param prefixes, names  NUL-terminated strings, `prefix_count` and `name_count` of them, one after the other
[[nodiscard]] VariablesSum
variables_sum(const char* strings, std::uint32_t prefix_count, std::uint32_t name_count, const char* const* environment);

} // namespace cargo_wasm::exec
