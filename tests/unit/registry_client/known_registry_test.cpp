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

  [[nodiscard]] std::string document(const std::string& name, const std::string& canonical, std::uint64_t version = 1) const
  {
    registry_trust::Federation federation;
    federation.name = name;
    federation.version = version;
    federation.expires = 4'000'000'000;
    federation.canonical = canonical;
    federation.root = {.threshold = 1, .keys = {root.verifier}};
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

TEST_CASE("known registries: one is learned by its root key, its log's key or its hash, and found again", "[registry]")
{
  const Operator acme;
  const std::string document = acme.document("acme", k_address);
  for (const Pin& pin : {Pin{.document = {}, .key = acme.root.verifier},
                         Pin{.document = {}, .key = acme.log.verifier},
                         Pin{.document = registry_trust::payload_hash(document).value(), .key = {}}}) {
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
  for (const Pin& pin : {Pin{.document = {}, .key = new_key("acme/root").verifier}, Pin{.document = base::sha256("x"), .key = {}}}) {
    test::FakeFilesystem fs;
    const auto learned = learn(fs, "/home", document, pin);
    REQUIRE_FALSE(learned.has_value());
    CHECK((learned.error().id == "CW1104" && learned.error().blame == Blame::integrity));
    CHECK(known_registries(fs, "/home").value().empty());
  }
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
