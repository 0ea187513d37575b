#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/registry_server/federation_toml.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_tlog/checkpoint.hpp>
#include <cargo_wasm/registry_tlog/log_directory.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <algorithm>

#include "support/catch.hpp"
#include "support/full_disk.hpp"
#include "support/fixed_clock.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::SignerKey;
using registry_trust::KeyChange;
using registry_trust::Statement;

constexpr std::string_view k_trust_address = "https://registry.example/";

SignerKey signer_of(std::string_view name, std::uint8_t byte)
{
  registry_tlog::Ed25519PrivateKey::Seed seed;
  seed.fill(byte);
  return registry_tlog::make_signer_key(name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::from_seed(seed))
      .value();
}

std::string signed_text(const Statement& statement, const SignerKey& signer)
{
  registry_tlog::SignedNote note{.text = to_text(statement), .signatures = {}};
  note.signatures.push_back(sign(note.text, signer));
  return to_text(note);
}

registry_protocol::IndexEntry crate(std::string name, std::string version, std::string_view archive)
{
  registry_protocol::IndexEntry entry;
  entry.name = std::move(name);
  entry.version = std::move(version);
  entry.checksum = base::to_hex(base::sha256(archive));
  return entry;
}

struct TrustPlace
{
  TrustPlace() : real(directory.path())
  {
    REQUIRE(Registry::create(env(), root(), {.name = "acme", .base_url = std::string(k_trust_address)}));
    AccountsFile accounts = AccountsFile::open(env(), root()).value();
    REQUIRE(accounts.accounts().add_key("alice", to_text(alice.verifier), 0));
    REQUIRE(accounts.accounts().add_key("bob", to_text(bob.verifier), 0));
  }
  [[nodiscard]] base::Path root() const { return directory / "r"; }
  [[nodiscard]] base::Env env() { return env_on(real.fs()); }
  [[nodiscard]] base::Env env_on(base::Filesystem& fs)
  {
    const base::Env good = real.env();
    return {.fs = fs,
            .process = good.process,
            .http = good.http,
            .clock = clock,
            .reporter = good.reporter,
            .vars = good.vars,
            .cwd = good.cwd};
  }
  [[nodiscard]] Registry open() { return Registry::open(env(), root(), "").value(); }
  [[nodiscard]] std::uint64_t now() const { return registry_trust::utc_seconds(clock.now()); }
  [[nodiscard]] std::uint64_t log_size() const
  {
    return registry_tlog::parse_checkpoint(
               registry_tlog::parse_note(const_cast<TrustPlace*>(this)->real.fs().read(root() / "public" / "checkpoint").value())
                   .value()
                   .text)
        .value()
        .size;
  }
  [[nodiscard]] registry_trust::PublishStatement statement(const registry_protocol::IndexEntry& entry) const
  {
    registry_trust::PublishStatement made;
    made.registry = "sparse+" + std::string(k_trust_address);
    made.name = entry.name;
    made.version = entry.version;
    made.archive = *base::parse_sha256(entry.checksum);
    made.time = now();
    return made;
  }
  Author author(Registry& registry, const Statement& statement, const SignerKey& signer)
  {
    return open_publisher_note(signed_text(statement, signer), registry.accounts()).value();
  }
  Result<Recorded>
  publish(Registry& registry, const registry_protocol::IndexEntry& entry, std::string_view archive, const SignerKey& signer)
  {
    return registry.publish(entry, archive, author(registry, statement(entry), signer));
  }
  // A revocation by the root's key, which is the revokers', too.
  std::string revocation(std::string target, std::string_view file = "root")
  {
    registry_trust::RevokeStatement made;
    made.registry = "sparse+" + std::string(k_trust_address);
    made.target = std::move(target);
    made.reason = "malware";
    made.time = now();
    std::string text = real.fs().read(root() / "private" / "keys" / file).value();
    text.pop_back();
    return signed_text(made, registry_tlog::parse_signer_key(text).value());
  }
  // The next version of the federation's document, which says `unsigned = "deny"`.
  std::string next_document(const registry_trust::Federation& current)
  {
    registry_trust::Federation next = current;
    ++next.version;
    next.unsigned_allowed = false;
    registry_trust::DsseEnvelope envelope{
        .type = std::string(registry_trust::k_federation_type), .payload = to_json(next), .signatures = {}};
    std::string text = real.fs().read(root() / "private" / "keys" / "root").value();
    text.pop_back();
    sign(envelope, registry_tlog::parse_signer_key(text).value());
    return to_json(envelope);
  }

