#include <cargo_wasm/registry_server/reader_gate.hpp>
#include <cargo_wasm/registry_server/registry.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

/// A private registry with one token that may read.
struct PrivatePlace
{
  PrivatePlace()
  {
    REQUIRE(Registry::create(env, root, {.name = "acme", .base_url = "https://registry.example/", .is_private = true}));
    AccountsFile file = AccountsFile::open(env, root).value();
    token = file.accounts().create_token({.user = "alice", .scopes = {Scope::read}, .crates = "*", .expires = {}}, 1).value();
  }

  std::unique_ptr<ReaderGate> gate(GateLimits limits = {}) const { return ReaderGate::open(env, root, root / "public", limits).value(); }

  test::TempDir directory;
  test::RealEnv real{directory.path()};
  Env env = real.env();
  base::Path root = directory / "r";
  std::string token;
};

int status_of(ReaderGate& gate, std::string_view target, std::string_view authorization = "", std::string_view peer = "10.0.0.1")
{
  const auto refusal = gate.judge({.peer = peer, .method = "GET", .target = target, .authorization = authorization});
  return refusal ? refusal->status : 200;
}

/// What is said to who would change something, before his body; "": it is read.
std::string said_of_change(ReaderGate& gate, std::string_view target, std::string_view authorization, std::string_view method = "PUT")
{
  const auto refusal = gate.judge({.peer = "10.0.0.1", .method = method, .target = target, .authorization = authorization});
  CHECK((!refusal || refusal->status == 403));
  return refusal ? refusal->body : "";
}

} // namespace

TEST_CASE("reader gate: all of a private registry is behind a token but what a client learns trust from", "[registry]")
{
  const PrivatePlace place;
  const auto gate = place.gate();
  CHECK(gate->is_private());
  CHECK(status_of(*gate, "/config.json") == 401);
  CHECK(status_of(*gate, "/config.json", place.token) == 200);
  CHECK(status_of(*gate, "/api/v1/crates?q=a") == 401);
  CHECK(status_of(*gate, "/.well-known/cargo-wasm/federation/latest") == 200);
  CHECK(status_of(*gate, "/.well-known/cargo-wasm/other") == 401);
  const auto refusal = gate->judge({.peer = "10.0.0.1", .method = "GET", .target = "/checkpoint", .authorization = ""});
  REQUIRE(refusal);
  CHECK(refusal->headers ==
        std::vector<std::pair<std::string, std::string>>{{"WWW-Authenticate", "Cargo login_url=\"https://registry.example/me\""}});
  // A browser's name and password; the password is the token.
  CHECK(status_of(*gate, "/", "Basic eDp5") == 401);
  CHECK(status_of(*gate, "/", "Basic ?") == 401);
}

TEST_CASE("reader gate: who comes with wrong tokens is not looked up any more, and who had a good one is", "[registry]")
{
  const PrivatePlace place;
  const auto gate = place.gate({.wrong_tokens = 3, .wrong_tokens_per_s = 0.001});
  CHECK(status_of(*gate, "/checkpoint", place.token) == 200);
  for (const char* const wrong : {"a", "b", "c"}) {
    CHECK(status_of(*gate, "/checkpoint", wrong) == 401);
  }
  const auto refusal = gate->judge({.peer = "10.0.0.1", .method = "GET", .target = "/checkpoint", .authorization = "d"});
  REQUIRE(refusal);
  CHECK(refusal->status == 429);
  REQUIRE(refusal->headers.size() == 1);
  CHECK(refusal->headers[0].first == "Retry-After");
  CHECK(std::stoi(refusal->headers[0].second) > 900);
  CHECK(status_of(*gate, "/checkpoint", place.token) == 200);
  CHECK(status_of(*gate, "/checkpoint", "e", "10.0.0.2") == 401); // another address
  CHECK(status_of(*gate, "/checkpoint") == 401);                  // and no token is no wrong one
}

