// Strings that are compared by address: names of packages, features and versions repeat thousands of times
// in a graph. The table lives as long as the process and is thread safe.
#pragma once
#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace cargo_wasm::base {

class InternedString
{
public:
  InternedString() : InternedString(std::string_view{}) {}
  InternedString(std::string_view text);                                              // NOLINT: implicit on purpose
  InternedString(const std::string& text) : InternedString(std::string_view(text)) {} // NOLINT
  InternedString(const char* text) : InternedString(std::string_view(text)) {}        // NOLINT

  [[nodiscard]] std::string_view view() const noexcept { return *m_text; }
  [[nodiscard]] const std::string& str() const noexcept { return *m_text; }
  operator std::string_view() const noexcept { return *m_text; } // NOLINT
  [[nodiscard]] bool empty() const noexcept { return m_text->empty(); }
  [[nodiscard]] const void* address() const noexcept { return m_text; }

  friend bool operator==(InternedString a, InternedString b) noexcept { return a.m_text == b.m_text; }
  friend bool operator==(InternedString a, std::string_view b) noexcept { return *a.m_text == b; }
  friend bool operator==(InternedString a, const char* b) noexcept { return *a.m_text == b; }
  /// Order of the bytes, not of the addresses.
  friend std::strong_ordering operator<=>(InternedString a, InternedString b) noexcept
  {
    return a.m_text == b.m_text ? std::strong_ordering::equal : *a.m_text <=> *b.m_text;
  }

private:
  const std::string* m_text;
};

} // namespace cargo_wasm::base

namespace cargo_wasm {
using base::InternedString;
}

template <> struct std::hash<cargo_wasm::base::InternedString>
{
  std::size_t operator()(cargo_wasm::base::InternedString s) const noexcept { return std::hash<const void*>{}(s.address()); }
};

template <> struct fmt::formatter<cargo_wasm::base::InternedString> : fmt::formatter<std::string_view>
{
  template <class Context> auto format(cargo_wasm::base::InternedString s, Context& context) const
  {
    return fmt::formatter<std::string_view>::format(s.view(), context);
  }
};
