#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <cargo_wasm/base/text.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_registry = "sparse+https://registry.example/index/";
constexpr std::string_view k_zeros = "0000000000000000000000000000000000000000000000000000000000000000";

std::string why(std::string_view text)
{
  const Result<Statement> statement = parse_statement(text);
  REQUIRE_FALSE(statement);
  CHECK(statement.error().id == "CW1020");
  return statement.error().notes.at(0);
}

} // namespace

TEST_CASE("statement: a publication is eight lines, whose order and spelling are fixed", "[registry]")
{
  PublishStatement statement;
  statement.registry = k_registry;
  statement.name = "my-crate";
  statement.version = "1.2.3";
  statement.archive = base::sha256("archive");
  statement.previous = base::sha256("before");
  statement.user = "alice";
  statement.time = 1795226400;
  const std::string text = to_text(statement);
  CHECK(text == "cargo-wasm/publish/v1\n"
                "registry sparse+https://registry.example/index/\n"
                "crate my-crate 1.2.3\n"
                "sha256 " +
                    base::to_hex(base::sha256("archive")) +
                    "\n"
                    "index-sha256 -\n"
                    "oci-sha256 -\n"
                    "previous " +
                    base::to_hex(base::sha256("before")) +
                    "\n"
                    "user alice\n"
                    "time 2026-11-21T02:00:00Z\n");
  CHECK(parse_statement(text).value() == Statement(statement));
}

TEST_CASE("statement: every kind comes back as it was", "[registry]")
{
  const std::string registry(k_registry);
  const std::vector<Statement> statements{
      YankStatement{
          .registry = registry, .name = "a", .version = "1.0.0+b", .yanked = true, .previous = {}, .user = {}, .nonce = "00ff", .time = 1},
      YankStatement{.registry = registry,
                    .name = "a",
                    .version = "1.0.0",
                    .yanked = false,
                    .previous = {},
                    .user = "bob",
                    .nonce = "00ff",
                    .time = 2},
      KeyStatement{.registry = registry, .name = "a", .change = KeyChange::claim, .key = "k+1+x", .previous = {}, .time = 3},
      KeyStatement{.registry = registry, .name = "a", .change = KeyChange::grant, .key = "k+1+x", .previous = base::sha256("p"), .time = 3},
      KeyStatement{.registry = registry, .name = "a", .change = KeyChange::drop, .key = "k+1+x", .previous = base::sha256("p"), .time = 3},
      RevokeStatement{.registry = registry,
                      .target = "crate a 1.0.0",
                      .effect = RevocationEffect::warn,
                      .reason = "malware",
                      .advisory = "https://advisory.example/1",
                      .since_entry = 17,
                      .time = 4},
      UnrevokeStatement{.registry = registry, .target = "key k+1+x", .nonce = "01", .time = 5},
      SnapshotStatement{.registry = registry,
                        .sequence = 9,
                        .table = base::sha256("t"),
                        .revocations = base::sha256("r"),
                        .revocation_count = 2,
                        .federation = 3,
                        .time = 6,
                        .expires = 7},
      SealStatement{.registry = registry, .head = base::sha256("h"), .records = 12, .time = 8},
      ImportStatement{.registry = registry,
                      .name = "a",
                      .version = "1.0.0",
                      .archive = base::sha256("a"),
                      .index_line = base::sha256("l"),
                      .upstream = "registry+https://upstream.example/index",
                      .previous = base::sha256("p"),
                      .time = 9},
  };
  std::vector<std::string> kinds;
  for (const Statement& statement : statements) {
    const std::string text = to_text(statement);
    kinds.push_back(text.substr(0, text.find('\n')));
    CHECK(parse_statement(text).value() == statement);
    CHECK(why(text + "x\n").ends_with("nothing follows"));
    CHECK_FALSE(parse_statement(std::string_view(text).substr(0, text.size() - 1)));
  }
  CHECK(kinds == std::vector<std::string>{"cargo-wasm/yank/v1",
                                          "cargo-wasm/unyank/v1",
                                          "cargo-wasm/claim/v1",
                                          "cargo-wasm/grant/v1",
                                          "cargo-wasm/drop-key/v1",
                                          "cargo-wasm/revoke/v1",
                                          "cargo-wasm/unrevoke/v1",
                                          "cargo-wasm/snapshot/v1",
                                          "cargo-wasm/seal/v1",
                                          "cargo-wasm/import/v1"});
}

TEST_CASE("statement: what is not one is told with its line", "[registry]")
{
  const std::string begin = "cargo-wasm/seal/v1\nregistry sparse+https://r/\n";
  const std::string zeros(k_zeros);
  CHECK(why("") == "line 1: here stands `cargo-wasm/KIND/v1`");
  CHECK(why("cargo-wasm/v1\n") == "line 1: here stands `cargo-wasm/KIND/v1`");
  CHECK(why("cargo-wasm/dance/v1\n") == "line 1: `dance` is a kind that this version does not know");
  CHECK(why("cargo-wasm/seal/v1\nregister x\n") == "line 2: here stands `registry` and a space");
  CHECK(why("cargo-wasm/seal/v1\nregistry \n") == "line 2: behind `registry` stands one word");
  CHECK(why("cargo-wasm/seal/v1\nregistry a b\n") == "line 2: behind `registry` stands one word");
  CHECK(why(begin + "head 00\n") == "line 3: behind `head` stands 64 digits of a SHA-256");
  CHECK(why(begin + "head " + base::to_upper(base::to_hex(base::sha256("h"))) + "\n") ==
        "line 3: behind `head` stands 64 digits of a SHA-256");
  CHECK(why(begin + "head " + zeros + "\nrecords 01\n") == "line 4: behind `records` stands a number");
  CHECK(why(begin + "head " + zeros + "\nrecords 1\ntime 2026-02-29T00:00:00Z\n") ==
        "line 5: behind `time` stands a time such as 2026-11-21T02:00:00Z");
  CHECK(why("cargo-wasm/revoke/v1\nregistry r\ntarget crate  x\n") == "line 3: behind `target` stands words");
  CHECK(why("cargo-wasm/revoke/v1\nregistry r\ntarget crate x 1\neffect stop\n") == "line 4: behind `effect` stands one of block, warn");
  CHECK(why(std::string(k_max_statement_bytes + 1, 'x')) == "it has 8193 bytes, at most 8192 are allowed");
}

TEST_CASE("time: one text a second, leap days, and no others", "[registry]")
{
  CHECK(to_utc_text(0) == "1970-01-01T00:00:00Z");
  CHECK(parse_utc_time("2024-02-29T23:59:59Z") == 1709251199);
  CHECK(to_utc_text(1709251199) == "2024-02-29T23:59:59Z");
  for (const std::string_view text : {"2023-02-29T00:00:00Z",
                                      "2024-01-01T24:00:00Z",
                                      "2024-01-01 00:00:00Z",
                                      "1969-12-31T23:59:59Z",
                                      "2024-1-01T00:00:00Z",
                                      "2024-01-01T00:00:60Z",
                                      "2024-01-01T00:00:00+00:00"}) {
    CHECK_FALSE(parse_utc_time(text));
  }
}

} // namespace cargo_wasm::registry_trust
