#include "punycode.hpp"

#include <cstdint>

#include "characters.hpp"

namespace cargo_wasm::rust {

namespace {

constexpr bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

} // namespace

std::optional<std::string> decode_punycode(std::string_view text)
{
  constexpr std::uint32_t k_base = 36, k_tmin = 1, k_tmax = 26, k_skew = 38, k_damp = 700;
  std::u32string out;
  const std::size_t delimiter = text.rfind('_');
  std::string_view rest = text;
  if (delimiter != std::string_view::npos) {
    out.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(delimiter));
    rest = text.substr(delimiter + 1);
  }
  std::uint64_t code = 128;
  std::uint64_t index = 0;
  std::uint32_t bias = 72;
  bool is_first = true;
  while (!rest.empty()) {
    const std::uint64_t before = index;
    std::uint64_t weight = 1;
    for (std::uint32_t k = k_base;; k += k_base) {
      if (rest.empty()) {
        return std::nullopt;
      }
      const char c = rest.front();
      rest.remove_prefix(1);
      if (!is_digit(c) && (c < 'a' || c > 'z')) {
        return std::nullopt;
      }
      const std::uint32_t digit = is_digit(c) ? static_cast<std::uint32_t>(c - '0') + 26 : static_cast<std::uint32_t>(c - 'a');
      index += digit * weight;
      const std::uint32_t threshold = k <= bias ? k_tmin : (k >= bias + k_tmax ? k_tmax : k - bias);
      if (digit < threshold) {
        break;
      }
      weight *= k_base - threshold;
      if (weight > 0x1'0000'0000 || index > 0x1'0000'0000) {
        return std::nullopt;
      }
    }
    std::uint64_t delta = (index - before) / (is_first ? k_damp : 2);
    is_first = false;
    delta += delta / (out.size() + 1);
    std::uint32_t steps = 0;
    while (delta > ((k_base - k_tmin) * k_tmax) / 2) {
      delta /= k_base - k_tmin;
      steps += k_base;
    }
    bias = steps + static_cast<std::uint32_t>(((k_base - k_tmin + 1) * delta) / (delta + k_skew));
    code += index / (out.size() + 1);
    index %= out.size() + 1;
    if (code > 0x10'FFFF) {
      return std::nullopt;
    }
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(index), static_cast<char32_t>(code));
    ++index;
  }
  std::string utf8;
  for (const char32_t c : out) {
    append_utf8(utf8, c);
  }
  return utf8;
}

} // namespace cargo_wasm::rust
