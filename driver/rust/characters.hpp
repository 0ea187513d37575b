// Characters as Rust's lexer classes them, and their decoding from UTF-8.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cargo_wasm::rust {

struct Character
{
  char32_t code = 0;      ///< 0 at the end of the text; k_no_character where the bytes are no UTF-8
  std::uint32_t size = 0; ///< in bytes; 0 at the end, 1 where the bytes are no UTF-8
};

/// Above every code point: belongs to no class.
constexpr char32_t k_no_character = 0xffffffff;

/// The character at `offset`. Cost: O(1).
[[nodiscard]] Character decode(std::string_view text, std::size_t offset);

[[nodiscard]] bool starts_identifier_beyond_ascii(char32_t c);
[[nodiscard]] bool continues_identifier_beyond_ascii(char32_t c);
[[nodiscard]] bool is_emoji_beyond_ascii(char32_t c);

/// What a byte below 0x80 can be; everything above is `beyond_ascii`.
enum ByteClass : std::uint8_t { identifier_start = 1, identifier_part = 2, blank = 4, digit = 8, beyond_ascii = 16 };

constexpr std::array<std::uint8_t, 256> k_byte_classes = [] {
  std::array<std::uint8_t, 256> out{};
  for (std::size_t c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    out[c] = static_cast<std::uint8_t>((letter ? identifier_start | identifier_part : 0) | (is_digit ? identifier_part | digit : 0) |
                                       (is_blank ? blank : 0) | (c >= 0x80 ? beyond_ascii : 0));
  }
  return out;
}();

[[nodiscard]] inline bool is_class(char byte, std::uint8_t classes)
{
  return (k_byte_classes[static_cast<unsigned char>(byte)] & classes) != 0;
}

[[nodiscard]] inline bool is_identifier_start(char32_t c)
{
  return c < 0x80 ? is_class(static_cast<char>(c), identifier_start) : starts_identifier_beyond_ascii(c);
}
[[nodiscard]] inline bool is_identifier_part(char32_t c)
{
  return c < 0x80 ? is_class(static_cast<char>(c), identifier_part) : continues_identifier_beyond_ascii(c);
}
[[nodiscard]] inline bool is_emoji(char32_t c)
{
  return c >= 0x80 && is_emoji_beyond_ascii(c);
}
/// Pattern_White_Space, a set that never changes.
[[nodiscard]] inline bool is_white_space(char32_t c)
{
  return c < 0x80 ? is_class(static_cast<char>(c), blank) : c == 0x85 || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029;
}

/// Appends a code point up to 0x10FFFF.
void append_utf8(std::string& out, char32_t code);

} // namespace cargo_wasm::rust
