// Cargo's own cache of an index file, `registry/index/<registry>/.cache/<path of the crate>` (sources/registry/index/cache.rs):
//
//   file    = 0x03 schema server-version 0x00 { version 0x00 json 0x00 }
//   schema  = u32 little endian, 2: the highest `v` of a line that the writer understands
//   server-version = "etag: …" | "last-modified: …" | "Unknown"
//
// The JSON is the server's line byte for byte. A file of another version or schema is treated as absent.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cargo_wasm::source {

struct CachedVersion
{
  std::string_view version, json; ///< into the file's bytes
};

struct CacheFile
{
  std::string_view server_version;
  std::vector<CachedVersion> versions;
};

inline constexpr std::string_view k_unknown_server_version = "Unknown";

/// nullopt: not a cache file of this version, or damaged. Cost: one pass of memchr.
[[nodiscard]] std::optional<CacheFile> parse_cache_file(std::string_view bytes);
[[nodiscard]] std::string write_cache_file(const CacheFile& file);

/// Cuts a server's answer (one JSON object a line) into versions. Lines without a name and a version that can be read are
/// left out, as cargo leaves them out; `rejected` counts them, empty lines aside.
[[nodiscard]] std::vector<CachedVersion> split_index_lines(std::string_view body, std::size_t& rejected);

} // namespace cargo_wasm::source
