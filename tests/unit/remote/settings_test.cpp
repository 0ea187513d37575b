#include <cargo_wasm/remote/settings.hpp>

#include <manifest/config_fixture.hpp>
#include <support/catch.hpp>

#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

const std::string k_key = to_text(samples::key().verifier);

Result<CacheSettings>
read(const std::string& toml, base::EnvMap vars = {}, std::initializer_list<std::pair<std::string, std::string>> files = {})
{
  test::ConfigFixture fixture({{"/w/app/.cargo/config.toml", toml}});
  for (const auto& [path, text] : files) {
    REQUIRE(fixture.world.fs.write_atomic(path, text));
  }
  for (auto& [name, value] : vars) {
    fixture.world.vars[name] = value;
  }
  const auto config = fixture.load();
  return read_cache_settings(fixture.world.env(), *config);
}

std::string told(const std::string& toml)
{
  const auto settings = read(toml);
  REQUIRE_FALSE(settings);
  return base::render(settings.error(), base::Severity::error, false);
}

std::string table(const std::string& rest)
{
  return "[cargo-wasm.cache.remote.team]\n" + rest;
}

} // namespace

TEST_CASE("cache settings: without tables there are no remotes", "[remote]")
{
  CHECK(read("[build]\njobs = 2\n")->remotes.empty());
  CHECK(read("[cargo-wasm.cache]\nremotes = []\n")->remotes.empty());
}

TEST_CASE("cache settings: a remote is only read from, by those keys, with ten seconds of patience", "[remote]")
{
  const auto settings = read(table("url = \"https://cache.test/x\"\ntrust = [\"" + k_key + "\"]\n"));
  REQUIRE(settings);
  REQUIRE(settings->remotes.size() == 1);
  const RemoteSettings& team = settings->remotes[0];
  CHECK(team.name == "team");
  CHECK(team.url == "https://cache.test/x");
  CHECK_FALSE(team.writes);
  CHECK_FALSE(team.trust.everybody);
  REQUIRE(team.trust.keys.size() == 1);
  CHECK(to_text(team.trust.keys[0]) == k_key);
  CHECK(team.timeout == std::chrono::seconds(10));
  CHECK_FALSE(team.token_variable);
  CHECK(settings->key == nullptr);
}

TEST_CASE("cache settings: everything that can be said", "[remote]")
{
  const auto settings = read("[cargo-wasm.cache]\nremotes = [\"far\", \"a.b\"]\n"
                             "[cargo-wasm.cache.remote.\"a.b\"]\nurl = \"grpcs://a:1/main\"\nmode = \"read-write\"\ntrust = "
                             "\"all\"\ntoken-env = \"T\"\ntimeout = 3\n"
                             "[cargo-wasm.cache.remote.far]\nurl = \"http://b\"\nmode = \"read\"\ntrust = \"all\"\n"
                             "[cargo-wasm.cache.remote.unused]\nurl = \"nonsense\"\n");
  INFO((settings ? std::string() : base::render(settings.error(), base::Severity::error, false)));
  REQUIRE(settings);
  REQUIRE(settings->remotes.size() == 2);
  CHECK(settings->remotes[0].name == "far");
  CHECK(settings->remotes[1].name == "a.b");
  CHECK(settings->remotes[1].writes);
  CHECK(settings->remotes[1].trust.everybody);
  CHECK(settings->remotes[1].token_variable == "T");
  CHECK(settings->remotes[1].timeout == std::chrono::seconds(3));
}

