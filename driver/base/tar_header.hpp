// The 512-byte header blocks of tar, and the records of its pax extension.
//
//   offset length  field                      offset length  field
//        0    100  name                          156      1  type
//      100      8  mode                          157    100  link name
//      124     12  size                          257      8  magic: "ustar\0" "00" POSIX, "ustar  \0" GNU
//      136     12  mtime                         345    155  prefix (POSIX only)
//      148      8  checksum
//
// Numbers are octal text, or base-256 when the first bit is set (GNU).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::base {

constexpr std::size_t k_tar_block_bytes = 512;

struct TarHeader
{
  std::string path; ///< prefix and name joined; as written, unchecked
  char type = '0';  ///< '\0' of the oldest archives is given as '0'
  std::uint64_t size_bytes = 0;
  std::uint32_t mode = 0;
  bool is_setuid = false; ///< or setgid
  std::int64_t mtime_s = 0;
};

/// nullopt with a phrase in `problem` when the block is no header. Mode and time may be nonsense (they become 0): readers do not
/// disagree about where anything is because of them.
[[nodiscard]] std::optional<TarHeader> parse_tar_header(std::string_view block, std::string_view& problem);

/// What this reader honours of a pax extended header.
struct PaxRecords
{
  std::optional<std::string> path;
  std::optional<std::uint64_t> size_bytes;
};

/// Grammar: (LENGTH ' ' KEY '=' VALUE '\n')*, LENGTH counting the whole record in decimal. Keys that cannot change where or what
/// an entry is are ignored. nullopt with a phrase for anything else: bad grammar, a key twice, `linkpath`, sparse files,
/// a value with a NUL.
[[nodiscard]] std::optional<PaxRecords> parse_pax_records(std::string_view text, std::string_view& problem);

} // namespace cargo_wasm::base