  test::TempDir directory;
  test::RealEnv real;
  test::FixedClock clock;
  SignerKey alice = signer_of("alice", 1), bob = signer_of("bob", 2);
};

std::string rendered(const Error& error)
{
  return render(error, base::Severity::error, false);
}

} // namespace

TEST_CASE("signed publication: the first one claims the crate, by one checkpoint; another key of an owner has to be granted", "[registry]")
{
  TrustPlace place;
  Registry registry = place.open();
  const Recorded first = place.publish(registry, crate("one", "1.0.0", "bytes"), "bytes", place.alice).value();
  CHECK((first.entry == 2 && first.log_size == 4));
  CHECK(registry.accounts().owners("one").value() == std::vector<std::string>{"alice"});
  CHECK(place.publish(registry, crate("one", "1.1.0", "more"), "more", place.alice).value().entry == 4);
  CHECK(place.publish(registry, crate("one", "1.2.0", "most"), "most", place.bob).error().id == "CW1220");

  registry_trust::KeyStatement grant;
  grant.registry = registry.canonical();
  grant.name = "one";
  grant.change = KeyChange::grant;
  grant.key = to_text(place.bob.verifier);
  grant.time = place.now();
  const auto change = [&](const SignerKey& signer) { return registry.change_keys(*place.author(registry, grant, signer).note); };
  CHECK(change(place.bob).error().id == "CW1220");
  CHECK(change(place.alice).value().entry == 6);
  CHECK(change(place.alice).value().was_there);
  CHECK(place.publish(registry, crate("one", "1.2.0", "most"), "most", place.bob).value().entry == 8);
  grant.change = KeyChange::drop;
  grant.key = to_text(place.alice.verifier);
  CHECK(change(place.bob).value().entry == 10);
  grant.key = to_text(place.bob.verifier);
  CHECK(rendered(change(place.bob).error()) == "error[CW1220]: `one` would have no key left\n"
                                               "   = note: then whoever published it next would have it\n"
                                               "   = help: grant another key first\n");
}

TEST_CASE("signed publication: of now, once, and behind the newest statement", "[registry]")
{
  TrustPlace place;
  Registry registry = place.open();
  const registry_protocol::IndexEntry entry = crate("one", "1.0.0", "bytes");
  registry_trust::PublishStatement statement = place.statement(entry);
  const auto publish = [&] { return registry.publish(entry, "bytes", place.author(registry, statement, place.alice)); };
  statement.time -= k_note_window_s + 1;
  CHECK(rendered(publish().error()) == "error[CW1218]: the signed statement is not of now\n"
                                       "   = note: it was signed at 2025-12-31T23:54:59Z; the registry's clock says 2026-01-01T00:00:00Z\n"
                                       "   = note: at most 5 minutes may be between them\n"
                                       "   = help: set the clock of the machine that signs, and sign again\n");
  statement.time = place.now() + k_note_window_s + 1;
  CHECK(publish().error().id == "CW1218");
  statement.time = place.now() - k_note_window_s;
  statement.previous = base::sha256("");
  CHECK(rendered(publish().error()) == "error[CW1221]: the signed statement does not follow the newest one about `one`\n"
                                       "   = note: it follows e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
                                       "   = note: the newest is none\n"
                                       "   = help: somebody else has changed the crate in the meantime: look at it, and sign again\n");
  statement.previous = {};
  statement.index_line = base::sha256("another line");
  CHECK(publish().error().notes[0].starts_with("it states the index line `"));
  statement.index_line = base::sha256(registry_protocol::to_json_line(entry));
  CHECK(place.log_size() == 1);
  REQUIRE(publish());
  CHECK(publish().value().was_there);

  registry_trust::YankStatement yank;
  yank.registry = registry.canonical();
  yank.name = "one";
  yank.version = "1.0.0";
  yank.nonce = "00";
  yank.time = place.now();
  const std::string once = signed_text(yank, place.alice);
  const auto yank_by = [&](bool yanked, const std::string& note) {
    return registry.set_yanked("one", "1.0.0", yanked, open_publisher_note(note, registry.accounts()).value());
  };
  REQUIRE(yank_by(true, once));
  CHECK(yank_by(false, once).error().notes[0] == "it states no end of a yank");
  yank.yanked = false;
  REQUIRE(yank_by(false, signed_text(yank, place.alice)));
  CHECK(rendered(yank_by(true, once).error()) == "error[CW1219]: this signed statement was used before\n"
                                                 "   = note: each counts once, so that nobody can repeat what somebody else has signed\n"
                                                 "   = help: sign and send it anew\n");
}

