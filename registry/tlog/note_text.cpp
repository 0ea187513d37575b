#include "note_text.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <algorithm>
#include <charconv>

namespace cargo_wasm::registry_tlog {
namespace {

// White space of Unicode beyond ASCII, as UTF-8.
constexpr std::array<std::string_view, 18> k_spaces{"\u0085",
                                                    "\u00a0",
                                                    "\u1680",
                                                    "\u2000",
                                                    "\u2001",
                                                    "\u2002",
                                                    "\u2003",
                                                    "\u2004",
                                                    "\u2005",
                                                    "\u2006",
                                                    "\u2007",
                                                    "\u2008",
                                                    "\u2009",
                                                    "\u200a",
                                                    "\u2028",
                                                    "\u2029",
                                                    "\u202f",
                                                    "\u205f"};
constexpr std::string_view k_ideographic_space = "\u3000";

} // namespace

bool is_key_name(std::string_view name)
{
  const auto within = [name](std::string_view space) { return name.find(space) != std::string_view::npos; };
  return !name.empty() && base::is_valid_utf8(name) &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '+'; }) &&
         std::ranges::none_of(k_spaces, within) && !within(k_ideographic_space);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text)
{
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const bool leading_zero = text.size() > 1 && text[0] == '0';
  return error == std::errc() && rest == end && !leading_zero && number >> 63U == 0 ? std::optional(number) : std::nullopt;
}

std::optional<base::Sha256> parse_base64_hash(std::string_view text)
{
  const std::optional<std::string> bytes = base::parse_base64(text);
  base::Sha256 hash;
  if (!bytes || bytes->size() != hash.bytes.size()) {
    return std::nullopt;
  }
  std::ranges::transform(*bytes, hash.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return hash;
}

std::string base64_of(const base::Sha256& hash)
{
  return base::to_base64({reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()});
}

std::uint32_t big_endian32(std::span<const std::uint8_t> bytes)
{
  return std::uint32_t{bytes[0]} << 24U | std::uint32_t{bytes[1]} << 16U | std::uint32_t{bytes[2]} << 8U | bytes[3];
}

std::optional<std::string_view> take_line(std::string_view& rest)
{
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

} // namespace cargo_wasm::registry_tlog