TEST_CASE("cache settings: who has a key believes it, and signs with it", "[remote]")
{
  const std::string secret = to_secret_text(samples::key()), url = "url = \"http://b\"\n";
  const auto by_file = read(table(url), {}, {{"/h/.cargo/cargo-wasm/cache-key", secret + "\n"}});
  REQUIRE(by_file);
  REQUIRE(by_file->key);
  CHECK(to_text(by_file->key->verifier) == k_key);
  CHECK(to_text(by_file->remotes[0].trust.keys.at(0)) == k_key);
  const auto by_variable = read(table(url), {{"CARGO_WASM_CACHE_KEY", secret}});
  REQUIRE(by_variable);
  CHECK(to_text(by_variable->key->verifier) == k_key);
  const auto named = read("[cargo-wasm.cache]\nsign-with = \"keys/mine\"\n" + table(url), {}, {{"/w/app/keys/mine", secret}});
  REQUIRE(named);
  CHECK(to_text(named->key->verifier) == k_key);
  const auto wrong = read(table(url), {{"CARGO_WASM_CACHE_KEY", "nonsense"}});
  REQUIRE_FALSE(wrong);
  CHECK(base::render(wrong.error(), base::Severity::error, false) ==
        "error[CW1274]: variable `CARGO_WASM_CACHE_KEY` holds no key that signs results\n"
        "   = note: this is not a signing key [CW1002]\n"
        "   = help: `cargo-wasm cache keygen` makes one\n");
}