TEST_CASE("a disk that is full at any write of a set of signed publications leaves none of them, and the same signatures count then",
          "[registry]")
{
  bool went_through = false;
  for (int writes = 0; !went_through; ++writes) {
    REQUIRE(writes < 40);
    TrustPlace place;
    const auto set = [&](Registry& registry) {
      const registry_protocol::IndexEntry one = crate("one", "1.0.0", "bytes"), two = crate("two", "1.0.0", "more");
      return registry.publish_set({{.entry = one, .archive = "bytes", .author = place.author(registry, place.statement(one), place.alice)},
                                   {.entry = two, .archive = "more", .author = place.author(registry, place.statement(two), place.alice)}});
    };
    {
      test::FullDisk ended(place.real.fs(), writes);
      Registry registry = Registry::open(place.env_on(ended), place.root(), "").value();
      went_through = set(registry).has_value();
      if (writes % 2 == 1) {
        // The same process goes on when there is room again.
        ended.make_room();
        CHECK(registry.heartbeat());
        CHECK(registry.index_file("one").value().empty() == (place.log_size() < 6));
      }
    }
    const auto beats = static_cast<std::uint64_t>(writes % 2);
    const bool is_logged = place.log_size() == 6 + beats;
    REQUIRE((is_logged || place.log_size() == 1 + beats));
    Registry registry = place.open();
    CHECK(registry.index_file("one").value().empty() == !is_logged);
    CHECK(registry.index_file("two").value().empty() == !is_logged);
    CHECK(set(registry).value()[1].was_there == is_logged);
    CHECK(place.log_size() == 6 + beats);
  }
}

TEST_CASE("a disk that is full at any write of a revocation or of a new federation leaves the one before in force, or the new one",
          "[registry]")
{
  for (const bool revokes : {true, false}) {
    bool went_through = false;
    for (int writes = 0; !went_through; ++writes) {
      REQUIRE(writes < 40);
      TrustPlace place;
      std::string payload;
      {
        Registry registry = place.open();
        REQUIRE(place.publish(registry, crate("one", "1.0.0", "bytes"), "bytes", place.alice));
        payload = revokes ? place.revocation("crate one 1.0.0") : place.next_document(registry.federation());
      }
      const OperatorChange change{.kind = revokes ? OperatorChangeKind::revocation : OperatorChangeKind::federation, .payload = payload};
      {
        test::FullDisk ended(place.real.fs(), writes);
        Registry registry = Registry::open(place.env_on(ended), place.root(), "").value();
        went_through = apply(registry, change).has_value();
      }
      const bool is_logged = place.log_size() == (revokes ? 6U : 5U);
      Registry registry = place.open();
      const bool is_yanked = registry.index_file("one").value().find("\"yanked\":true") != std::string::npos;
      CHECK(registry.revocations().value().size() == (revokes && is_logged ? 1U : 0U));
      CHECK(is_yanked == (revokes && is_logged));
      CHECK(registry.federation().version == (!revokes && is_logged ? 2U : 1U));
      const base::Path documents = federation_directory(place.root());
      CHECK(place.real.fs().read(documents / "latest").value() ==
            place.real.fs().read(documents / (registry.federation().version == 2 ? "2.dsse" : "1.dsse")).value());
      if (!is_logged) {
        CHECK(apply(registry, change));
      }
    }
  }
}

TEST_CASE("what follows from the log is made again from the log when the database was lost", "[registry]")
{
  TrustPlace place;
  {
    Registry registry = place.open();
    REQUIRE(place.publish(registry, crate("one", "1.0.0", "bytes"), "bytes", place.alice));
    REQUIRE(place.publish(registry, crate("two", "1.0.0", "more"), "more", place.alice));
    REQUIRE(registry.change_revocations(place.revocation("crate two 1.0.0")));
  }
  for (const std::string_view file : {"state.sqlite", "state.sqlite-wal", "state.sqlite-shm"}) {
    (void)place.real.fs().remove(place.root() / "private" / file);
  }
  Registry registry = place.open();
  REQUIRE(registry.accounts().add_key("alice", to_text(place.alice.verifier), 0));
  REQUIRE(registry.accounts().add_key("bob", to_text(place.bob.verifier), 0));
  CHECK(registry.search("").value().size() == 2);
  CHECK(registry.revocations().value().size() == 1);
  CHECK(place.publish(registry, crate("one", "1.1.0", "most"), "most", place.bob).error().id == "CW1220");
  CHECK(place.publish(registry, crate("one", "1.1.0", "most"), "most", place.alice));
}

