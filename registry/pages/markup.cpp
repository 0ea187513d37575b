#include "markup.hpp"

#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <algorithm>

namespace cargo_wasm::registry_pages {

Html& Html::operator<<(Markup markup)
{
  m_text += markup.text();
  return *this;
}

Html& Html::operator<<(std::string_view text)
{
  constexpr unsigned char k_space = 0x20, k_delete = 0x7f;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
    case '&':
      m_text += "&amp;";
      break;
    case '<':
      m_text += "&lt;";
      break;
    case '>':
      m_text += "&gt;";
      break;
    case '"':
      m_text += "&quot;";
      break;
    case '\'':
      m_text += "&#39;";
      break;
    default:
      if ((byte < k_space && c != '\n' && c != '\t') || byte == k_delete) {
        m_text += "\xef\xbf\xbd";
      } else {
        m_text += c;
      }
    }
  }
  return *this;
}

Html& Html::link(std::string_view address)
{
  if (!address.starts_with("https://") && !address.starts_with("http://")) {
    return *this << address;
  }
  return *this << "<a rel=\"nofollow noreferrer\" href=\""_html << address << "\">"_html << address << "</a>"_html;
}

void begin_page(Html& html, const Site& site, std::string_view title, std::string_view query)
{
  // Whatever were to slip into a page: nothing runs, nothing is loaded but our style, forms go here alone.
  html << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
          "base-uri 'none'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\""_html
       << site.root << "-/style.css\">\n<title>"_html;
  if (!title.empty()) {
    html << title << " · "_html;
  }
  html
      << site.name << "</title>\n</head>\n<body>\n<header><div class=\"bar\">\n<a class=\"name\" href=\""_html << site.root << "\">"_html
      << site.name << "</a>\n<form action=\""_html << site.root
      << "-/search\" role=\"search\"><input type=\"search\" name=\"q\" placeholder=\"Search crates\" aria-label=\"Search crates\" value=\""_html
      << query << "\"><button>Search</button></form>\n</div></header>\n<main>\n"_html;
}

std::string end_page(Html html, const Site& site)
{
  html << "</main>\n<footer><p>"_html << site.log_size << " entries in <a href=\""_html << site.root
       << "checkpoint\">the signed log</a> · <a href=\""_html << site.root
       << ".well-known/cargo-wasm/federation/latest\">federation</a> · <a href=\""_html << site.root
       << "config.json\">index</a> · served by cargo-wasm</p></footer>\n</body>\n</html>\n"_html;
  return std::move(html).take();
}

void put_time(Html& html, std::uint64_t seconds)
{
  constexpr std::size_t k_date = 10, k_clock = 11, k_minutes = 5;
  const std::string text = registry_trust::to_utc_text(seconds);
  html << "<time datetime=\""_html << text << "\">"_html << text.substr(0, k_date) << "<span class=\"clock\"> "_html
       << text.substr(std::min(k_clock, text.size()), k_minutes) << " UTC</span></time>"_html;
}

std::string local_name(const Site& site)
{
  std::string name = site.name;
  std::ranges::replace(name, '.', '-');
  return name;
}

} // namespace cargo_wasm::registry_pages