TEST_CASE("cache settings: what is wrong is told with its place", "[remote]")
{
  CHECK(told(table("trust = \"all\"\n")) == "error[CW1263]: remote cache `team` has no address\n"
                                            "   = help: set `cargo-wasm.cache.remote.team.url`\n");
  CHECK(
      told(table("url = \"ftp://a\"\ntrust = \"all\"\n")) ==
      "error[CW1263]: `ftp://a` is no address of a cache\n"
      "  --> /w/app/.cargo/config.toml:2:7\n"
      "   |\n"
      " 2 | url = \"ftp://a\"\n"
      "   |       ^^^^^^^^^\n"
      "   = help: write `https://HOST/PATH`, or `grpcs://HOST:PORT/INSTANCE` for the remote execution API (without TLS `http`, `grpc`)\n");
  CHECK(told(table("url = \"http://a\"\ntrust = \"all\"\nmode = \"write\"\n")) == "error[CW1263]: `write` is no mode of a remote cache\n"
                                                                                  "  --> /w/app/.cargo/config.toml:4:8\n"
                                                                                  "   |\n"
                                                                                  " 4 | mode = \"write\"\n"
                                                                                  "   |        ^^^^^^^\n"
                                                                                  "   = help: write `read` or `read-write`\n");
  CHECK(told(table("url = \"http://a\"\ntrust = \"all\"\ntimeout = 0\n")) == "error[CW1263]: `0` is no time to wait for a remote cache\n"
                                                                             "  --> /w/app/.cargo/config.toml:4:11\n"
                                                                             "   |\n"
                                                                             " 4 | timeout = 0\n"
                                                                             "   |           ^\n"
                                                                             "   = help: write a number of seconds from 1 to 600\n");
  CHECK(told(table("url = \"http://a\"\n")) ==
        "error[CW1264]: remote cache `team` does not say whose results are believed\n"
        "   = help: name the keys of those who may fill it, `cargo-wasm.cache.remote.team.trust = [\"KEY\"]` (`cargo-wasm cache keygen` "
        "makes one), or write `\"all\"`: then whoever can write there decides what is built here\n");
  CHECK(told(table("url = \"http://a\"\ntrust = [\"nonsense\"]\n")) ==
        "error[CW1264]: `nonsense` is no key that signs results\n"
        "  --> /w/app/.cargo/config.toml:3:9\n"
        "   |\n"
        " 3 | trust = [\"nonsense\"]\n"
        "   |         ^^^^^^^^^^^^\n"
        "   = help: name the keys of those who may fill it, `cargo-wasm.cache.remote.team.trust = [\"KEY\"]` (`cargo-wasm cache keygen` "
        "makes one), or write `\"all\"`: then whoever can write there decides what is built here\n");
  CHECK(told(table("url = \"http://a\"\ntrust = []\n")) ==
        "error[CW1264]: remote cache `team` trusts nobody\n"
        "  --> /w/app/.cargo/config.toml:3:9\n"
        "   |\n"
        " 3 | trust = []\n"
        "   |         ^^\n"
        "   = help: name the keys of those who may fill it, `cargo-wasm.cache.remote.team.trust = [\"KEY\"]` (`cargo-wasm cache keygen` "
        "makes one), or write `\"all\"`: then whoever can write there decides what is built here\n");
  CHECK(told(table("url = \"http://a\"\ntrust = \"all\"\ntoken-env = \"T\"\n")) ==
        "error[CW1265]: the token of remote cache `team` would be sent in the clear\n"
        "  --> /w/app/.cargo/config.toml:4:13\n"
        "   |\n"
        " 4 | token-env = \"T\"\n"
        "   |             ^^^\n"
        "   = note: its address is `http://a`\n   = help: use `https`\n");
  CHECK(told(table("url = \"https://me:secret@a\"\ntrust = \"all\"\n")) ==
        "error[CW1265]: the address of remote cache `team` holds a secret\n"
        "   = note: it is set by `/w/app/.cargo/config.toml`\n   = help: take it out, and name a variable that holds a token: "
        "`cargo-wasm.cache.remote.team.token-env = \"NAME\"`\n");
  CHECK(told(table("url = \"http://a\"\ntrust = \"all\"\ntokens = 1\n")) ==
        "error[CW1263]: `cargo-wasm.cache.remote.team.tokens` is no key of a remote cache\n"
        "   = help: there are `mode`, `timeout`, `token-env`, `trust`, `url`\n");
  CHECK(told("[cargo-wasm.cache]\nremotes = [\"near\"]\n" + table("url = \"http://a\"\ntrust = \"all\"\n")) ==
        "error[CW1263]: there is no remote cache `near`\n"
        "  --> /w/app/.cargo/config.toml:2:11\n"
        "   |\n"
        " 2 | remotes = [\"near\"]\n"
        "   |           ^^^^^^^^\n"
        "   = help: a table `[cargo-wasm.cache.remote.near]` says where it is\n");
  CHECK(told("[cargo-wasm.cache]\nremotes = [\"team\", \"team\"]\n" + table("url = \"http://a\"\ntrust = \"all\"\n")) ==
        "error[CW1263]: remote cache `team` is named twice\n"
        "  --> /w/app/.cargo/config.toml:2:11\n"
        "   |\n"
        " 2 | remotes = [\"team\", \"team\"]\n"
        "   |           ^^^^^^^^^^^^^^^^\n");
  CHECK(told("[cargo-wasm.cache]\nsign-with = \"/no/key\"\n" + table("url = \"http://a\"\ntrust = \"all\"\n")) ==
        "error[CW1274]: the key `/no/key` is not there\n"
        "  --> /w/app/.cargo/config.toml:2:13\n"
        "   |\n"
        " 2 | sign-with = \"/no/key\"\n"
        "   |             ^^^^^^^^^\n"
        "   = help: `cargo-wasm cache keygen` makes one\n");
  CHECK(told(table("url = \"http://a\"\ntrust = \"all\"\ntoken-env = \"A=B\"\n")) ==
        "error[CW1263]: `A=B` is no name of a variable\n"
        "  --> /w/app/.cargo/config.toml:4:13\n"
        "   |\n"
        " 4 | token-env = \"A=B\"\n"
        "   |             ^^^^^\n"
        "   = help: the variable holds the token; the token itself is never written down\n");
}

TEST_CASE("cache settings: a token may go to this machine without TLS", "[remote]")
{
  for (const char* const url : {"http://localhost:1/x", "grpc://127.0.0.1:1", "http://[::1]:8"}) {
    CHECK(read(table("url = \"" + std::string(url) + "\"\ntrust = \"all\"\ntoken-env = \"T\"\n")));
  }
  for (const char* const url : {"http://localhost.example", "http://127.0.0.1.example.test", "http://127.example.test:1"}) {
    CHECK_FALSE(read(table("url = \"" + std::string(url) + "\"\ntrust = \"all\"\ntoken-env = \"T\"\n")));
  }
}
