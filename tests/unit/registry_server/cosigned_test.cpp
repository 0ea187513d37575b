#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_server/federation_toml.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_trust/dsse.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/registry_witness/witness.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/full_disk.hpp"
#include "support/fixed_clock.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::SignerKey;
using registry_witness::Witness;
using registry_witness::WitnessAnswer;

/// What the witnesses of a test share: who is there, and what was answered.
struct Street
{
  std::map<std::string, Witness*> at; ///< by address
  std::set<std::string> down;
  std::vector<WitnessAnswer> answers;
  std::function<void()> on_ask;
};

class StreetHttp final : public base::HttpClient
{
public:
  explicit StreetHttp(Street& street) : m_street(street) {}
  void enqueue(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler) override
  {
    if (m_street.on_ask) {
      m_street.on_ask();
    }
    if (m_street.down.contains(request.url)) {
      handler->on_done(fail(Error("CW0030", "cannot connect", Blame::network)));
      return;
    }
    const WitnessAnswer answer = m_street.at.at(request.url)->add_checkpoint(request.body);
    m_street.answers.push_back(answer);
    handler->on_start();
    REQUIRE(handler->on_data(std::as_bytes(std::span(answer.body.data(), answer.body.size()))));
    base::HttpResponse response;
    response.status = answer.status;
    handler->on_done(response);
  }
  Result<bool> poll(std::chrono::milliseconds) override { return false; }
  [[nodiscard]] base::HttpProgress progress() const override { return {}; }

private:
  Street& m_street;
};

class StreetFactory final : public base::HttpClientFactory
{
public:
  explicit StreetFactory(Street& street) : m_street(street) {}
  Result<std::unique_ptr<base::HttpClient>> make(const base::HttpOptions&) override { return std::make_unique<StreetHttp>(m_street); }

private:
  Street& m_street;
};

registry_protocol::IndexEntry version_of(std::string version, std::string_view archive)
{
  registry_protocol::IndexEntry entry;
  entry.name = "one";
  entry.version = std::move(version);
  entry.checksum = base::to_hex(base::sha256(archive));
  return entry;
}

/// A registry whose federation asks for two of three witnesses.
struct WitnessedPlace
{
  WitnessedPlace() : real(directory.path()), factory(street)
  {
    std::string toml = "[witnesses]\nquorum = 2\n";
    std::vector<registry_tlog::VerifierKey> keys;
    for (const std::string name : {"w1", "w2", "w3"}) {
      keys.push_back(Witness::create(env(), directory / name, "witness.example/" + name).value());
      toml +=
          fmt::format("[[witnesses.witness]]\nname = \"{0}\"\nkey = \"{1}\"\nurl = \"https://{0}.example/\"\n", name, to_text(keys.back()));
    }
    REQUIRE(Registry::create(env(),
                             root(),
                             {.name = "acme", .base_url = "https://registry.example/"},
                             {.federation_toml = toml, .federation_file = {}, .signers = {}}));
    const std::string log = real.fs().read(root() / "private" / "keys" / "log").value();
    const SignerKey log_key = registry_tlog::parse_signer_key(log.substr(0, log.size() - 1)).value();
    for (const std::string name : {"w1", "w2", "w3"}) {
      witnesses.push_back(std::make_unique<Witness>(Witness::open(env(), directory / name, {log_key.verifier}).value()));
      street.at[address(name)] = witnesses.back().get();
    }
  }
  static std::string address(const std::string& name) { return "https://" + name + ".example/add-checkpoint"; }
  void down(const std::string& name) { street.down.insert(address(name)); }
  [[nodiscard]] base::Path root() const { return directory / "r"; }
  [[nodiscard]] base::Env env() { return env_on(real.fs()); }
  [[nodiscard]] base::Env env_on(base::Filesystem& fs)
  {
    const base::Env good = real.env();
    return {
        .fs = fs, .process = good.process, .http = factory, .clock = clock, .reporter = good.reporter, .vars = good.vars, .cwd = good.cwd};
  }
  [[nodiscard]] Registry open() { return Registry::open(env(), root(), "").value(); }
  /// The checkpoint that everybody sees, if the federation that everybody sees takes it.
  [[nodiscard]] Result<registry_tlog::VerifiedCheckpoint> seen()
  {
    const auto federation = registry_trust::open_federation(real.fs().read(federation_directory(root()) / "latest").value()).value();
    return open_checkpoint(real.fs().read(root() / "public" / "checkpoint").value(),
                           registry_tlog::parse_log_policy(federation.policy).value());
  }
  [[nodiscard]] bool is_public(std::string_view file) { return real.fs().is_file(root() / "public" / file); }
  /// Whether a witness was ever asked for what it cannot cosign: another tree than the one that it has seen.
  [[nodiscard]] bool any_fork() const
  {
    return std::ranges::any_of(street.answers, [](const WitnessAnswer& answer) { return answer.status != 200 && answer.status != 409; }) ||
           real.reporter.err().find("CW1060") != std::string::npos;
  }
  std::string next_document(const registry_trust::Federation& current, const std::string& toml)
  {
    registry_trust::Federation next = with_federation_toml(current, "f.toml", toml, registry_trust::utc_seconds(clock.now())).value();
    next.version = current.version + 1;
    registry_trust::DsseEnvelope envelope{
        .type = std::string(registry_trust::k_federation_type), .payload = to_json(next), .signatures = {}};
    const std::string text = real.fs().read(root() / "private" / "keys" / "root").value();
    sign(envelope, registry_tlog::parse_signer_key(text.substr(0, text.size() - 1)).value());
    return to_json(envelope);
  }

