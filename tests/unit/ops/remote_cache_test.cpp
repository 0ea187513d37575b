#include <cargo_wasm/ops/remote_cache_verbs.hpp>

#include <cargo_wasm/registry_tlog/note_keys.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

using namespace cargo_wasm;

TEST_CASE("cache keygen: makes a key that only its owner reads, prints the one that verifies, and writes over none", "[ops]")
{
  test::TestEnv world;
  world.vars["HOME"] = "/h";
  REQUIRE(ops::cache_keygen(world.env(), {.name = "ci", .file = {}}));
  const auto key = registry_tlog::parse_signer_key(
      world.fs.read("/h/.cargo/cargo-wasm/cache-key").value().substr(0, world.fs.read("/h/.cargo/cargo-wasm/cache-key")->size() - 1));
  REQUIRE(key);
  CHECK(world.reporter.out() == to_text(key->verifier) + "\n");
  CHECK(key->verifier.name == "ci");
  CHECK((world.fs.stat("/h/.cargo/cargo-wasm/cache-key").value()->mode & 0777U) == 0600U);
  CHECK(world.reporter.err() == "     Created the signing key `/h/.cargo/cargo-wasm/cache-key`\n");
  const auto again = ops::cache_keygen(world.env(), {.name = "ci", .file = {}});
  REQUIRE_FALSE(again);
  CHECK(base::render(again.error(), base::Severity::error, false) ==
        "error[CW1275]: there is a key in `/h/.cargo/cargo-wasm/cache-key` already\n"
        "   = note: what it has signed is believed only as long as `trust` of others names it\n"
        "   = help: take it, or write another one to `--output FILE`\n");
  CHECK(ops::cache_keygen(world.env(), {.name = "ci", .file = "other"}));
  CHECK(world.fs.exists("/project/other"));
}

TEST_CASE("cache push: without remote caches there is nothing to send", "[ops]")
{
  test::TestEnv world;
  world.vars["HOME"] = "/h";
  REQUIRE(ops::cache_push(world.env(), {.config = {}, .spool = "/store/spool"}));
  CHECK(world.reporter.err() == "      Pushed nothing: there are no remote caches that may be asked\n");
}

TEST_CASE("cache push: what other projects left in the spool stays, and is told", "[ops]")
{
  test::TestEnv world;
  world.vars["HOME"] = "/h";
  REQUIRE(world.fs.write_atomic("/store/spool/ab.entry", "of another project"));
  const auto pushed = ops::cache_push(world.env(), {.config = {}, .spool = "/store/spool"});
  REQUIRE_FALSE(pushed);
  CHECK(base::render(pushed.error(), base::Severity::error, false) ==
        "error[CW1278]: 1 results could not be sent\n"
        "   = note: they stay in `/store/spool`\n"
        "   = note: 1 of them are for remote caches to which the configuration here does not write\n"
        "   = help: run `cargo-wasm cache push --wait` in the project that built them, too\n");
  CHECK(world.fs.exists("/store/spool/ab.entry"));
}
