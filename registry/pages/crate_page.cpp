#include <cargo_wasm/registry_pages/pages.hpp>

#include "markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace cargo_wasm::registry_pages {
namespace {

using registry_protocol::IndexDependency;
using registry_protocol::IndexEntry;

std::string size_text(std::uint64_t bytes)
{
  constexpr double k_step = 1024;
  if (bytes < 1024) {
    return fmt::format("{} bytes", bytes);
  }
  const double kib = static_cast<double>(bytes) / k_step;
  return kib < k_step ? fmt::format("{:.1f} KiB", kib) : fmt::format("{:.1f} MiB", kib / k_step);
}

bool is_prerelease(const IndexEntry& entry)
{
  return entry.version.substr(0, entry.version.find('+')).find('-') != std::string::npos;
}

// Of a path: versions have `+`.
std::string in_path(std::string_view version)
{
  std::string out;
  for (const char c : version) {
    out += c == '+' ? std::string("%2B") : std::string(1, c);
  }
  return out;
}

void put_marks(Html& html, const VersionValues& version)
{
  if (version.revocation) {
    const registry_trust::RevokeStatement& statement = version.revocation->statement;
    const bool blocks = statement.effect == registry_trust::RevocationEffect::block;
    html << (blocks ? " <span class=\"mark revoked\">revoked: "_html : " <span class=\"mark warned\">warning: "_html) << statement.reason
         << "</span>"_html;
  } else if (version.entry.yanked) {
    html << " <span class=\"mark yanked\">yanked</span>"_html;
  }
}

void put_signer(Html& html, const LoggedBy& logged)
{
  if (!logged.upstream.empty()) {
    html << "<span class=\"how\">brought in from "_html << logged.upstream << ", on the registry's word alone</span>"_html;
  } else if (logged.key.empty()) {
    html << (logged.user.empty() ? "somebody"_html : ""_html) << logged.user
         << " <span class=\"how\">by a token; signed by the registry</span>"_html;
  } else {
    html << (logged.user.empty() ? "a key"_html : ""_html) << logged.user << " <span class=\"how\">signed with <code>"_html << logged.key
         << "</code></span>"_html;
  }
}

void put_revocation(Html& html, const Site& site, const VersionValues& version)
{
  if (!version.revocation) {
    return;
  }
  const registry_trust::RevokeStatement& statement = version.revocation->statement;
  const bool blocks = statement.effect == registry_trust::RevocationEffect::block;
  html << (blocks ? "<p class=\"notice revoked\">Must not be used: "_html : "<p class=\"notice warned\">Take care: "_html)
       << statement.reason << ", revoked by entry "_html << version.revocation->entry << " of <a href=\""_html << site.root
       << "checkpoint\">the log</a>, "_html;
  put_time(html, statement.time);
  if (statement.advisory) {
    html << ". "_html;
    html.link(*statement.advisory);
  }
  html << "</p>\n"_html;
}

void put_names(Html& html, const char* heading, const std::vector<std::string>& names)
{
  html << "<div class=\"wide\"><dt>"_html << heading << "</dt><dd>"_html;
  for (std::size_t i = 0; i < names.size(); ++i) {
    html << (i == 0 ? ""_html : ", "_html) << "<code>"_html << names[i] << "</code>"_html;
  }
  html << (names.empty() ? "nothing"_html : ""_html) << "</dd></div>"_html;
}

// What stands in the file itself: its publisher's word, under the publisher's or the registry's signature.
void put_making(Html& html, const Site& site, const ComponentValues& component)
{
  html << "<div><dt>File</dt><dd><a href=\""_html << site.root << component.layer << "\">"_html << size_text(component.layer_bytes)
       << "</a></dd></div><div class=\"wide\"><dt>Build record</dt><dd>"_html;
  if (component.build_record.empty()) {
    html << "none in the file"_html;
  } else {
    html << "<code class=\"hash\">sha256:"_html << component.build_record << "</code>"_html;
  }
  html << "</dd></div>"_html;
  if (component.tools.empty()) {
    return;
  }
  html << "<div class=\"wide\"><dt>Made with</dt><dd>"_html;
  for (std::size_t i = 0; i < component.tools.size(); ++i) {
    const UsedTool& tool = component.tools[i];
    html << (i == 0 ? "<bdi>"_html : ", <bdi>"_html) << tool.name << (tool.version.empty() ? ""_html : " "_html) << tool.version
         << "</bdi>"_html;
  }
  html << "</dd></div>"_html;
}

void put_component(Html& html, const Site& site, const VersionValues& version)
{
  if (!version.logged || !version.logged->oci_manifest) {
    return;
  }
  html << "<div class=\"wide\"><dt>Component</dt><dd>"_html;
  if (version.component) {
    html << "<code>"_html << version.component->package << "</code> · <a href=\""_html << site.root << version.component->manifest
         << "\">manifest</a> "_html;
  }
  html << "<code class=\"hash\">sha256:"_html << *version.logged->oci_manifest << "</code></dd></div>"_html;
  if (version.component) {
    put_making(html, site, *version.component);
  }
  if (version.component && version.component->is_component) {
    put_names(html, "Imports", version.component->imports);
    put_names(html, "Exports", version.component->exports);
  }
}

void put_versions(Html& html, const Site& site, const CrateValues& crate)
{
  html << "<h2>Versions</h2>\n<div class=\"versions\">\n"_html;
  for (const VersionValues& version : crate.versions) {
    const IndexEntry& entry = version.entry;
    html << "<section id=\"v"_html << entry.version << "\"><h3>"_html << entry.version;
    put_marks(html, version);
    html << "</h3>\n"_html;
    put_revocation(html, site, version);
    html << "<dl>"_html;
    if (version.logged) {
      html << "<div><dt>Published</dt><dd>"_html;
      put_time(html, version.logged->time);
      html << "</dd></div><div><dt>By</dt><dd>"_html;
      put_signer(html, *version.logged);
      html << "</dd></div><div><dt>Log</dt><dd><a href=\""_html << site.root << version.logged->bundle << "\">entry "_html
           << version.logged->entry << "</a> · <a href=\""_html << site.root << "-/"_html << entry.name << "/"_html
           << in_path(entry.version) << "/proof\">proof</a></dd></div>"_html;
    }
    if (entry.log_entry && entry.key_entry) {
      html << "<div><dt>Key let in</dt><dd>entry "_html << *entry.key_entry << "</dd></div>"_html;
    }
    html << "<div><dt>Archive</dt><dd><a download=\""_html << entry.name << "-"_html << entry.version << ".crate\" href=\""_html
         << site.root << "crates/"_html << entry.checksum << ".crate\">"_html
         << (version.archive_bytes ? size_text(*version.archive_bytes) : "missing") << "</a></dd></div>"_html;
    if (entry.rust_version) {
      html << "<div><dt>Rust</dt><dd>"_html << *entry.rust_version << " or newer</dd></div>"_html;
    }
    put_component(html, site, version);
    html << "<div class=\"wide\"><dt>SHA-256</dt><dd><code class=\"hash\">"_html << entry.checksum
         << "</code></dd></div></dl></section>\n"_html;
  }
  html << "</div>\n"_html;
  if (crate.left_off != 0) {
    html << "<p>"_html << crate.left_off << " older ones are in <a href=\""_html << site.root
         << registry_protocol::index_path(crate.versions.front().entry.name) << "\">the index</a>.</p>\n"_html;
  }
}

void put_dependency(Html& html, const Site& site, const IndexDependency& dependency)
{
  const std::string& name = dependency.package ? *dependency.package : dependency.name;
  html << "<li>"_html;
  if (dependency.registry) {
    html << "<span class=\"crate\">"_html << name << "</span>"_html;
  } else {
    html << "<a class=\"crate\" href=\""_html << site.root << "-/"_html << name << "\">"_html << name << "</a>"_html;
  }
  html << " <span class=\"version\">"_html << dependency.req << "</span>"_html;
  if (dependency.package) {
    html << " <span class=\"how\">as "_html << dependency.name << "</span>"_html;
  }
  if (dependency.optional) {
    html << " <span class=\"how\">optional</span>"_html;
  }
  if (dependency.target) {
    html << " <span class=\"how\">for <code>"_html << *dependency.target << "</code></span>"_html;
  }
  if (dependency.registry) {
    html << " <span class=\"how\">of "_html;
    if (*dependency.registry == "https://github.com/rust-lang/crates.io-index") {
      html << "crates.io"_html;
    } else {
      html << *dependency.registry;
    }
    html << "</span>"_html;
  }
  html << "</li>\n"_html;
}

void put_dependencies(Html& html, const Site& site, const IndexEntry& entry)
{
  html << "<h2>Dependencies <span class=\"version\">of "_html << entry.version << "</span></h2>\n"_html;
  if (entry.dependencies.empty()) {
    html << "<p>None.</p>\n"_html;
  }
  constexpr std::array<std::string_view, 3> k_kinds{"normal", "build", "dev"};
  for (const std::string_view kind : k_kinds) {
    const auto is_of_it = [kind](const IndexDependency& one) { return one.kind.value_or("normal") == kind; };
    if (std::ranges::none_of(entry.dependencies, is_of_it)) {
      continue;
    }
    html << "<h3 class=\"kind\">"_html << kind << "</h3>\n<ul class=\"plain\">\n"_html;
    for (const IndexDependency& dependency : entry.dependencies) {
      if (is_of_it(dependency)) {
        put_dependency(html, site, dependency);
      }
    }
    html << "</ul>\n"_html;
  }
}

void put_features(Html& html, const IndexEntry& entry)
{
  std::map<std::string, std::vector<std::string>> features = entry.features;
  features.insert(entry.features2.begin(), entry.features2.end());
  if (features.empty()) {
    return;
  }
  html << "<h2>Features</h2>\n<ul class=\"plain\">\n"_html;
  for (const auto& [name, values] : features) {
    html << "<li><span class=\"crate\">"_html << name << "</span> <span class=\"how\">"_html << fmt::format("{}", fmt::join(values, ", "))
         << "</span></li>\n"_html;
  }
  html << "</ul>\n"_html;
}

void put_fact(Html& html, Markup term, std::string_view value)
{
  if (!value.empty()) {
    html << "<div><dt>"_html << term << "</dt><dd>"_html;
    html.link(value);
    html << "</dd></div>"_html;
  }
}

void put_commit(Html& html, const PackageAbout& about)
{
  if (about.commit.empty()) {
    return;
  }
  html << "<div><dt>Commit</dt><dd><code class=\"hash\">"_html << about.commit << "</code>"_html;
  if (!about.directory.empty()) {
    html << " in <code>"_html << about.directory << "</code>"_html;
  }
  html << (about.commit_is_dirty ? " <span class=\"how\">and changes that were not committed</span>"_html : ""_html)
       << " <span class=\"how\">as its publisher says</span></dd></div>"_html;
}

void put_head(Html& html, const CrateValues& crate, const VersionValues& shown)
{
  html << "<h1>"_html << shown.entry.name << " <span class=\"version\">"_html << shown.entry.version << "</span>"_html;
  put_marks(html, shown);
  html << "</h1>\n"_html;
  if (!crate.about.description.empty()) {
    html << "<p class=\"lead\" dir=\"auto\">"_html << crate.about.description << "</p>\n"_html;
  }
  html << "<dl class=\"facts\">"_html;
  put_fact(html, "Owners"_html, crate.owners.empty() ? "nobody" : fmt::format("{}", fmt::join(crate.owners, ", ")));
  put_fact(html, "License"_html, crate.about.license);
  put_fact(html, "Rust"_html, shown.entry.rust_version ? *shown.entry.rust_version + " or newer" : "");
  put_fact(html, "Size"_html, shown.archive_bytes ? size_text(*shown.archive_bytes) : "");
  put_fact(html, "Links"_html, shown.entry.links.value_or(""));
  put_fact(html, "Repository"_html, crate.about.repository);
  put_commit(html, crate.about);
  put_fact(html, "Homepage"_html, crate.about.homepage);
  put_fact(html, "Documentation"_html, crate.about.documentation);
  put_fact(html, "Keywords"_html, fmt::format("{}", fmt::join(crate.about.keywords, ", ")));
  html << "</dl>\n"_html;
}

} // namespace