TEST_CASE("revocation: by the revokers' threshold alone; it yanks, and what is revoked does not come back", "[registry]")
{
  TrustPlace place;
  Registry registry = place.open();
  REQUIRE(place.publish(registry, crate("one", "1.0.0", "bytes"), "bytes", place.alice));
  CHECK(rendered(registry.change_revocations(place.revocation("crate one 1.0.0", "log")).error()) ==
        "error[CW1226]: this does not change what is revoked\n   = note: 1 of the 1 keys of revokers are needed, 0 have signed\n");
  CHECK(registry.change_revocations(place.revocation("crate one 2.0.0")).error().notes[0] == "there is no version 2.0.0 of `one`");
  CHECK(registry.change_revocations(place.revocation("world")).error().notes[0] ==
        "`world` is neither `crate NAME VERSION` nor `archive HASH` nor `key KEY`");
  const std::string archive = "archive " + base::to_hex(base::sha256("bytes"));
  REQUIRE(registry.change_revocations(place.revocation(archive)));
  CHECK(registry.change_revocations(place.revocation(archive)).value().was_there);
  CHECK(registry.index_file("one").value().find("\"yanked\":true") != std::string::npos);
  CHECK(rendered(registry.publish(crate("copy", "1.0.0", "bytes"), "bytes", "alice").error()) ==
        "error[CW1227]: `copy` 1.0.0 is revoked\n   = note: `" + archive + "`, because of malware, by entry 4 of the log\n");
  REQUIRE(registry.set_yanked("one", "1.0.0", true, "alice"));
  CHECK(registry.set_yanked("one", "1.0.0", false, "alice").error().id == "CW1227");
}

TEST_CASE("federation: what it denies and which names are others' is refused at the next publication", "[registry]")
{
  TrustPlace place;
  Registry registry = place.open();
  REQUIRE(registry.update_federation(place.next_document(registry.federation())));
  CHECK(
      rendered(registry.publish(crate("one", "1.0.0", "bytes"), "bytes", "alice").error()) ==
      "error[CW1222]: this registry takes only changes that their publisher has signed\n"
      "   = note: its federation says `unsigned = \"deny\"`; the request came with a token alone\n"
      "   = help: make a key with `cargo-wasm registry keys generate`, and let cargo sign with `credential-provider = [\"cargo-wasm\"]`\n");
  CHECK(registry.update_federation("{}").error().id == "CW1022");
  const registry_trust::Federation before = registry.federation();
  CHECK(before.version == 2);
  const registry_trust::Federation named =
      with_federation_toml(before, "federation.toml", "[namespaces]\nforeign = [\"corp-*\"]\n", place.now()).value();
  CHECK((named.foreign == std::vector<std::string>{"corp-*"} && named.exclusive.empty() && named.mirrors == before.mirrors));
}

TEST_CASE("federation.toml: witnesses and their quorum become the policy, whose log stays", "[registry]")
{
  TrustPlace place;
  const registry_trust::Federation before = place.open().federation();
  const SignerKey witness = registry_tlog::make_signer_key(
                                "w.example/w1", registry_tlog::SignatureType::cosignature, registry_tlog::Ed25519PrivateKey::generate())
                                .value();
  const std::string text = "[witnesses]\nquorum = 1\n[[witnesses.witness]]\nname = \"w1\"\nkey = \"" + to_text(witness.verifier) +
                           "\"\nurl = \"https://w.example/\"\n";
  const registry_trust::Federation after = with_federation_toml(before, "federation.toml", text, place.now()).value();
  CHECK(after.policy == before.policy.substr(0, before.policy.find('\n') + 1) + "witness w1 " + to_text(witness.verifier) +
                            " https://w.example/\ngroup enough 1 w1\nquorum enough\n");
  CHECK(policy_with_log(after.policy, place.alice.verifier).value().starts_with("log " + to_text(place.alice.verifier) + "\nwitness w1 "));
  CHECK(rendered(with_federation_toml(before, "federation.toml", "[freshness]\nwarn_s = 0\n", place.now()).error()) ==
        "error[CW1224]: this cannot be the file of a federation\n"
        "  --> federation.toml:2:10\n"
        "   |\n"
        " 2 | warn_s = 0\n"
        "   |          ^ here stands a number from 1\n"
        "   = help: docs/formats/federation.md says what can stand in it\n");
}

TEST_CASE("heartbeat: due when a quarter of the snapshot's lifetime is over, and not after one", "[registry]")
{
  TrustPlace place;
  Registry registry = place.open();
  CHECK(!registry.heartbeat_is_due());
  place.clock.advance(std::chrono::hours(43));
  CHECK(registry.heartbeat_is_due());
  CHECK(registry.heartbeat().value().log_size == 2);
  CHECK(!registry.heartbeat_is_due());
}