  test::TempDir directory;
  test::RealEnv real;
  test::FixedClock clock;
  Street street;
  StreetFactory factory;
  std::vector<std::unique_ptr<Witness>> witnesses;
};

} // namespace

TEST_CASE("witnesses: a publication is public with the cosignatures that the federation asks for; one may be down", "[registry]")
{
  WitnessedPlace place;
  place.down("w3");
  CHECK(place.seen().error().id == "CW1011"); // its witnesses did not know the log when it was made
  Registry registry = place.open();
  CHECK(registry.heartbeat_is_due());
  REQUIRE(registry.heartbeat());
  CHECK(!registry.heartbeat_is_due());
  // No witness sees a checkpoint that a crash could undo, and nobody else sees it before they have cosigned.
  place.street.on_ask = [&] {
    CHECK(place.real.fs().is_file(place.root() / "private" / "pending-checkpoint"));
    CHECK(place.seen().value().checkpoint.size == 2);
    CHECK(!place.is_public("3/o/one"));
  };
  const Recorded recorded = registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").value();
  CHECK((recorded.entry == 2 && recorded.log_size == 4));
  CHECK(place.seen().value().checkpoint.size == 4);
  CHECK(place.seen().value().witnesses == std::vector<std::string>{"w1", "w2"});
  CHECK(place.is_public("3/o/one"));
  CHECK(!registry.waits_for_witnesses());
  CHECK(!place.real.fs().is_file(place.root() / "private" / "pending-checkpoint"));
}

