#include <cargo_wasm/registry_trust/crate_authority.hpp>
#include <cargo_wasm/registry_trust/key_file.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_trust {
namespace {

using registry_tlog::SignedNote;
using registry_tlog::SignerKey;

SignerKey key_of(std::string_view name, std::uint8_t byte)
{
  registry_tlog::Ed25519PrivateKey::Seed seed;
  seed.fill(byte);
  return registry_tlog::make_signer_key(name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::from_seed(seed))
      .value();
}

struct Chain
{
  SignerKey alice = key_of("alice", 1), bob = key_of("bob", 2), log = key_of("acme/log", 9);
  CrateAuthority authority;

  auto take(const Statement& statement, const SignerKey& signer)
  {
    SignedNote note{.text = to_text(statement), .signatures = {}};
    note.signatures.push_back(sign(note.text, signer));
    return authority.take(statement, note, std::span(&log.verifier, 1));
  }
  static KeyStatement change(KeyChange kind, const SignerKey& key)
  {
    KeyStatement statement;
    statement.registry = "sparse+https://registry.example/";
    statement.name = "acme-one";
    statement.change = kind;
    statement.key = to_text(key.verifier);
    return statement;
  }
  static PublishStatement publish(std::optional<std::string> user)
  {
    PublishStatement statement;
    statement.registry = "sparse+https://registry.example/";
    statement.name = "acme-one";
    statement.version = "1.0.0";
    statement.user = std::move(user);
    return statement;
  }
};

} // namespace

TEST_CASE("authority: the key that claims a crate publishes it, lets another in, and is put out by it", "[trust][authority]")
{
  Chain chain;
  CHECK(chain.take(Chain::publish({}), chain.alice).error().notes[0] == "no key may publish this crate");
  REQUIRE(chain.take(Chain::change(KeyChange::claim, chain.alice), chain.log));
  CHECK(chain.take(Chain::publish({}), chain.alice).value() == chain.alice.verifier);
  CHECK(render(chain.take(Chain::publish({}), chain.bob).error(), base::Severity::error, false) ==
        "error[CW1028]: a statement about `acme-one` is not signed by whoever may make it\n"
        "   = note: keys of the crate: `" +
            to_text(chain.alice.verifier) +
            "`\n"
            "   = help: what it states does not count; ask whoever runs the registry\n");
  CHECK(chain.take(Chain::change(KeyChange::grant, chain.bob), chain.bob).error().id == "CW1028");
  REQUIRE(chain.take(Chain::change(KeyChange::grant, chain.bob), chain.alice));
  CHECK(chain.take(Chain::publish({}), chain.bob).value() == chain.bob.verifier);
  REQUIRE(chain.take(Chain::change(KeyChange::drop, chain.alice), chain.bob));
  CHECK(chain.take(Chain::publish({}), chain.alice).error().id == "CW1028");
}

TEST_CASE("authority: the registry claims for others and signs for users, and nobody else does", "[trust][authority]")
{
  Chain chain;
  CHECK(chain.take(Chain::change(KeyChange::claim, chain.alice), chain.alice).error().notes[0] == "the registry has not signed it");
  REQUIRE(chain.take(Chain::change(KeyChange::claim, chain.alice), chain.log));
  CHECK(chain.take(Chain::change(KeyChange::claim, chain.bob), chain.log).error().notes[0] ==
        "it is claimed for `" + to_text(chain.bob.verifier) + "`, and has a key already");
  CHECK(chain.take(Chain::publish("carol"), chain.alice).error().id == "CW1028");
  CHECK(chain.take(Chain::publish("carol"), chain.log).value() == std::nullopt);
  CHECK(chain.take(SealStatement(), chain.log).error().id == "CW1028");
}

TEST_CASE("authority: the registry alone brings versions in from elsewhere, and only of crates that nobody here has", "[trust][authority]")
{
  Chain chain;
  ImportStatement seen;
  seen.registry = "sparse+https://registry.example/";
  seen.name = "acme-one";
  seen.version = "1.0.0";
  seen.upstream = "sparse+https://upstream.example/";
  CHECK(chain.take(seen, chain.alice).error().notes[0] == "the registry has not signed it");
  CHECK(chain.take(seen, chain.log).value() == std::nullopt);
  CHECK(*crate_of(seen) == "acme-one");
  REQUIRE(chain.take(Chain::change(KeyChange::claim, chain.alice), chain.log));
  CHECK(render(chain.take(seen, chain.log).error(), base::Severity::error, false) ==
        "error[CW1028]: a statement about `acme-one` is not signed by whoever may make it\n"
        "   = note: it is brought in from another registry, and has a publisher's key here\n"
        "   = help: what it states does not count; ask whoever runs the registry\n");
}

TEST_CASE("key file: a sealed key opens with its passphrase alone, and shows whose it is", "[trust][keys]")
{
  const SignerKey alice = key_of("alice", 1);
  const std::string sealed = sealed_key_text(alice, "open sesame");
  const auto saying = [](std::string words) -> Passphrase { return [words] { return Result<std::string>(words); }; };
  CHECK(sealed.starts_with("cargo-wasm/sealed-key/v1\nkey " + to_text(alice.verifier) + "\nscrypt 32768 8 1 "));
  CHECK(sealed.find("PRIVATE") == std::string::npos);
  CHECK(to_secret_text(open_key_text(sealed, saying("open sesame")).value()) == to_secret_text(alice));
  CHECK(sealed_key_text(alice, "open sesame") != sealed);
  CHECK(render(open_key_text(sealed, saying("open")).error(), base::Severity::error, false) ==
        "error[CW1029]: the signing key cannot be opened\n   = note: this is not its passphrase, or its file was changed\n");
  std::string changed = sealed;
  changed.replace(changed.find("alice"), 5, "malic");
  CHECK(open_key_text(changed, saying("open sesame")).error().id == "CW1029");
  CHECK(open_key_text(sealed.substr(0, 90), saying("open sesame")).error().notes[0] == "its file is damaged");
  CHECK(to_secret_text(open_key_text(to_secret_text(alice) + "\n", saying("")).value()) == to_secret_text(alice));
}

} // namespace cargo_wasm::registry_trust
