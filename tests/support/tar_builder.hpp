// Writes tar archives byte by byte, wrong ones as willingly as right ones.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::test {

struct TarEntry
{
  std::string name;
  std::string content;
  char type = '0';
  std::string mode = "0000644";
  std::string size; ///< octal; empty = that of the content
  std::string mtime = "00000001000";
  std::string magic = std::string("ustar\00000", 8);
  std::string prefix;
  std::string link;
  int checksum_error = 0;
};

class TarBuilder
{
public:
  TarBuilder& add(const TarEntry& entry);
  TarBuilder& file(std::string name, std::string content = "");
  TarBuilder& directory(std::string name);
  /// A pax header of `type` ('x' or 'g') with these records, already formed.
  TarBuilder& pax(std::string records, char type = 'x');
  TarBuilder& long_name(std::string name);
  TarBuilder& raw(std::string_view bytes);
  /// The two zero blocks, unless a test wants none.
  [[nodiscard]] std::string tar(bool with_end = true) const;
  [[nodiscard]] std::string gzip(bool with_end = true) const;

private:
  std::string m_bytes;
};

[[nodiscard]] std::string gzip_of(std::string_view bytes);
/// "LENGTH key=value\n", the length counting itself.
[[nodiscard]] std::string pax_record(std::string_view key, std::string_view value);

} // namespace cargo_wasm::test