TEST_CASE("witnesses: without a quorum nothing is public and no other change is made; the change is finished when they are back",
          "[registry]")
{
  for (const bool reopens : {false, true}) {
    WitnessedPlace place;
    {
      Registry registry = place.open();
      REQUIRE(registry.heartbeat());
      place.down("w1");
      place.down("w2");
      CHECK(render(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").error(), base::Severity::error, false) ==
            "error[CW1059]: not enough witnesses have cosigned the log's checkpoint of 4 entries\n"
            "   = note: missing: `w1` (cannot connect)\n"
            "   = note: missing: `w2` (cannot connect)\n"
            "   = help: it is signed and kept, and becomes public as soon as they have: ask again, with the same\n");
      CHECK(registry.waits_for_witnesses());
      CHECK(place.seen().value().checkpoint.size == 2);
      CHECK(!place.is_public("3/o/one"));
      CHECK(registry.index_file("one").value().empty());
      CHECK(registry.publish(version_of("2.0.0", "other"), "other", "bob").error().notes.at(0) ==
            "an earlier change waits for them; this one was not begun");
      CHECK(registry.heartbeat().error().id == "CW1059");
      if (!reopens) {
        place.street.down = {place.address("w3")};
        CHECK(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").value().was_there);
        CHECK(place.seen().value().checkpoint.size == 4);
      }
    }
    place.street.down.clear();
    Registry registry = place.open();
    CHECK(registry.waits_for_witnesses() == reopens);
    REQUIRE(registry.settle());
    CHECK(place.seen().value().checkpoint.size == 4);
    CHECK(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").value().was_there);
    CHECK(registry.publish(version_of("2.0.0", "other"), "other", "alice").value().entry == 4);
    CHECK(place.seen().value().witnesses.size() == 3);
    CHECK(!place.any_fork());
  }
}

TEST_CASE("witnesses: a disk that is full at any write, or a process that ends there, never shows them two trees", "[registry]")
{
  bool went_through = false;
  for (int writes = 0; !went_through; ++writes) {
    REQUIRE(writes < 40);
    WitnessedPlace place;
    REQUIRE(place.open().heartbeat());
    {
      test::FullDisk full(place.real.fs(), writes);
      Registry registry = Registry::open(place.env_on(full), place.root(), "").value();
      went_through = registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").has_value();
    }
    // Whatever came of it: another change is next, of another size.
    Registry registry = place.open();
    REQUIRE(registry.publish(version_of("2.0.0", "other"), "other", "alice"));
    REQUIRE(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice"));
    const std::string index = registry.index_file("one").value();
    CHECK(std::ranges::count(index, '\n') == 2);
    CHECK(place.seen().value().checkpoint.size == 6);
    CHECK(place.seen().value().witnesses.size() == 3);
    CHECK(!place.any_fork());
  }
}

TEST_CASE("witnesses: a new document is the way out when those of the old one are gone, behind what waits for them", "[registry]")
{
  WitnessedPlace place;
  {
    Registry registry = place.open();
    REQUIRE(registry.heartbeat());
    place.down("w1");
    place.down("w2");
    REQUIRE(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").error().id == "CW1059");
    const std::string same = place.next_document(registry.federation(), "[freshness]\nwarn_s = 5\n");
    CHECK(registry.update_federation(same).error().id == "CW1059");
    CHECK(!place.is_public(".well-known/cargo-wasm/federation/2.dsse"));
    CHECK(registry.federation().version == 2);
    CHECK(registry.update_federation(same).error().id == "CW1059");
  }
  Registry registry = place.open();
  CHECK(registry.federation().version == 2);
  CHECK(place.seen().value().checkpoint.size == 2);
  const std::string fewer = place.next_document(registry.federation(), "[witnesses]\nquorum = 0\n");
  CHECK(registry.update_federation(fewer).value().log_size == 6);
  CHECK(place.seen().value().checkpoint.size == 6);
  CHECK(place.is_public(".well-known/cargo-wasm/federation/3.dsse"));
  CHECK(place.is_public(".well-known/cargo-wasm/federation/2.dsse"));
  CHECK(place.is_public("3/o/one"));
  CHECK(registry.update_federation(fewer).value().was_there);
  CHECK(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").value().was_there);
  CHECK(!place.any_fork());
}

TEST_CASE("witnesses: a registry that was restored from an old backup is told so by them, and shows nobody another history", "[registry]")
{
  WitnessedPlace place;
  REQUIRE(place.open().heartbeat());
  std::filesystem::copy(place.root(), place.directory / "backup", std::filesystem::copy_options::recursive);
  REQUIRE(place.open().publish(version_of("1.0.0", "bytes"), "bytes", "alice"));
  std::filesystem::remove_all(place.root());
  std::filesystem::rename(place.directory / "backup", place.root());
  Registry registry = place.open();
  CHECK(render(registry.publish(version_of("1.0.0", "others"), "others", "alice").error(), base::Severity::error, false) ==
        "error[CW1060]: a witness has seen another history of this registry's log\n"
        "   = note: `w1`: it has cosigned a checkpoint of 4 entries\n"
        "   = note: `w2`: it has cosigned a checkpoint of 4 entries\n"
        "   = note: `w3`: it has cosigned a checkpoint of 4 entries\n"
        "   = help: was the registry restored from an old backup, or is its key used elsewhere? A mirror that is further on has what is "
        "missing "
        "here; what a witness has cosigned cannot be unsaid\n");
  CHECK(place.seen().value().checkpoint.size == 2);
  CHECK(!place.is_public("3/o/one"));
}

TEST_CASE("witnesses: a public checkpoint and a pending one that are not of one log are not served", "[registry]")
{
  WitnessedPlace place, other;
  for (WitnessedPlace* one : {&place, &other}) {
    Registry registry = one->open();
    REQUIRE(registry.heartbeat());
    one->down("w1");
    one->down("w2");
    one->clock.advance(std::chrono::seconds(one == &place ? 1 : 2));
    REQUIRE(registry.publish(version_of("1.0.0", "bytes"), "bytes", "alice").error().id == "CW1059");
  }
  // The same key, and a tree of its own.
  const std::string log = place.real.fs().read(place.root() / "private" / "keys" / "log").value();
  const SignerKey key = registry_tlog::parse_signer_key(log.substr(0, log.size() - 1)).value();
  registry_tlog::SignedNote note =
      registry_tlog::parse_note(other.real.fs().read(other.root() / "private" / "pending-checkpoint").value()).value();
  note.text.replace(0, note.text.find('\n'), key.verifier.name);
  const std::size_t size = note.text.find('\n') + 1;
  note.text.replace(size, 1, "1");
  note.signatures = {sign(note.text, key)};
  REQUIRE(place.real.fs().write_atomic(place.root() / "private" / "pending-checkpoint", to_text(note)));
  const Error error = Registry::open(place.env(), place.root(), "").error();
  CHECK(error.id == "CW1061");
}

} // namespace cargo_wasm::registry_server
