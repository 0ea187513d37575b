#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_server/registry.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

/// The accounts of a new registry.
struct Place
{
  test::TempDir directory;
  test::RealEnv real{directory.path()};
  AccountsFile file = accounts_of_new(real.env(), directory / "r");

  static AccountsFile accounts_of_new(const base::Env& env, const base::Path& registry)
  {
    REQUIRE(Registry::create(env, registry, {.name = "acme", .base_url = "https://registry.example/"}));
    return AccountsFile::open(env, registry).value();
  }
};

} // namespace

TEST_CASE("accounts: a token allows what it was made for, for its crates, until its end, and nobody else's text is one", "[registry]")
{
  Place place;
  Accounts& accounts = place.file.accounts();
  const std::string token =
      accounts.create_token({.user = "alice", .scopes = {Scope::publish, Scope::read}, .crates = "acme-*", .expires = 2000}, 1000).value();
  CHECK(token.starts_with("cwr_"));
  CHECK(token.size() == 68);
  const TokenGrant grant = accounts.find(token, 1999).value().value();
  CHECK(grant.user == "alice");
  CHECK(grant.allows(Scope::publish, "acme-one"));
  CHECK_FALSE(grant.allows(Scope::yank, "acme-one"));
  CHECK_FALSE(grant.allows(Scope::publish, "other"));
  CHECK_FALSE(accounts.find(token, 2000).value()->allows(Scope::publish, "acme-one"));
  CHECK_FALSE(accounts.find(token + "0", 1500).value());
  CHECK_FALSE(accounts.find("", 1500).value());
  CHECK(accounts.revoke_token(grant.id).value());
  CHECK_FALSE(accounts.revoke_token(grant.id).value());
  CHECK_FALSE(accounts.find(token, 1500).value());
  CHECK(accounts.create_token({.user = "a", .scopes = {}, .crates = "*", .expires = {}}, 1).value() !=
        accounts.create_token({.user = "a", .scopes = {}, .crates = "*", .expires = {}}, 1).value());
}

TEST_CASE("accounts: owners of a crate are those of this crate, each once, by name", "[registry]")
{
  Place place;
  Accounts& accounts = place.file.accounts();
  CHECK(accounts.owners("one").value().empty());
  for (const std::string_view user : {"bob", "alice", "bob"}) {
    REQUIRE(accounts.add_owner("one", user));
  }
  CHECK(accounts.owners("one").value() == std::vector<std::string>{"alice", "bob"});
  CHECK(accounts.owners("two").value().empty());
  REQUIRE(accounts.change_owners("one", std::vector<std::string>{"bob"}, false));
  const auto last = accounts.change_owners("one", std::vector<std::string>{"alice", "carol"}, false);
  CHECK((!last && last.error().id == "CW1068" && last.error().message == "`one` would have no owner"));
  CHECK(accounts.owners("one").value() == std::vector<std::string>{"alice"});
}

} // namespace cargo_wasm::registry_server
