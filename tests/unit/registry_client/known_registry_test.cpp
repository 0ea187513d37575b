#include <cargo_wasm/registry_client/known_registry.hpp>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

namespace cargo_wasm::registry_client {
namespace {

using registry_tlog::SignerKey;

SignerKey new_key(const std::string& name)
{
  return registry_tlog::make_signer_key(name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::generate()).value();
}

struct Operator
{
  SignerKey root = new_key("acme/root"), log = new_key("acme/log");
  std::optional<registry_tlog::VerifierKey> also_listed = {}; ///< as a root, which does not sign

  [[nodiscard]] std::string document(const std::string& name, const std::string& canonical, std::uint64_t version = 1) const
  {
    registry_trust::Federation federation;
    federation.name = name;
    federation.version = version;
    federation.expires = 4'000'000'000;
    federation.canonical = canonical;
    federation.root = {.threshold = 1, .keys = {root.verifier}};
    if (also_listed) {
      federation.root.keys.push_back(*also_listed);
    }
    federation.revokers = federation.root;
    federation.policy = "log " + to_text(log.verifier) + "\nquorum none\n";
    registry_trust::DsseEnvelope envelope{
        .type = std::string(registry_trust::k_federation_type), .payload = to_json(federation), .signatures = {}};
    sign(envelope, root);
    return to_json(envelope);
  }
};

const std::string k_address = "sparse+https://registry.example/";

} // namespace

TEST_CASE("known registries: one is learned by its root key or its hash, and found again", "[registry]")
{
  const Operator acme;
  const std::string document = acme.document("acme", k_address);
  for (const Pin& pin :
       {Pin{.document = {}, .key = acme.root.verifier}, Pin{.document = registry_trust::payload_hash(document).value(), .key = {}}}) {
    test::FakeFilesystem fs;
    CHECK(learn(fs, "/home", document, pin).value().federation.name == "acme");
    const auto found = find_known_registry(fs, "/home", k_address).value();
    REQUIRE(found);
    CHECK((found->federation.canonical == k_address && !found->on_first_use));
    CHECK_FALSE(find_known_registry(fs, "/home", "sparse+https://other.example/").value());
    CHECK(learn(fs, "/home", document, pin).has_value()); // again is no error
  }
}

TEST_CASE("known registries: another key or hash learns nothing", "[registry]")
{
  const Operator acme;
  const std::string document = acme.document("acme", k_address);
  for (const Pin& pin : {Pin{.document = {}, .key = new_key("acme/root").verifier},
                         Pin{.document = {}, .key = acme.log.verifier}, // it signs no documents: anybody can list it
                         Pin{.document = base::sha256("x"), .key = {}}}) {
    test::FakeFilesystem fs;
    const auto learned = learn(fs, "/home", document, pin);
    REQUIRE_FALSE(learned.has_value());
    CHECK((learned.error().id == "CW1104" && learned.error().blame == Blame::integrity));
    CHECK(known_registries(fs, "/home").value().empty());
  }
}

TEST_CASE("known registries: a root that is listed and has not signed is no pin", "[registry]")
{
  const Operator acme;
  Operator mallory;
  mallory.also_listed = acme.root.verifier;
  test::FakeFilesystem fs;
  const auto learned = learn(fs, "/home", mallory.document("acme", k_address), {.document = {}, .key = acme.root.verifier});
  REQUIRE_FALSE(learned.has_value());
  CHECK(learned.error().id == "CW1104");
  CHECK(learned.error().notes.at(1) == "the key `" + to_text(acme.root.verifier) + "` is no root of it that has signed it");
  CHECK(known_registries(fs, "/home").value().empty());
}

TEST_CASE("known registries: a pin behind trust on first use is one of what is kept", "[registry]")
{
  const Operator acme, mallory;
  const Pin first_use{.document = {}, .key = {}, .first_use = true}, pin{.document = {}, .key = acme.root.verifier};
  test::FakeFilesystem fs;
  REQUIRE(learn(fs, "/home", mallory.document("acme", k_address), first_use).has_value());
  const std::string genuine = acme.document("acme", k_address);
  for (const Pin& wanted : {pin, Pin{.document = registry_trust::payload_hash(genuine).value(), .key = {}}}) {
    const auto learned = learn(fs, "/home", genuine, wanted);
    REQUIRE_FALSE(learned.has_value());
    CHECK(learned.error().id == "CW1104");
    CHECK(learned.error().message == "what is known as `acme` is not the registry that was asked for");
    CHECK(learned.error().notes.at(0) == "it was believed when it was seen first (`--trust-on-first-use`)");
    CHECK(learned.error().helps.at(0) == "`cargo-wasm registry remove acme` forgets it; then add it again");
    CHECK(find_known_registry(fs, "/home", k_address).value()->on_first_use);
  }
  test::FakeFilesystem good;
  REQUIRE(learn(good, "/home", genuine, first_use).has_value());
  CHECK_FALSE(learn(good, "/home", genuine, pin).value().on_first_use);
  CHECK_FALSE(find_known_registry(good, "/home", k_address).value()->on_first_use);
}

TEST_CASE("known registries: one name has one address, and one address one name", "[registry]")
{
  test::FakeFilesystem fs;
  const Operator acme, other;
  REQUIRE(learn(fs, "/home", acme.document("acme", k_address), {.document = {}, .key = {}, .first_use = true}).has_value());
  CHECK(find_known_registry(fs, "/home", k_address).value()->on_first_use);
  for (const std::string& document : {other.document("acme", "sparse+https://other.example/"), other.document("corp", k_address)}) {
    const auto learned = learn(fs, "/home", document, {.document = {}, .key = {}, .first_use = true});
    REQUIRE_FALSE(learned.has_value());
    CHECK(learned.error().id == "CW1105");
  }
}

TEST_CASE("known registries: a document that was damaged is told, with what to do", "[registry]")
{
  test::FakeFilesystem fs({{"/home/cargo-wasm/federations/acme/document.dsse", "{}"}});
  const auto known = known_registries(fs, "/home");
  REQUIRE_FALSE(known.has_value());
  CHECK(known.error().id == "CW1102");
  CHECK(known.error().helps.at(0) ==
        "remove `/home/cargo-wasm/federations/acme`, and add the registry again with `cargo-wasm registry add`");
}

TEST_CASE("known registries: a pin is a hash or a key", "[registry]")
{
  const Operator acme;
  CHECK(parse_pin(to_text(acme.root.verifier)).value().key == acme.root.verifier);
  CHECK(parse_pin("sha256:" + base::to_hex(base::sha256("x"))).value().document == base::sha256("x"));
  for (const char* const text : {"", "sha256:00", "acme"}) {
    CHECK(parse_pin(text).error().id == "CW1104");
  }
}

} // namespace cargo_wasm::registry_client
