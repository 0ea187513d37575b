#include "tar_header.hpp"

#include <algorithm>
#include <charconv>

namespace cargo_wasm::base {
namespace {

/// Text before the first NUL of a fixed field.
std::string_view text_field(std::string_view block, std::size_t offset, std::size_t length)
{
  const std::string_view field = block.substr(offset, length);
  return field.substr(0, field.find('\0'));
}

std::optional<std::uint64_t> number_field(std::string_view block, std::size_t offset, std::size_t length)
{
  std::string_view field = block.substr(offset, length);
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    // Base 256, big endian. The second bit is the sign: no size is negative.
    std::uint64_t value = static_cast<unsigned char>(field[0]) & 0x7FU;
    for (const char c : field.substr(1)) {
      if (value >> 55U != 0) {
        return std::nullopt;
      }
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  field.remove_prefix(std::min(field.find_first_not_of(' '), field.size()));
  std::uint64_t value = 0;
  std::size_t i = 0;
  for (; i < field.size() && field[i] >= '0' && field[i] <= '7'; ++i) {
    value = value << 3U | static_cast<std::uint64_t>(field[i] - '0');
  }
  const bool ends = std::all_of(field.begin() + static_cast<std::ptrdiff_t>(i), field.end(), [](char c) { return c == ' ' || c == '\0'; });
  return ends ? std::optional(value) : std::nullopt;
}

std::uint64_t checksum_of(std::string_view block)
{
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool in_checksum_field = i >= 148 && i < 156;
    sum += static_cast<unsigned char>(in_checksum_field ? ' ' : block[i]);
  }
  return sum;
}

/// Keys that say nothing about path, kind or length of an entry.
bool is_harmless_key(std::string_view key)
{
  constexpr std::string_view k_known[] = {"atime", "ctime", "mtime", "uid", "gid", "uname", "gname", "comment", "charset"};
  return std::find(std::begin(k_known), std::end(k_known), key) != std::end(k_known) || key.starts_with("SCHILY.") ||
         key.starts_with("LIBARCHIVE.") || key.starts_with("RHT.");
}

} // namespace

std::optional<TarHeader> parse_tar_header(std::string_view block, std::string_view& problem)
{
  const auto checksum = number_field(block, 148, 8);
  if (!checksum || *checksum != checksum_of(block)) {
    problem = "its checksum does not hold";
    return std::nullopt;
  }
  const auto size = number_field(block, 124, 12);
  if (!size) {
    problem = "its size is not a number";
    return std::nullopt;
  }
  TarHeader header;
  header.path = text_field(block, 0, 100);
  if (block.substr(257, 8) == std::string_view("ustar\00000", 8)) {
    if (const auto prefix = text_field(block, 345, 155); !prefix.empty()) {
      header.path = std::string(prefix) + "/" + header.path;
    }
  }
  header.type = block[156] == '\0' ? '0' : block[156];
  header.size_bytes = *size;
  header.mode = static_cast<std::uint32_t>(number_field(block, 100, 8).value_or(0) & 0777U);
  header.is_setuid = (number_field(block, 100, 8).value_or(0) & 06000U) != 0;
  const std::uint64_t mtime = number_field(block, 136, 12).value_or(0);
  // Beyond 34 bits is no date of a file (it is the year 2514), and file systems refuse it.
  header.mtime_s = mtime >> 34U == 0 ? static_cast<std::int64_t>(mtime) : 0;
  return header;
}

std::optional<PaxRecords> parse_pax_records(std::string_view text, std::string_view& problem)
{
  PaxRecords records;
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (code != std::errc() || length > text.size() || length < digits + 3 || text[digits] != ' ' || text[length - 1] != '\n') {
      problem = "a pax record is malformed";
      return std::nullopt;
    }
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    text.remove_prefix(length);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos || record.find('\0') != std::string_view::npos) {
      problem = "a pax record is malformed";
      return std::nullopt;
    }
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (key == "path") {
      if (records.path) {
        problem = "its pax records give two paths";
        return std::nullopt;
      }
      records.path = value;
    } else if (key == "size") {
      std::uint64_t size = 0;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), size);
      if (records.size_bytes || error != std::errc() || stop != value.data() + value.size()) {
        problem = "its pax size is not one number";
        return std::nullopt;
      }
      records.size_bytes = size;
    } else if (key == "hdrcharset" ? value != "ISO-IR 10646 2000 UTF-8" : !is_harmless_key(key)) {
      problem = "a pax record could change what the entry is";
      return std::nullopt;
    }
  }
  return records;
}

} // namespace cargo_wasm::base
