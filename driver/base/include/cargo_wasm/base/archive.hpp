// Unpacks `.crate` files: gzip'd tar, read strictly. Lenient readers disagree with one another about
// hostile archives (CVE-2026-5223, CVE-2025-62518), so whatever is ambiguous is refused.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {

/// max(512 MiB, 20 × compressed): cargo's limit (sources/registry/mod.rs, max_unpack_size).
[[nodiscard]] std::uint64_t crate_unpack_limit_bytes(std::uint64_t compressed_bytes);

struct ArchiveEntry
{
  std::string path; ///< relative, '/'-separated, already checked
  bool is_directory = false;
  std::uint32_t mode = 0; ///< permission bits (0777 at most)
  std::int64_t mtime_s = 0;
  std::string_view content;
};

enum class ArchiveRules : std::uint8_t {
  cargo,    ///< what cargo takes and every reader sees the same
  portable, ///< also the same on systems that do not tell capitals from small letters, and nothing that is to run as somebody else
};

/// Walks a `.crate` in memory. Every entry must lie under `prefix` + "/" ("serde-1.0.0").
/// Accepts: regular files and directories, ustar prefix, GNU long names, pax path and size.
/// Errors (CW0050…CW0069, blame integrity, with the byte offset in the unpacked tar): bad gzip, bad header checksum,
/// links and devices, absolute paths, `..`, wrong prefix, duplicate paths (a file where a directory is, too),
/// disagreeing sizes, non-zero trailing data, more than `limit_bytes` unpacked, more than 65,536 entries; CW1171 what `portable` refuses.
Result<> read_crate_archive(const Path& name_for_errors,
                            std::string_view gzip,
                            std::string_view prefix,
                            std::uint64_t limit_bytes,
                            const std::function<Result<>(const ArchiveEntry&)>& on_entry,
                            ArchiveRules rules = ArchiveRules::cargo);

/// Unpacks into `destination`/`prefix` (which must not exist: CW0059), skipping entries named `.cargo-ok`. As under cargo, files
/// get their permission bits under the umask and the entry's mtime, the three files cargo generates a fixed one. On an error
/// the partial tree is removed.
Result<> unpack_crate(
    Filesystem& fs, const Path& crate_file, std::string_view prefix, const Path& destination, ArchiveRules rules = ArchiveRules::cargo);

} // namespace cargo_wasm::base
