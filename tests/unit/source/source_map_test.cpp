#include <cargo_wasm/source/source_map.hpp>

#include <cargo_wasm/registry_client/known_registry.hpp>

#include <support/catch.hpp>
#include <support/tar_builder.hpp>
#include <support/test_env.hpp>
#include <support/test_registry.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::source;

namespace {

constexpr std::string_view k_page = "<!DOCTYPE html>\n<title>Log in</title>";

struct Fixture
{
  test::TestEnv env{{"/project/Cargo.toml", ""}};
  test::TestRegistry registry{env.http};
  base::Env seams;
  std::unique_ptr<manifest::Config> config;
  std::unique_ptr<SourceMap> map;

  explicit Fixture(manifest::ConfigOptions options = {}, std::string more = "[net]\nretry = 0\n") : seams(prepare(more))
  {
    auto loaded = manifest::Config::load(seams, options);
    REQUIRE(loaded.has_value());
    config = std::move(*loaded);
    start();
  }

  /// As a new command: nothing but the caches is remembered.
  void start()
  {
    auto made = SourceMap::create(seams, *config);
    REQUIRE(made.has_value());
    map = std::move(*made);
  }

  base::Env prepare(const std::string& more)
  {
    env.vars = {{"HOME", "/home/me"}, {"CARGO_HOME", "/home/me/.cargo"}};
    REQUIRE(env.fs.write_atomic("/project/.cargo/config.toml", "[registries.alt]\nindex = \"" + registry.index() + "\"\n" + more));
    return env.env();
  }

  [[nodiscard]] SourceId source() const { return SourceId::for_registry(registry.index(), "alt"); }

  manifest::Dependency dependency(std::string_view name, std::string_view requirement) const
  {
    manifest::Dependency out;
    out.package_name = InternedString(name);
    out.name_in_toml = out.package_name;
    out.source = source();
    out.req = *spec::parse_version_req(requirement);
    return out;
  }

  Result<PackagePtr> load(std::string_view name, std::string_view version)
  {
    CW_TRY_ASSIGN(const auto found, map->query(dependency(name, fmt::format("={}", version))));
    REQUIRE(found.size() == 1);
    return map->load(found.front()->id, found.front()->checksum);
  }

  template <class T> std::string text(const Result<T>& result)
  {
    return result ? std::string("no error") : base::render(result.error(), base::Severity::error, false);
  }
};

std::string requests_of(const test::FakeHttp& http)
{
  std::string out;
  for (const auto& request : http.requests) {
    out += request.url + "\n";
  }
  return out;
}

/// The document of a registry whose key this machine trusts at first sight.
std::string document_of(const std::string& name, const std::string& canonical)
{
  using namespace registry_tlog;
  const SignerKey key = make_signer_key(name + "/root", SignatureType::ed25519, Ed25519PrivateKey::generate()).value();
  registry_trust::Federation federation;
  federation.name = name;
  federation.version = 1;
  federation.expires = 4'000'000'000;
  federation.canonical = canonical;
  federation.root = {.threshold = 1, .keys = {key.verifier}};
  federation.revokers = federation.root;
  federation.policy = "log " + to_text(key.verifier) + "\nquorum none\n";
  registry_trust::DsseEnvelope envelope{
      .type = std::string(registry_trust::k_federation_type), .payload = to_json(federation), .signatures = {}};
  sign(envelope, key);
  return to_json(envelope);
}

} // namespace

TEST_CASE("known registries: their documents are read once for a whole command", "[source]")
{
  Fixture fixture;
  const std::string canonical = "sparse+https://acme.example/";
  REQUIRE(registry_client::learn(
              fixture.env.fs, "/home/me/.cargo", document_of("acme", canonical), {.document = {}, .key = {}, .first_use = true})
              .has_value());
  fixture.env.fs.add("/project/Cargo.toml", "[package]\nname = \"app\"\n\n[dependencies]\nacme-one = \"1\"\n").add("/project/src/main.rs");
  fixture.env.fs.add("/home/me/.cargo/registry/index/" + registry_directory_name(SourceId::for_registry(canonical)) +
                     "/.cache/ac/me/acme-one");
  fixture.env.fs.forget_reads();
  fixture.start();
  const auto members = fixture.map->packages_of(SourceId::for_path("/project"));
  REQUIRE(members.has_value());
  CHECK(fixture.text(fixture.map->check_member_names(*members)) ==
        "error[CW1118]: `acme-one` could be that of crates.io or that of the registry `acme`\n"
        "   = note: `/project/Cargo.toml` takes it from crates.io\n"
        "   = help: for that of `acme` write `acme-one = { version = \"1\", registry = \"acme\" }`\n"
        "   = help: if that of crates.io is meant, add its name to `cargo-wasm.shared-names` of the configuration\n");
  const auto reads = fixture.env.fs.reads();
  CHECK(std::ranges::count_if(reads, [](const std::string& path) { return path.ends_with("/acme/document.dsse"); }) == 1);
}