const VersionValues& newest(const CrateValues& crate)
{
  const auto wanted =
      std::ranges::find_if(crate.versions, [](const VersionValues& one) { return !one.entry.yanked && !is_prerelease(one.entry); });
  if (wanted != crate.versions.end()) {
    return *wanted;
  }
  const auto other = std::ranges::find_if(crate.versions, [](const VersionValues& one) { return !one.entry.yanked; });
  return other == crate.versions.end() ? crate.versions.front() : *other;
}

std::string crate_page(const Site& site, const CrateValues& crate)
{
  const VersionValues& shown = newest(crate);
  const std::string& name = shown.entry.name;
  Html html;
  begin_page(html, site, name);
  put_head(html, crate, shown);
  put_revocation(html, site, shown);
  html << "<h2>Use it</h2>\n<pre><code>cargo add --registry "_html << local_name(site) << " "_html << name << "@"_html
       << shown.entry.version << "</code></pre>\n<p>or in Cargo.toml, with the <a href=\""_html << site.root
       << "\">registry's address</a> in cargo's configuration:</p>\n"
          "<pre><code>[dependencies]\n"_html
       << name << " = { version = \""_html << shown.entry.version << "\", registry = \""_html << local_name(site)
       << "\" }</code></pre>\n"_html;
  put_versions(html, site, crate);
  put_dependencies(html, site, shown.entry);
  put_features(html, shown.entry);
  html << "<h2>Verify</h2>\n<p>This page is what a server says. Who published and yanked what, with every entry of the log checked against "
          "its "
          "signed state:</p>\n<pre><code>cargo-wasm registry audit "_html
       << site.base_url << " "_html << name
       << "</code></pre>\n<p>A version's <em>proof</em> shows offline that its entry is in the log (<a rel=\"noreferrer\" "
          "href=\"https://c2sp.org/tlog-proof\">c2sp.org/tlog-proof</a>).</p>\n"_html;
  return end_page(std::move(html), site);
}

} // namespace cargo_wasm::registry_pages
