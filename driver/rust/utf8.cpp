#include "characters.hpp"

namespace cargo_wasm::rust {
namespace {

constexpr Character k_invalid{k_no_character, 1};

} // namespace

Character decode(std::string_view text, std::size_t offset)
{
  if (offset >= text.size()) {
    return {};
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[offset + i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::uint32_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() - offset < size) {
    return k_invalid;
  }
  char32_t code = first & (0x7fU >> size);
  for (std::uint32_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) {
      return k_invalid;
    }
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return overlong || surrogate || code > 0x10ffff ? k_invalid : Character{code, size};
}

void append_utf8(std::string& out, char32_t code)
{
  const auto byte = [&](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  const auto follow = [&](unsigned shift) { byte(0x80U | (code >> shift & 0x3fU)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0U | code >> 6U);
    follow(0);
  } else if (code < 0x10000) {
    byte(0xe0U | code >> 12U);
    follow(6);
    follow(0);
  } else {
    byte(0xf0U | code >> 18U);
    follow(12);
    follow(6);
    follow(0);
  }
}

} // namespace cargo_wasm::rust
