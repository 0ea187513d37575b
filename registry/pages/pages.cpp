#include <cargo_wasm/registry_pages/pages.hpp>

#include "markup.hpp"

namespace cargo_wasm::registry_pages {
namespace {

void put_list(Html& html, const Site& site, const std::vector<ListedCrate>& crates)
{
  html << "<ul class=\"crates\">\n"_html;
  for (const ListedCrate& crate : crates) {
    html << "<li><a href=\""_html << site.root << "-/"_html << crate.name << "\"><span class=\"crate\">"_html << crate.name
         << "</span>"_html;
    if (crate.version.empty()) {
      html << " <span class=\"mark yanked\">all yanked</span>"_html;
    } else {
      html << " <span class=\"version\">"_html << crate.version << "</span>"_html;
    }
    if (crate.logged) {
      html << "<span class=\"when\">"_html;
      put_time(html, crate.logged->time);
      html << " · entry "_html << crate.logged->entry << "</span>"_html;
    }
    html << "</a></li>\n"_html;
  }
  html << "</ul>\n"_html;
}

} // namespace

std::string start_page(const Site& site, const std::vector<ListedCrate>& newest)
{
  Html html;
  begin_page(html, site, "");
  html << "<h1>"_html << site.name
       << "</h1>\n<p class=\"lead\">A registry of Rust crates. Whatever is published here stands in a signed log that "
          "only grows, and that anybody can check.</p>\n"
          "<dl class=\"facts\"><div><dt>Entries of the log</dt><dd>"_html
       << site.log_size << "</dd></div><div><dt>Address</dt><dd><code>"_html << site.base_url
       << "</code></dd></div></dl>\n<h2>Newest</h2>\n"_html;
  if (newest.empty()) {
    html << "<p>Nothing has been published lately.</p>\n"_html;
  } else {
    put_list(html, site, newest);
  }
  const std::string name = local_name(site);
  html
      << "<h2>Use it</h2>\n<p>cargo and cargo-wasm read the same lines in <code>.cargo/config.toml</code>:</p>\n<pre><code>[registries."_html
      << name << "]\nindex = \"sparse+"_html << site.base_url
      << "\"</code></pre>\n<p>Take a crate, or publish one, with a token of whoever runs the registry:</p>\n"
         "<pre><code>cargo add --registry "_html
      << name << " CRATE\ncargo login --registry "_html << name << "\ncargo publish --registry "_html << name
      << "</code></pre>\n<p><code>cargo-wasm publish</code> does, too. Who did what with a crate, each entry of the log verified:</p>\n"
         "<pre><code>cargo-wasm registry audit "_html
      << site.base_url << " CRATE</code></pre>\n"_html;
  return end_page(std::move(html), site);
}

std::string search_page(const Site& site, std::string_view query, const std::vector<ListedCrate>& found)
{
  Html html;
  begin_page(html, site, "Search", query);
  html << "<h1>"_html << (query.empty() ? "All crates"_html : "Search"_html) << "</h1>\n"_html;
  if (found.empty()) {
    html << "<p>No crate has <q>"_html << query << "</q> in its name.</p>\n"_html;
  } else {
    html << "<p>"_html << found.size() << (found.size() == 1 ? " crate"_html : " crates"_html)
         << (found.size() >= 100 ? ", the first ones by name; there may be more"_html : ""_html) << "</p>\n"_html;
    put_list(html, site, found);
  }
  return end_page(std::move(html), site);
}

std::string message_page(const Site& site, std::string_view heading, std::string_view sentence)
{
  Html html;
  begin_page(html, site, heading);
  html << "<h1>"_html << heading << "</h1>\n<p class=\"lead\">"_html << sentence << "</p>\n"_html;
  return end_page(std::move(html), site);
}

} // namespace cargo_wasm::registry_pages
