#include <cargo_wasm/registry_pages/pages.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_pages {
namespace {

constexpr std::string_view k_hostile = "<script>alert(1)</script>\" onmouseover='x' & \x01";
constexpr std::string_view k_harmless = "&lt;script&gt;alert(1)&lt;/script&gt;&quot; onmouseover=&#39;x&#39; &amp; \xef\xbf\xbd";

Site site()
{
  return {.name = "acme", .base_url = "https://registry.example/", .root = "../", .log_size = 12};
}

VersionValues version_of(std::string number, bool yanked = false)
{
  VersionValues version{.entry = {}, .archive_bytes = 2048, .logged = {}, .revocation = {}};
  version.entry.name = "acme-one";
  version.entry.version = std::move(number);
  version.entry.checksum = std::string(64, 'a');
  version.entry.yanked = yanked;
  version.logged =
      LoggedBy{.entry = 7, .time = 1'795'352'530, .user = "alice", .key = "", .bundle = "tile/entries/000.p/12", .oci_manifest = {}};
  return version;
}

CrateValues crate_of(std::vector<VersionValues> versions)
{
  return {.versions = std::move(versions), .left_off = 0, .owners = {"alice", "bob"}, .about = {}};
}

bool has(std::string_view page, std::string_view text)
{
  return page.find(text) != std::string_view::npos;
}

TEST_CASE("A crate's page has its versions, owners, sizes, places in the log, and how to verify them")
{
  const std::string page = crate_page(site(), crate_of({version_of("0.2.0"), version_of("0.1.0+a", true)}));
  CHECK(has(page, "<title>acme-one · acme</title>"));
  CHECK(has(page, "<h1>acme-one <span class=\"version\">0.2.0</span></h1>"));
  CHECK(has(page, "<div><dt>Owners</dt><dd>alice, bob</dd></div>"));
  CHECK(has(page, "<h3>0.1.0+a <span class=\"mark yanked\">yanked</span></h3>"));
  CHECK(has(page, "<a href=\"../tile/entries/000.p/12\">entry 7</a> · <a href=\"../-/acme-one/0.1.0%2Ba/proof\">proof</a>"));
  CHECK(has(page, "alice <span class=\"how\">by a token; signed by the registry</span>"));
  CHECK(has(page, "href=\"../crates/" + std::string(64, 'a') + ".crate\">2.0 KiB</a>"));
  CHECK(has(page, "<time datetime=\"2026-11-22T13:02:10Z\">2026-11-22<span class=\"clock\"> 13:02 UTC</span></time>"));
  CHECK(has(page, "acme-one = { version = \"0.2.0\", registry = \"acme\" }</code>"));
  CHECK(has(page, "cargo-wasm registry audit https://registry.example/ acme-one</code>"));
}

TEST_CASE("A version that a publisher's key has signed says so, and one of a component has its manifest")
{
  VersionValues version = version_of("0.1.0");
  version.logged->key = "alice+19b1cbe3";
  version.logged->oci_manifest = "c0ffee";
  version.entry.log_entry = 7;
  version.entry.key_entry = 5;
  const std::string page = crate_page(site(), crate_of({version}));
  CHECK(has(page, "alice <span class=\"how\">signed with <code>alice+19b1cbe3</code></span>"));
  CHECK(has(page, "<dt>Key let in</dt><dd>entry 5</dd>"));
  CHECK(has(page, "sha256:c0ffee"));
}

TEST_CASE("A component's page says which build record and tools stand in its file, and where the file is")
{
  VersionValues version = version_of("0.1.0");
  version.logged->oci_manifest = "c0ffee";
  version.component = ComponentValues{.package = "acme:one",
                                      .manifest = "v2/acme/one/manifests/sha256:c0ffee",
                                      .is_component = true,
                                      .imports = {},
                                      .exports = {"wasi:cli/run@0.2.3"},
                                      .layer = "v2/acme/one/blobs/sha256:1a",
                                      .layer_bytes = 3072,
                                      .build_record = "beef",
                                      .tools = {{.name = "rustc", .version = "1.99.1"}, {.name = "LLD", .version = ""}}};
  const std::string page = crate_page(site(), crate_of({version}));
  CHECK(has(page, "<dt>File</dt><dd><a href=\"../v2/acme/one/blobs/sha256:1a\">3.0 KiB</a></dd>"));
  CHECK(has(page, "<dt>Build record</dt><dd><code class=\"hash\">sha256:beef</code></dd>"));
  CHECK(has(page, "<dt>Made with</dt><dd><bdi>rustc 1.99.1</bdi>, <bdi>LLD</bdi></dd>"));
  version.component->build_record.clear();
  version.component->tools.clear();
  const std::string without = crate_page(site(), crate_of({version}));
  CHECK(has(without, "<dt>Build record</dt><dd>none in the file</dd>"));
  CHECK(!has(without, "Made with"));
}

TEST_CASE("A crate's page says of which commit its archive is, and who says so")
{
  CrateValues crate = crate_of({version_of("0.1.0")});
  CHECK(!has(crate_page(site(), crate), "<dt>Commit</dt>"));
  crate.about.commit = std::string(40, 'c');
  const std::string commit = "<dt>Commit</dt><dd><code class=\"hash\">" + crate.about.commit + "</code>";
  CHECK(has(crate_page(site(), crate), commit + " <span class=\"how\">as its publisher says</span></dd>"));
  crate.about.directory = "crates/one";
  crate.about.commit_is_dirty = true;
  CHECK(has(crate_page(site(), crate),
            commit +
                " in <code>crates/one</code> <span class=\"how\">and changes that were not committed</span> <span class=\"how\">as its "
                "publisher says</span></dd>"));
}

TEST_CASE("A revoked version is told with its reason and advisory, and is not only yanked")
{
  VersionValues version = version_of("0.1.0", true);
  registry_trust::RevokeStatement statement;
  statement.reason = "malware";
  statement.advisory = "https://advisories.example/1";
  version.revocation = registry_trust::Revocation{.entry = 9, .statement = statement};
  const std::string page = crate_page(site(), crate_of({version}));
  CHECK(has(page, "<span class=\"mark revoked\">revoked: malware</span>"));
  CHECK(!has(page, "mark yanked"));
  CHECK(has(page, "Must not be used: malware, revoked by entry 9 of"));
  CHECK(has(page, "href=\"https://advisories.example/1\""));
  version.revocation->statement.effect = registry_trust::RevocationEffect::warn;
  CHECK(has(crate_page(site(), crate_of({version})), "<span class=\"mark warned\">warning: malware</span>"));
}

TEST_CASE("A page is about the newest version that may be taken")
{
  const auto about = [](std::vector<VersionValues> versions) { return newest(crate_of(std::move(versions))).entry.version; };
  CHECK(about({version_of("2.0.0-rc.1"), version_of("1.1.0", true), version_of("1.0.0+b-c")}) == "1.0.0+b-c");
  CHECK(about({version_of("2.0.0", true), version_of("1.0.0-beta")}) == "1.0.0-beta");
  CHECK(about({version_of("2.0.0", true), version_of("1.0.0", true)}) == "2.0.0");
}

TEST_CASE("Dependencies stand by their kinds, with what is special about them; those of this registry are links")
{
  VersionValues version = version_of("1.0.0");
  registry_protocol::IndexDependency own, foreign;
  own.name = "acme-two";
  own.req = "^1";
  foreign.name = "renamed";
  foreign.package = "serde";
  foreign.req = "^1";
  foreign.kind = "dev";
  foreign.optional = true;
  foreign.target = "cfg(unix)";
  foreign.registry = "https://github.com/rust-lang/crates.io-index";
  version.entry.dependencies = {own, foreign};
  version.entry.features = {{"default", {"fast"}}};
  version.entry.features2 = {{"fancy", {"dep:serde", "x?/std"}}};
  const std::string page = crate_page(site(), crate_of({version}));
  CHECK(has(page, "<h3 class=\"kind\">normal</h3>\n<ul class=\"plain\">\n<li><a class=\"crate\" href=\"../-/acme-two\">acme-two</a>"));
  CHECK(has(
      page,
      "<h3 class=\"kind\">dev</h3>\n<ul class=\"plain\">\n<li><span class=\"crate\">serde</span> <span class=\"version\">^1</span> <span "
      "class=\"how\">as renamed</span> <span class=\"how\">optional</span> <span class=\"how\">for <code>cfg(unix)</code></span> <span "
      "class=\"how\">of crates.io</span></li>"));
  CHECK(has(page, "<span class=\"crate\">fancy</span> <span class=\"how\">dep:serde, x?/std</span>"));
}

TEST_CASE("Nothing that strangers write is markup, wherever it stands")
{
  VersionValues version = version_of("1.0.0");
  const std::string hostile(k_hostile);
  version.entry.name = version.entry.version = version.entry.checksum = hostile;
  version.entry.rust_version = version.entry.links = hostile;
  version.entry.features = {{hostile, {hostile}}};
  registry_protocol::IndexDependency dependency;
  dependency.name = dependency.req = hostile;
  dependency.package = dependency.target = dependency.registry = hostile;
  version.entry.dependencies = {dependency};
  version.logged->user = version.logged->key = version.logged->bundle = hostile;
  version.logged->oci_manifest = hostile;
  version.component = ComponentValues{.package = hostile,
                                      .manifest = hostile,
                                      .is_component = true,
                                      .imports = {hostile},
                                      .exports = {hostile},
                                      .layer = hostile,
                                      .layer_bytes = 1,
                                      .build_record = hostile,
                                      .tools = {{.name = hostile, .version = hostile}}};
  registry_trust::RevokeStatement statement;
  statement.reason = hostile;
  statement.advisory = "https://x/" + hostile;
  version.revocation = registry_trust::Revocation{.entry = 1, .statement = statement};
  CrateValues crate = crate_of({version});
  crate.owners = {hostile};
  crate.about = {.description = hostile,
                 .license = hostile,
                 .repository = hostile,
                 .homepage = "https://x/" + hostile,
                 .documentation = hostile,
                 .keywords = {hostile},
                 .commit = hostile,
                 .directory = hostile};
  Site named = site();
  named.name = named.base_url = hostile;
  for (const std::string& page : {crate_page(named, crate),
                                  start_page(named, {{.name = hostile, .version = hostile, .logged = version.logged}}),
                                  search_page(named, hostile, {}),
                                  message_page(named, hostile, hostile)}) {
    CHECK(!has(page, "<script"));
    CHECK(!has(page, "onmouseover='"));
    CHECK(!has(page, "\x01"));
    CHECK(has(page, k_harmless));
  }
}

TEST_CASE("Addresses become links only when they are of the web")
{
  CrateValues crate = crate_of({version_of("1.0.0")});
  crate.about.homepage = "javascript:alert(1)";
  crate.about.repository = "https://git.example/?a=1&b=2";
  const std::string page = crate_page(site(), crate);
  CHECK(has(page, "<dt>Homepage</dt><dd>javascript:alert(1)</dd>"));
  CHECK(has(page, "<a rel=\"nofollow noreferrer\" href=\"https://git.example/?a=1&amp;b=2\">https://git.example/?a=1&amp;b=2</a>"));
}

TEST_CASE("Pages run nothing, load nothing but their style, and send their form here alone")
{
  const std::string page = start_page({.name = "a.b", .base_url = "https://registry.example/", .root = "./", .log_size = 3},
                                      {{.name = "acme-one", .version = "", .logged = {}}});
  CHECK(
      has(page,
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
          "base-uri 'none'\">"));
  CHECK(has(page, "<form action=\"./-/search\" role=\"search\"><input type=\"search\" name=\"q\""));
  CHECK(has(page, "[registries.a-b]\nindex = \"sparse+https://registry.example/\""));
  CHECK(has(page, "<a href=\"./-/acme-one\"><span class=\"crate\">acme-one</span> <span class=\"mark yanked\">all yanked</span></a>"));
  CHECK(has(page, "3 entries in <a href=\"./checkpoint\">the signed log</a>"));
  CHECK(has(style_sheet(), "@media (prefers-color-scheme: dark)"));
  CHECK(!has(style_sheet(), "url("));
}

TEST_CASE("A search says what it did not find, and that there may be more")
{
  CHECK(has(search_page(site(), "x", {}), "No crate has <q>x</q> in its name."));
  CHECK(has(search_page(site(), "x", {{.name = "ax", .version = "1.0.0", .logged = {}}}), "<p>1 crate</p>"));
  CHECK(has(search_page(site(), "", std::vector<ListedCrate>(100, {.name = "a", .version = "1.0.0", .logged = {}})),
            "<p>100 crates, the first ones by name; there may be more</p>"));
}

} // namespace
} // namespace cargo_wasm::registry_pages
