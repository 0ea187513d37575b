// Versions that were yanked after they were downloaded, from a plain registry. What it means for one that is read through mirrors is in
// tests/e2e/federation/yanked.
#include <cargo_wasm/source/source_map.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>
#include <support/test_registry.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::source;

namespace {

/// A machine that has `a` 1.0.0 and `b` 2.0.0 in its cache, from before both were yanked.
struct YankedPlace
{
  YankedPlace()
  {
    made.vars = {{"HOME", "/home/me"}, {"CARGO_HOME", "/home/me/.cargo"}};
    seams.emplace(made.env());
    registry.publish("a", "1.0.0").publish("b", "2.0.0");
    REQUIRE(load("").empty());
    registry.yank("a", "1.0.0").yank("b", "2.0.0");
    made.http.requests.clear();
  }

  /// A command that uses both as its lock file has them; what it says.
  std::string load(const std::string& setting, bool offline = false)
  {
    made.reporter.clear();
    REQUIRE(made.fs.write_atomic("/project/.cargo/config.toml",
                                 "[registries.alt]\nindex = \"" + registry.index() + "\"\n[net]\nretry = 0\n[cargo-wasm]\n" + setting));
    manifest::ConfigOptions options;
    options.offline = offline;
    const auto config = manifest::Config::load(*seams, options);
    REQUIRE(config.has_value());
    auto map = SourceMap::create(*seams, **config);
    REQUIRE(map.has_value());
    for (const auto& [name, version] : {std::pair("a", "1.0.0"), std::pair("b", "2.0.0")}) {
      manifest::Dependency locked;
      locked.package_name = locked.name_in_toml = InternedString(name);
      locked.source = SourceId::for_registry(registry.index(), "alt");
      locked.req = *spec::parse_version_req(version);
      locked.locked_version = *spec::parse_version(version);
      const auto found = (*map)->query(locked);
      REQUIRE((found.has_value() && found->size() == 1));
      if (const auto loaded = (*map)->load(found->front()->id, found->front()->checksum); !loaded) {
        return base::render(loaded.error(), base::Severity::error, false);
      }
    }
    const std::string said = made.reporter.err();
    const std::size_t warning = said.find("warning");
    return warning == std::string::npos ? std::string() : said.substr(warning);
  }

  void wait(std::chrono::seconds seconds)
  {
    made.clock.advance(seconds);
    made.fs.tick(seconds);
  }

  test::TestEnv made{{"/project/Cargo.toml", ""}};
  test::TestRegistry registry{made.http};
  std::optional<base::Env> seams;
};

constexpr std::string_view k_denied = "error[CW1069]: `a v1.0.0` has been yanked from registry `alt`\n"
                                      "   = note: a lock file or an exact version keeps to it; it is not chosen anew\n"
                                      "   = note: `cargo-wasm.yanked = \"deny\"` is set in `/project/.cargo/config.toml`\n"
                                      "   = help: `cargo-wasm update a` chooses another version, where one fits\n"
                                      "   = help: to build with it nevertheless, add `a@1.0.0` to `cargo-wasm.allow-yanked` of the "
                                      "configuration\n";

std::string warning_of(const std::string& name, const std::string& version)
{
  return "warning[CW1070]: `" + name + " v" + version +
         "` has been yanked from registry `alt`\n"
         "   = note: a lock file or an exact version keeps to it; it is not chosen anew\n"
         "   = help: `cargo-wasm update " +
         name +
         "` chooses another version, where one fits\n"
         "   = help: to hear no more of it, add `" +
         name + "@" + version + "` to `cargo-wasm.allow-yanked` of the configuration\n";
}

} // namespace

TEST_CASE("yanked: by default nobody is asked, whatever the time", "[source][registry]")
{
  YankedPlace place;
  place.wait(std::chrono::hours(30));
  CHECK(place.load("").empty());
  CHECK(place.made.http.requests.empty());
}

TEST_CASE("yanked: where it is denied the index is asked an hour after it was asked last, and decides", "[source][registry]")
{
  YankedPlace place;
  place.wait(std::chrono::seconds(3599));
  CHECK(place.load("yanked = \"deny\"").empty());
  CHECK(place.made.http.requests.empty());
  place.wait(std::chrono::seconds(2));
  CHECK(place.load("yanked = \"deny\"") == k_denied);
  // What came is kept: then it is known, and costs nothing.
  place.made.http.requests.clear();
  CHECK(place.load("yanked = \"warn\"") == warning_of("a", "1.0.0"));
  CHECK(place.load("yanked = \"deny\"", true) == k_denied);
  CHECK(place.load("yanked = \"allow\"").empty());
  CHECK(place.load("allow-yanked = [\"a@1.0.0\"]").empty());
  CHECK(place.load("allow-revoked = [\"a@1.0.0\"]").empty());
  CHECK(place.made.http.requests.empty());
}

TEST_CASE("yanked: each package is told of, those that are allowed are not", "[source][registry]")
{
  YankedPlace place;
  place.wait(std::chrono::hours(2));
  CHECK(place.load("yanked = \"deny\"\nallow-yanked = [\"a@1.0.0\"]").starts_with("error[CW1069]: `b v2.0.0` has been yanked"));
  CHECK(place.load("") == warning_of("a", "1.0.0") + warning_of("b", "2.0.0"));
}

TEST_CASE("yanked: a registry that cannot be asked is told of, and what is known decides", "[source][registry]")
{
  YankedPlace place;
  place.wait(std::chrono::hours(2));
  for (const char* const name : {"a", "b"}) {
    place.made.http.serve(place.registry.index_url(name), "no", 503);
  }
  const std::string said = place.load("yanked = \"deny\"");
  CHECK(said.starts_with("warning[CW1071]: registry `alt` cannot be asked whether what is locked has been yanked\n   = note: "));
  CHECK(said.find("   = note: what its index said when it was asked last decides\n   = help: `--offline` does not ask\n") !=
        std::string::npos);
}

TEST_CASE("yanked: what is no policy is called that", "[source][registry][errors]")
{
  YankedPlace place;
  CHECK(place.load("yanked = \"never\"") == "error[CW1072]: `cargo-wasm.yanked` names no policy: `never`\n"
                                            "   = note: it is set in `/project/.cargo/config.toml`\n"
                                            "   = help: it is `allow`, `warn` or `deny`\n");
}
