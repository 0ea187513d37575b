// HTML that cannot be injected into: markup comes from literals of the program, everything else is escaped on its way in.
#pragma once
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include <cargo_wasm/registry_pages/pages.hpp>

namespace cargo_wasm::registry_pages {

/// A literal, written "<p>"_html.
class Markup
{
public:
  [[nodiscard]] constexpr std::string_view text() const { return m_text; }

private:
  friend constexpr Markup operator""_html(const char* text, std::size_t size);
  constexpr explicit Markup(std::string_view text) : m_text(text) {}
  std::string_view m_text;
};
constexpr Markup operator""_html(const char* text, std::size_t size)
{
  return Markup(std::string_view(text, size));
}

class Html
{
public:
  Html& operator<<(Markup markup);
  /// Escaped for texts and for values of attributes in double quotes. Control characters become U+FFFD.
  Html& operator<<(std::string_view text);
  template <std::integral Number> Html& operator<<(Number number) { return *this << std::string_view(std::to_string(number)); }
  /// A link's `href` when the address is one of the web, else the address as text: `javascript:` and its kin are no links.
  Html& link(std::string_view address);
  [[nodiscard]] std::string take() && { return std::move(m_text); }

private:
  std::string m_text;
};

/// Everything before and behind the content of a page. `title` stands before the site's name; empty: the name alone.
void begin_page(Html& html, const Site& site, std::string_view title, std::string_view query = "");
[[nodiscard]] std::string end_page(Html html, const Site& site);

/// "2026-11-22 13:02 UTC", in a <time>.
void put_time(Html& html, std::uint64_t seconds);
/// The name under which the commands on pages know the registry: cargo takes letters, digits, `-` and `_`.
[[nodiscard]] std::string local_name(const Site& site);

} // namespace cargo_wasm::registry_pages