TEST_CASE("reader gate: where changes are guarded, no body is read of who has no good token, and he hears what the API would say",
          "[registry]")
{
  constexpr std::string_view new_crate = "/api/v1/crates/new", set = "/api/v1/cargo-wasm/publish-set", keys = "/api/v1/cargo-wasm/keys",
                             component = "/api/v1/cargo-wasm/components/x", yank = "/api/v1/crates/x/1.0.0/yank";
  const bool is_private = GENERATE(true, false);
  const PrivatePlace place;
  REQUIRE(set_private(place.env, place.root, is_private));
  const std::string ended = AccountsFile::open(place.env, place.root)
                                .value()
                                .accounts()
                                .create_token({.user = "bob", .scopes = {Scope::publish}, .crates = "*", .expires = 5}, 1)
                                .value();
  Registry registry = Registry::open(place.env, place.root, "http://127.0.0.1:1/").value();
  Api api(place.env, registry);
  const auto gate = place.gate();
  for (const std::string_view target : {new_crate, set, keys, component}) {
    CHECK(said_of_change(*gate, target, "cwr_00").empty()); // as on a mirror, whose accounts are others
    CHECK(said_of_change(*gate, target, "").empty());
  }
  gate->guard_changes();
  for (const std::string& token : {std::string("cwr_00"), ended}) {
    const std::string said = api.answer({.method = "DELETE", .target = yank, .authorization = token, .if_none_match = {}, .body = {}}).body;
    CHECK(said.find("[CW1216]") != std::string::npos);
    for (const std::string_view target : {new_crate, set, keys, component}) {
      CHECK(said_of_change(*gate, target, token) == said);
      CHECK(said_of_change(*gate, target, "CW1 bm90ZQ== " + token) == said); // a note does not make up for it
    }
    CHECK(said_of_change(*gate, yank, token, "DELETE") == said);
  }
  const std::string none = api.answer({.method = "DELETE", .target = yank, .authorization = {}, .if_none_match = {}, .body = {}}).body;
  CHECK(none.find("none was sent") != std::string::npos);
  CHECK(said_of_change(*gate, new_crate, "") == none);
  CHECK(said_of_change(*gate, component, "") == none);
  CHECK(said_of_change(*gate, set, "").empty());
  CHECK(said_of_change(*gate, keys, "").empty());
  for (const std::string_view target : {new_crate, set, keys, component}) {
    CHECK(said_of_change(*gate, target, "CW1 bm90ZQ==").empty());
    CHECK(said_of_change(*gate, target, place.token).empty()); // what it allows is asked behind the body
  }
  CHECK(status_of(*gate, "/api/v1/crates?q=a", "cwr_00") == (is_private ? 401 : 200));
  CHECK(status_of(*gate, "/api/v1/crates?q=a") == (is_private ? 401 : 200));
}

TEST_CASE("reader gate: a registry is made private and opened, and a copy without tokens is not served", "[registry]")
{
  const PrivatePlace place;
  REQUIRE(set_private(place.env, place.root, false));
  CHECK(status_of(*place.gate(), "/config.json") == 200);
  REQUIRE(set_private(place.env, place.root, true));
  CHECK(status_of(*place.gate(), "/config.json") == 401);
  CHECK(render(ReaderGate::open(place.env, place.directory / "none", place.root / "public").error(), base::Severity::error, false) ==
        "error[CW1080]: the registry in `" + (place.directory / "none").string() +
            "` is private, and nobody could read it\n"
            "   = note: its `config.json` says `auth-required`, and there is no `private` with tokens beside these files\n"
            "   = help: serve a directory that `cargo-wasm registry sync` has made, and give it tokens: `cargo-wasm registry token create "
            "DIR "
            "--user NAME --scope read`\n"
            "   = help: another web server can serve the files alone, when it asks for tokens itself\n");
}

TEST_CASE("accounts: a mirror knows readers by their hashes, which are replaced as a whole", "[registry]")
{
  const PrivatePlace place;
  AccountsFile file = AccountsFile::open(place.env, place.root).value();
  Accounts& accounts = file.accounts();
  const std::string ended = accounts.create_token({.user = "bob", .scopes = {Scope::read}, .crates = "*", .expires = 5}, 1).value();
  REQUIRE(accounts.create_token({.user = "carol", .scopes = {Scope::publish}, .crates = "*", .expires = {}}, 1));
  const std::vector<Reader> readers = accounts.readers(10).value();
  REQUIRE(readers.size() == 1);
  CHECK(readers[0].user == "alice");

  REQUIRE(Registry::create(place.env, place.directory / "m", {.name = "mirror", .base_url = ""}));
  AccountsFile mirror = AccountsFile::open(place.env, place.directory / "m").value();
  REQUIRE(mirror.accounts().take_readers(readers, 10));
  const TokenGrant grant = mirror.accounts().find(place.token, 10).value().value();
  CHECK((grant.user == "alice" && grant.scopes == std::vector{Scope::read}));
  CHECK(mirror.accounts().tokens(10).value().at(0).is_copy);
  REQUIRE(mirror.accounts().take_readers({}, 10));
  CHECK_FALSE(mirror.accounts().find(place.token, 10).value());
}

} // namespace cargo_wasm::registry_server