TEST_CASE("an operator's change is left for the process that has the registry, and withdrawn when nobody makes it", "[registry]")
{
  TrustPlace place;
  CHECK(submit(place.env(), place.root(), {}).value().log_size == 2);
  {
    Registry registry = place.open();
    CHECK(rendered(submit(place.real.env(), place.root(), {}, std::chrono::milliseconds(100)).error()) ==
          "error[CW1228]: whoever has the registry in `" + place.root().native() +
              "` did not make the change\n"
              "   = note: it was left to that process for 0 seconds, and is withdrawn\n"
              "   = help: a server of an older version has to be ended first; any other process that has the registry, too\n");
    REQUIRE(registry.do_submitted());
  }
  CHECK(place.log_size() == 2);
  const Error error = Error("CW1226", "no", Blame::integrity).note("a").help("b").during("c");
  CHECK(parse_answer(answer_text(fail(error))).error() == error);
  CHECK(parse_answer(answer_text(Recorded{.entry = 3, .log_size = 5, .was_there = true})).value().entry == 3);
}

TEST_CASE("registry: versions from elsewhere come in by one checkpoint or not at all, wherever the disk ends", "[registry][import]")
{
  TrustPlace place;
  const std::string upstream = "sparse+https://upstream.example/";
  const std::vector<registry_protocol::IndexEntry> seen{crate("one", "1.0.0", "a"), crate("one", "1.1.0", "b"), crate("two", "1.0.0", "c")};
  for (const std::string_view archive : {"a", "b", "c"}) {
    REQUIRE(place.real.fs().write_atomic(place.root() / "public" / "crates" / (base::to_hex(base::sha256(archive)) + ".crate"), archive));
  }
  const std::uint64_t before = place.log_size();
  bool is_through = false;
  for (int writes = 0; !is_through; ++writes) {
    test::FullDisk disk(place.real.fs(), writes);
    {
      Registry registry = Registry::open(place.env_on(disk), place.root(), "").value();
      is_through = registry.import_versions(upstream, seen).has_value();
    }
    Registry after = place.open();
    const bool has_one = !after.index_file("one")->empty(), has_two = !after.index_file("two")->empty();
    CHECK(has_one == has_two);
    CHECK(place.log_size() == before + (has_one ? 4 : 0)); // three statements and a snapshot
    if (has_one && !is_through) {
      break;
    }
  }
  Registry registry = place.open();
  CHECK(registry.import_versions(upstream, seen)->was_there);
  CHECK(render(registry.import_versions(upstream, {crate("one", "1.0.0", "c")}).error(), base::Severity::error, false) ==
        "error[CW1213]: `one` 1.0.0 was brought in before, with other contents\n"
        "   = note: there is 1.0.0 with SHA-256 " +
            base::to_hex(base::sha256("a")) + "\n   = note: now it has " + base::to_hex(base::sha256("c")) +
            "\n   = help: a version never changes: somebody between you and the registry it is from changes files\n");
  CHECK(render(registry.import_versions(upstream, {crate("three", "1.0.0", "not there")}).error(), base::Severity::error, false)
            .starts_with("error[CW0001]"));
  REQUIRE(place.real.fs().write_atomic(place.root() / "public" / "crates" / (base::to_hex(base::sha256("d")) + ".crate"), "other"));
  CHECK(render(registry.import_versions(upstream, {crate("three", "1.0.0", "d")}).error(), base::Severity::error, false) ==
        "error[CW1121]: the archive of `three` 1.0.0 is not the one of its index line\n"
        "   = note: the line says `" +
            base::to_hex(base::sha256("d")) + "`\n   = help: nothing of it was taken in; run `cargo-wasm registry mirror` again\n");
  CHECK(registry.import_versions(upstream, {crate("One", "1.0.0", "a")}).error().id == "CW1214");
  CHECK(registry.import_versions(upstream, {crate("../../x", "1.0.0", "a")}).error().id == "CW1212");
  CHECK(registry.publish(crate("one", "2.0.0", "c"), "c", "alice").error().id == "CW1123");
  CHECK(registry.set_yanked("one", "1.0.0", true, "alice").error().id == "CW1123");
  REQUIRE(registry.publish(crate("own", "1.0.0", "c"), "c", "alice"));
  CHECK(render(registry.import_versions(upstream, {crate("own", "2.0.0", "a")}).error(), base::Severity::error, false) ==
        "error[CW1123]: `own` was published in this registry\n"
        "   = note: a version from elsewhere would be taken for one of its publisher\n"
        "   = help: make the mirror in a registry of its own\n");
}

} // namespace cargo_wasm::registry_server