TEST_CASE("a published package is found, downloaded once, and unpacked where cargo unpacks", "[source][registry]")
{
  Fixture f;
  f.registry.publish("b", "1.2.0").publish("a", "1.0.0", {{"b", "^1"}}, {{"src/lib.rs", "pub fn a() {}"}});
  const auto package = f.load("a", "1.0.0");
  REQUIRE(package.has_value());
  CHECK((*package)->id().display() == "a v1.0.0 (registry `alt`)");
  CHECK((*package)->manifest->summary->dependencies.size() == 1);
  const auto directory = f.map->package_directory((*package)->id());
  REQUIRE(directory);
  CHECK(f.env.fs.read_if_exists(*directory / "src/lib.rs").value() == "pub fn a() {}");
  CHECK(f.env.fs.read_if_exists(*directory / ".cargo-ok").value() == R"({"v":1})");
  CHECK(requests_of(f.env.http) == "https://registry.example/config.json\n"
                                   "https://registry.example/1/a\n"
                                   "https://registry.example/1/b\n" // ahead of the resolver
                                   "https://registry.example/dl/a/1.0.0/download\n");
}

TEST_CASE("a second command asks whether the index changed, and downloads nothing again", "[source][registry]")
{
  Fixture f;
  f.registry.publish("a", "1.0.0");
  REQUIRE(f.load("a", "1.0.0").has_value());
  f.env.http.requests.clear();
  f.start();
  REQUIRE(f.load("a", "1.0.0").has_value());
  CHECK(requests_of(f.env.http).find("dl/") == std::string::npos);
}

TEST_CASE("offline only what is downloaded counts, if anything is", "[source][registry][offline]")
{
  Fixture online;
  online.registry.publish("a", "1.0.0").publish("a", "1.5.0");
  REQUIRE(online.load("a", "1.0.0").has_value());
  online.map.reset(); // and with it cargo's lock
  manifest::ConfigOptions options;
  options.offline = true;
  const auto config = manifest::Config::load(online.seams, options);
  REQUIRE(config.has_value());
  const auto map = SourceMap::create(online.seams, **config);
  REQUIRE(map.has_value());
  const auto found = (*map)->query_candidates(online.dependency("a", "^1"));
  REQUIRE(found.has_value());
  REQUIRE(found->size() == 1);
  CHECK(spec::to_string(found->front().id.version()) == "1.0.0");
}

TEST_CASE("a web page with status 200 is no index file, no configuration and no archive", "[source][registry][errors]")
{
  Fixture f;
  f.registry.publish("a", "1.0.0");
  SECTION("index file")
  {
    f.env.http.serve(f.registry.index_url("a"), std::string(k_page));
    CHECK(f.text(f.map->query(f.dependency("a", "*"))) ==
          "error[CW0406]: `registry.example` sent something else for the index file of `a`\n"
          "   = note: the request was for https://registry.example/1/a\n"
          "   = note: what came is a web page\n"
          "   = help: a proxy or login page may answer in its place, or the registry's URL may be wrong: open it from this machine\n"
          "  while updating the index of registry `alt`\n");
  }
  SECTION("configuration")
  {
    f.env.http.serve(f.registry.config_url(), std::string(k_page));
    CHECK(f.text(f.map->query(f.dependency("a", "*"))) ==
          "error[CW0406]: `registry.example` sent something else for the registry's `config.json`\n"
          "   = note: the request was for https://registry.example/config.json\n"
          "   = note: what came is a web page\n"
          "   = help: a proxy or login page may answer in its place, or the registry's URL may be wrong: open it from this machine\n"
          "  while updating the index of registry `alt`\n");
  }
  SECTION("archive")
  {
    f.env.http.serve(f.registry.archive_url("a", "1.0.0"), std::string(k_page));
    CHECK(f.text(f.load("a", "1.0.0")) ==
          "error[CW0406]: `registry.example` sent something else for `a v1.0.0 (registry `alt`)`\n"
          "   = note: the request was for https://registry.example/dl/a/1.0.0/download\n"
          "   = note: what came is a web page\n"
          "   = help: a proxy or login page may answer in its place, or the registry's URL may be wrong: open it from this machine\n"
          "  while downloading `a v1.0.0 (registry `alt`)`\n");
  }
}

TEST_CASE("an archive that was changed after it was downloaded is downloaded again", "[source][registry][integrity]")
{
  Fixture f;
  f.registry.publish("a", "1.0.0");
  const auto package = f.load("a", "1.0.0");
  REQUIRE(package.has_value());
  const auto name = registry_directory_name(f.source());
  REQUIRE(f.env.fs.remove_all(*f.map->package_directory((*package)->id())).has_value());
  const base::Path archive = base::Path("/home/me/.cargo/registry/cache") / name / "a-1.0.0.crate";
  const auto good = f.env.fs.read_if_exists(archive).value();
  REQUIRE(good);
  REQUIRE(f.env.fs.write_atomic(archive, "damaged").has_value());
  f.start();
  CHECK(f.load("a", "1.0.0").has_value());
  CHECK(f.env.fs.read_if_exists(archive).value() == good);
  CHECK(f.env.reporter.err().find("warning[CW0423]: the archive of `a v1.0.0 (registry `alt`)` was changed after it was downloaded") !=
        std::string::npos);
}

TEST_CASE("an archive without a manifest is called that", "[source][registry][errors]")
{
  Fixture f;
  f.registry.publish_archive("a", "1.0.0", test::TarBuilder().file("a-1.0.0/src/lib.rs", "").gzip());
  const auto text = f.text(f.load("a", "1.0.0"));
  CHECK(text.starts_with("error[CW0452]: `a v1.0.0 (registry `alt`)` holds no package\n"));
  CHECK(text.find("a-1.0.0` has no `Cargo.toml`\n") != std::string::npos);
}
