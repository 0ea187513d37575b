#include <cargo_wasm/registry_trust/federation.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_trust {
namespace {

using registry_tlog::Ed25519PrivateKey;
using registry_tlog::SignatureType;

SignerKey key(std::string_view name, std::uint8_t byte)
{
  Ed25519PrivateKey::Seed seed;
  seed.fill(byte);
  return registry_tlog::make_signer_key(name, SignatureType::ed25519, Ed25519PrivateKey::from_seed(seed)).value();
}

struct World
{
  SignerKey r1 = key("acme/root1", 1), r2 = key("acme/root2", 2), r3 = key("acme/root3", 3), log = key("registry.example/log", 9);
  Federation federation;

  World()
  {
    federation.name = "acme";
    federation.expires = 1798761600;
    federation.canonical = "sparse+https://registry.example/index/";
    federation.root = {.threshold = 2, .keys = {r1.verifier, r2.verifier, r3.verifier}};
    federation.revokers = {.threshold = 1, .keys = {r3.verifier}};
    federation.policy = "log " + to_text(log.verifier) + "\nquorum none\n";
    federation.mirrors = {{.id = "eu",
                           .region = "eu",
                           .base = "https://eu.registry.example/",
                           .publishes = true,
                           .priority = 5,
                           .max_lag_s = 60,
                           .oci = "oci.example/acme"}};
    federation.exclusive = {"acme-*"};
  }
  static std::string signed_by(const Federation& federation, std::initializer_list<const SignerKey*> keys)
  {
    DsseEnvelope envelope{.type = std::string(k_federation_type), .payload = to_json(federation), .signatures = {}};
    for (const SignerKey* signer : keys) {
      sign(envelope, *signer);
    }
    return to_json(envelope);
  }
};

std::string text_of(const Error& error)
{
  return render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("federation: a document comes back as it was written, with enough signatures of its own keys", "[registry]")
{
  const World world;
  const std::string dsse = World::signed_by(world.federation, {&world.r1, &world.r3});
  CHECK(open_federation(dsse).value() == world.federation);
  CHECK(payload_hash(dsse).value() == base::sha256(to_json(world.federation)));
  CHECK(parse_dsse(to_json(parse_dsse(dsse).value())).value() == parse_dsse(dsse).value());
}

TEST_CASE("federation: one key twice is one key, a foreign one is none, and what is missing is told", "[registry]")
{
  const World world;
  CHECK(text_of(open_federation(World::signed_by(world.federation, {&world.r1, &world.r1, &world.log})).error()) ==
        "error[CW1024]: the document of the federation `acme`, version 1, is not signed by enough keys\n"
        "   = note: 2 of the 3 root keys of this version are needed, 1 have signed\n"
        "   = note: missing: `" +
            to_text(world.r2.verifier) +
            "`\n"
            "   = note: missing: `" +
            to_text(world.r3.verifier) +
            "`\n"
            "   = help: it is not used; the version before it still counts. Ask whoever runs the federation\n");
  DsseEnvelope envelope = parse_dsse(World::signed_by(world.federation, {&world.r1, &world.r2})).value();
  envelope.payload[10] ^= 1;
  CHECK_FALSE(open_federation(to_json(envelope)));
}

TEST_CASE("federation: the next version needs keys of the version before and of its own, and is the next", "[registry]")
{
  const World world;
  Federation next = world.federation;
  next.version = 2;
  const SignerKey r4 = key("acme/root4", 4), r5 = key("acme/root5", 5);
  next.root = {.threshold = 2, .keys = {world.r1.verifier, r4.verifier, r5.verifier}};
  CHECK(follow_federation(world.federation, World::signed_by(next, {&world.r1, &world.r2, &r4})).value() == next);
  CHECK(follow_federation(world.federation, World::signed_by(next, {&r4, &r5})).error().notes[0] ==
        "2 of the 3 root keys of the version before it are needed, 0 have signed");
  CHECK(follow_federation(world.federation, World::signed_by(next, {&world.r2, &world.r3})).error().notes[0] ==
        "2 of the 3 root keys of this version are needed, 0 have signed");
  next.version = 3;
  CHECK(text_of(follow_federation(world.federation, World::signed_by(next, {&world.r1, &world.r2, &r4})).error()) ==
        "error[CW1025]: this is not the next version of the federation `acme`\n"
        "   = note: known is version 1 of `sparse+https://registry.example/index/`\n"
        "   = note: came version 3 of `sparse+https://registry.example/index/`, `acme`\n"
        "   = help: it is not used; another mirror may have the right one\n");
}

TEST_CASE("federation: a member that is missing or wrong is told by its name", "[registry]")
{
  const World world;
  const std::string whole = to_json(world.federation);
  const auto why = [&whole](std::string_view from, std::string_view to) {
    std::string text = whole;
    const std::size_t place = text.find(from);
    REQUIRE(place != std::string::npos);
    text.replace(place, from.size(), to);
    const Result<Federation> read = parse_federation(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().id == "CW1023");
    return read.error().notes.at(0);
  };
  CHECK(why("\"v\": 1", "\"v\": 2") == "`v` has to be a number from 1 to 1");
  CHECK(why("\"name\"", "\"nam\"") == "`name` has to be there");
  CHECK(why("2027-01-01T00:00:00Z", "soon") == "`expires` has to be a time such as 2027-01-01T00:00:00Z");
  CHECK(why("\"sparse+https", "\"https") == "`canonical` has to be an address `sparse+…` with a slash at its end");
  CHECK(why("\"threshold\": 2", "\"threshold\": 4") == "`root.threshold` has to be a number from 1 to 3");
  CHECK(why("\"k3\"\n  ]", "\"k2\"\n  ]") == "`root.keys` has to be names of different keys of `keys`");
  CHECK(why("registry.example/\"", "registry.example\"") == "`mirrors[0].base` has to be an address with a slash at its end");
  CHECK(why("\"max_lag_s\": 60", "\"max_lag_s\": -1") == "`mirrors[0].max_lag_s` has to be a number from 1 to 4294967295");
  CHECK(why("\"warn_s\"", "\"fail_s\": 3, \"warn_s\"") == "a member is there twice");
  CHECK(parse_federation("[]").error().notes[0] == "it is not a JSON object");
  CHECK(parse_dsse("{}").error().notes[0] == "it has to have `payloadType`, `payload` in Base64, and at most 100 `signatures`");
}

} // namespace cargo_wasm::registry_trust
