#include <cargo_wasm/rust/demangle.hpp>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "characters.hpp"
#include "demangle_v0.hpp"

namespace cargo_wasm::rust {

namespace {

/// What the older mangling writes for characters that C++'s form has no place for.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> k_escapes{{
    {"SP", "@"},
    {"BP", "*"},
    {"RF", "&"},
    {"LT", "<"},
    {"GT", ">"},
    {"LP", "("},
    {"RP", ")"},
    {"C", ","},
}};

/// `$LT$`, `$u7b$`; empty when it is none of these.
std::string unescape(std::string_view escape)
{
  for (const auto& [name, text] : k_escapes) {
    if (name == escape) {
      return std::string(text);
    }
  }
  std::uint32_t code = 0;
  if (escape.size() > 1 && escape.front() == 'u' &&
      std::from_chars(escape.data() + 1, escape.data() + escape.size(), code, 16).ptr == escape.data() + escape.size() &&
      code <= 0x10'FFFF) {
    std::string text;
    append_utf8(text, static_cast<char32_t>(code));
    return text;
  }
  return {};
}

std::string decode_part(std::string_view part)
{
  std::string text;
  if (part.starts_with("_$")) {
    part.remove_prefix(1); // identifiers cannot begin with `$`
  }
  while (!part.empty()) {
    if (part.starts_with("..")) {
      text += "::";
      part.remove_prefix(2);
      continue;
    }
    if (part.front() == '$') {
      const std::size_t end = part.find('$', 1);
      const std::string plain = end == std::string_view::npos ? std::string() : unescape(part.substr(1, end - 1));
      if (!plain.empty()) {
        text += plain;
        part.remove_prefix(end + 1);
        continue;
      }
    }
    text += part.front();
    part.remove_prefix(1);
  }
  return text;
}

/// `17h` and sixteen hexadecimal digits.
bool is_hash(std::string_view part)
{
  return part.size() == 17 && part.front() == 'h' && part.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

/// `_ZN3app3run17h0123456789abcdefE`; empty when it is not of that form, or C++.
std::string demangle_legacy(std::string_view symbol)
{
  if (!symbol.starts_with("_ZN")) {
    return {};
  }
  symbol.remove_prefix(3);
  std::vector<std::string_view> parts;
  while (!symbol.empty() && symbol.front() != 'E') {
    std::size_t length = 0;
    const auto [end, problem] = std::from_chars(symbol.data(), symbol.data() + symbol.size(), length);
    if (problem != std::errc()) {
      return {};
    }
    symbol.remove_prefix(static_cast<std::size_t>(end - symbol.data()));
    if (length == 0 || length > symbol.size()) {
      return {};
    }
    parts.push_back(symbol.substr(0, length));
    symbol.remove_prefix(length);
  }
  if (symbol.empty() || parts.size() < 2 || !is_hash(parts.back())) {
    return {};
  }
  parts.pop_back();
  std::string text;
  for (const std::string_view part : parts) {
    text += text.empty() ? "" : "::";
    text += decode_part(part);
  }
  return text;
}

} // namespace

std::string demangle(std::string_view symbol)
{
  if (auto text = demangle_v0(symbol)) {
    return std::move(*text);
  }
  std::string text = demangle_legacy(symbol);
  return text.empty() ? std::string(symbol) : text;
}

} // namespace cargo_wasm::rust
