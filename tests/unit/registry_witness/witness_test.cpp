#include <cargo_wasm/registry_witness/witness.hpp>

#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/proof.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_witness/add_checkpoint.hpp>
#include <cargo_wasm/registry_witness/cosigning.hpp>

#include "support/catch.hpp"
#include "support/fixed_clock.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

#include <map>
#include <set>

namespace cargo_wasm::registry_witness {
namespace {

using base::Sha256;
using registry_tlog::SignerKey;

SignerKey log_key(std::uint8_t seed = 1)
{
  return registry_tlog::make_signer_key("a/log", registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::from_seed({seed}))
      .value();
}

std::vector<std::string> entries_of(std::size_t size, const std::string& kind = "entry")
{
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < size; ++i) {
    entries.push_back(kind + " " + std::to_string(i));
  }
  return entries;
}

/// Nodes of a log in memory.
class Nodes final : public registry_tlog::NodeReader
{
public:
  explicit Nodes(const std::vector<std::string>& entries)
  {
    for (const std::string& entry : entries) {
      m_leaves.push_back(registry_tlog::leaf_hash(entry));
    }
  }
  Result<std::vector<Sha256>> read(std::span<const registry_tlog::Node> nodes) override
  {
    std::vector<Sha256> hashes;
    for (const registry_tlog::Node& node : nodes) {
      hashes.push_back(hash(node));
    }
    return hashes;
  }

private:
  [[nodiscard]] Sha256 hash(registry_tlog::Node node) const
  {
    return node.level == 0 ? m_leaves.at(node.index)
                           : registry_tlog::node_hash(hash({.level = node.level - 1, .index = 2 * node.index}),
                                                      hash({.level = node.level - 1, .index = 2 * node.index + 1}));
  }
  std::vector<Sha256> m_leaves;
};

std::string note_of(const std::vector<std::string>& entries, const SignerKey& key)
{
  Nodes nodes(entries);
  const registry_tlog::Checkpoint checkpoint{
      .origin = "a/log", .size = entries.size(), .root = registry_tlog::tree_root(entries.size(), nodes).value(), .extensions = {}};
  registry_tlog::SignedNote note{.text = to_text(checkpoint), .signatures = {}};
  note.signatures.push_back(sign(note.text, key));
  return to_text(note);
}

std::vector<Sha256> proof_of(std::uint64_t old_size, const std::vector<std::string>& entries)
{
  Nodes nodes(entries);
  return registry_tlog::range_hashes(registry_tlog::consistency_ranges(old_size, entries.size()), nodes).value();
}

std::string question(std::uint64_t old_size, std::size_t size, const std::string& kind = "entry")
{
  const std::vector<std::string> entries = entries_of(size, kind);
  return to_text(AddCheckpoint{.old_size = old_size,
                               .proof = old_size == 0 || old_size >= size ? std::vector<Sha256>() : proof_of(old_size, entries),
                               .note = note_of(entries, log_key())});
}

struct Place
{
  Place() : real(directory.path()) { key = Witness::create(real.env(), directory / "w", "w.example/one").value(); }
  [[nodiscard]] Witness open() { return Witness::open(real.env(), directory / "w", {log_key().verifier}).value(); }

  test::TempDir directory;
  test::RealEnv real;
  registry_tlog::VerifierKey key;
};

/// HTTP that ends in witnesses of this process.
class LoopHttp final : public base::HttpClient
{
public:
  void enqueue(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler) override
  {
    ++asked;
    if (never.contains(request.url)) {
      return;
    }
    const auto witness = at.find(request.url);
    if (witness == at.end()) {
      handler->on_done(fail(Error("CW0030", "cannot connect", Blame::network)));
      return;
    }
    const WitnessAnswer answer = witness->second(request.body);
    handler->on_start();
    REQUIRE(handler->on_data(std::as_bytes(std::span(answer.body.data(), answer.body.size()))));
    base::HttpResponse response;
    response.status = answer.status;
    handler->on_done(response);
  }
  Result<bool> poll(std::chrono::milliseconds) override
  {
    if (on_poll) {
      on_poll();
    }
    return false;
  }
  [[nodiscard]] base::HttpProgress progress() const override { return {}; }

  std::map<std::string, std::function<WitnessAnswer(const std::string&)>> at;
  std::set<std::string> never; ///< answers nothing
  std::function<void()> on_poll;
  int asked = 0;
};

} // namespace

TEST_CASE("witness: a log that grows is cosigned, also by the next process", "[registry]")
{
  Place place;
  {
    Witness witness = place.open();
    const WitnessAnswer answer = witness.add_checkpoint(question(0, 3));
    REQUIRE(answer.status == 200);
    registry_tlog::SignedNote note = registry_tlog::parse_note(note_of(entries_of(3), log_key())).value();
    note.signatures.push_back(registry_tlog::parse_signature_lines(answer.body).value().at(0));
    CHECK(verify(note, std::span(&place.key, 1), "it").value().at(0).time.has_value());
    CHECK(witness.add_checkpoint(question(3, 3)).status == 200);
    CHECK(witness.add_checkpoint(question(3, 7)).status == 200);
  }
  Witness witness = place.open();
  CHECK(witness.add_checkpoint(question(3, 9)) == WitnessAnswer{.status = 409, .type = "text/x.tlog.size", .body = "7\n"});
  CHECK(witness.add_checkpoint(question(7, 9)).status == 200);
}

TEST_CASE("witness: another history, an older one, and what is not signed get nothing", "[registry]")
{
  Place place;
  Witness witness = place.open();
  REQUIRE(witness.add_checkpoint(question(0, 5)).status == 200);
  CHECK(witness.add_checkpoint(question(0, 5)) == WitnessAnswer{.status = 409, .type = "text/x.tlog.size", .body = "5\n"});
  CHECK(witness.add_checkpoint(question(5, 5, "other")) == WitnessAnswer{.status = 409, .type = "text/x.tlog.size", .body = "5\n"});
  CHECK(witness.add_checkpoint(question(5, 8, "other")).status == 422);
  CHECK(witness.add_checkpoint(question(5, 4)).status == 400);
  AddCheckpoint longer{.old_size = 5, .proof = {}, .note = note_of(entries_of(8), log_key())};
  CHECK(witness.add_checkpoint(to_text(longer)).status == 422);
  longer.proof = proof_of(5, entries_of(8));
  longer.note = note_of(entries_of(8), log_key(2));
  CHECK(witness.add_checkpoint(to_text(longer)).status == 403);
  longer.note.replace(longer.note.find("a/log"), 5, "b/log");
  CHECK(witness.add_checkpoint(to_text(longer)).status == 404);
  CHECK(witness.add_checkpoint(question(5, 8)).status == 200);
}

TEST_CASE("witness: what it has cosigned can be read, as the log has signed it", "[registry]")
{
  Place place;
  Witness witness = place.open();
  const std::string hash = base::to_hex(base::sha256("a/log"));
  CHECK(witness.cosigned_checkpoint(hash).status == 404);
  REQUIRE(witness.add_checkpoint(question(0, 5)).status == 200);
  CHECK(witness.cosigned_checkpoint(hash) == WitnessAnswer{.body = note_of(entries_of(5), log_key())});
  CHECK(witness.cosigned_checkpoint("../key").status == 404);
  CHECK(witness.cosigned_checkpoint(base::to_hex(base::sha256("b/log"))).status == 404);
}

TEST_CASE("witness: what is not its request is 400, with the reason", "[registry]")
{
  Place place;
  Witness witness = place.open();
  CHECK(witness.add_checkpoint("").body == "its first line is not `old SIZE`\n");
  CHECK(witness.add_checkpoint("old 03\n\n").body == "its first line is not `old SIZE`\n");
  CHECK(witness.add_checkpoint("old 3\nabc\n\n").body == "hash 1 of its proof is none\n");
  CHECK(witness.add_checkpoint("old 3\n").body == "an empty line behind the proof is missing\n");
  CHECK(witness.add_checkpoint("old 0\n\nhello\n").body == "what stands behind the proof is not a checkpoint\n");
  std::string many = "old 1\n";
  for (int i = 0; i < 64; ++i) {
    many += "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  }
  CHECK(witness.add_checkpoint(many + "\n").body == "its proof has more than 63 hashes\n");
  const AddCheckpoint request = parse_add_checkpoint(question(3, 9)).value();
  CHECK((request.old_size == 3 && to_text(request) == question(3, 9)));
}

TEST_CASE("witness: one process at a time, and a directory that has none says so", "[registry]")
{
  Place place;
  const Witness first = place.open();
  CHECK(Witness::open(place.real.env(), place.directory / "w", {}).error().id == "CW1262");
  CHECK(Witness::create(place.real.env(), place.directory / "w", "x").error().id == "CW1262");
  CHECK(render(Witness::open(place.real.env(), "/no/where", {}).error(), base::Severity::error, false) ==
        "error[CW1262]: there is no witness in `/no/where`\n"
        "   = help: `cargo-wasm registry witness init DIR --name NAME` makes one\n");
}

TEST_CASE("cosigning: witnesses are asked at once, one that has seen another size again, and the rest is told of", "[registry]")
{
  Place place;
  Witness witness = place.open();
  REQUIRE(witness.add_checkpoint(question(0, 4)).status == 200);
  registry_tlog::LogPolicy policy{.logs = {{.key = log_key().verifier, .url = {}}}, .witnesses = {}, .groups = {}, .quorum = "one"};
  policy.witnesses = {{.name = "one", .key = place.key, .url = "https://one.example/w"},
                      {.name = "down", .key = place.key, .url = "https://down.example/"},
                      {.name = "lies", .key = place.key, .url = "https://lies.example/"},
                      {.name = "no-address", .key = place.key, .url = ""}};
  LoopHttp http;
  http.at["https://one.example/w/add-checkpoint"] = [&](const std::string& body) { return witness.add_checkpoint(body); };
  http.at["https://lies.example/add-checkpoint"] = [](const std::string&) {
    return WitnessAnswer{.status = 200, .type = "", .body = "hello\n"};
  };
  const std::vector<std::string> entries = entries_of(9);
  const test::FixedClock clock;
  CosigningRequest request;
  request.policy = policy;
  request.note = note_of(entries, log_key());
  request.old_size = 2;
  request.proof = [&](std::uint64_t old_size) { return Result<std::vector<Sha256>>(proof_of(old_size, entries)); };
  const Cosigned cosigned = request_cosignatures(http, clock, request).value();
  CHECK(cosigned.witnesses == std::vector<std::string>{"one"});
  CHECK(cosigned.failed ==
        std::vector<std::pair<std::string, std::string>>{{"down", "cannot connect"}, {"lies", "its answer has no cosignature of its key"}});
  CHECK(http.asked == 4);
  CHECK(open_checkpoint(cosigned.note, policy).value().witnesses == std::vector<std::string>{"one"});
}

TEST_CASE("cosigning: enough is enough, after a short wait for the others; who has cosigned another history says so", "[registry]")
{
  Place place;
  Witness witness = place.open();
  test::FixedClock clock;
  LoopHttp http;
  http.at["https://one.example/add-checkpoint"] = [&](const std::string& body) { return witness.add_checkpoint(body); };
  CosigningRequest request;
  request.policy = {.logs = {{.key = log_key().verifier, .url = {}}},
                    .witnesses = {{.name = "one", .key = place.key, .url = "https://one.example/"},
                                  {.name = "slow", .key = place.key, .url = "https://slow.example/"}},
                    .groups = {},
                    .quorum = "one"};
  request.note = note_of(entries_of(4), log_key());
  request.proof = [&](std::uint64_t old_size) { return Result<std::vector<Sha256>>(proof_of(old_size, entries_of(4))); };
  http.never.insert("https://slow.example/add-checkpoint");
  http.on_poll = [&] { clock.advance(std::chrono::milliseconds(100)); };
  const auto start = clock.monotonic();
  CHECK(request_cosignatures(http, clock, request).value().failed ==
        std::vector<std::pair<std::string, std::string>>{{"slow", "it has not answered in time"}});
  CHECK(clock.monotonic() - start < std::chrono::seconds(1));

  request.note = note_of(entries_of(4, "other"), log_key());
  const Cosigned other = request_cosignatures(http, clock, request).value();
  CHECK(other.conflicts == std::vector<std::pair<std::string, std::string>>{{"one", "it has cosigned a checkpoint of 4 entries"}});
  CHECK(other.witnesses.empty());
  request.note = note_of(entries_of(3), log_key());
  CHECK(request_cosignatures(http, clock, request).value().conflicts ==
        std::vector<std::pair<std::string, std::string>>{{"one", "it has cosigned a checkpoint of 4 entries"}});
}

TEST_CASE("cosigning: one that hangs has the whole time once, then half a second, until it answers again", "[registry]")
{
  Place place;
  test::FixedClock clock;
  LoopHttp http;
  CosigningRequest request;
  request.policy = {.logs = {{.key = log_key().verifier, .url = {}}},
                    .witnesses = {{.name = "slow", .key = place.key, .url = "https://slow.example/"},
                                  {.name = "down", .key = place.key, .url = "https://down.example/"}},
                    .groups = {},
                    .quorum = "slow"};
  request.note = note_of(entries_of(4), log_key());
  request.proof = [&](std::uint64_t old_size) { return Result<std::vector<Sha256>>(proof_of(old_size, entries_of(4))); };
  http.never.insert("https://slow.example/add-checkpoint");
  http.on_poll = [&] { clock.advance(std::chrono::milliseconds(100)); };
  const auto asked_for = [&] {
    const auto start = clock.monotonic();
    const Cosigned cosigned = request_cosignatures(http, clock, request).value();
    CHECK(cosigned.silent == std::vector<std::string>{"https://slow.example/"});
    return clock.monotonic() - start;
  };
  CHECK(asked_for() == std::chrono::seconds(5));
  request.doubtful = {"https://slow.example/"};
  CHECK(asked_for() == std::chrono::milliseconds(500));

  // Whoever else is waited for has the whole time, and with him the doubtful one.
  request.policy.witnesses[1].url = "https://slower.example/";
  http.never.insert("https://slower.example/add-checkpoint");
  const auto start = clock.monotonic();
  CHECK(request_cosignatures(http, clock, request).value().silent ==
        std::vector<std::string>{"https://slow.example/", "https://slower.example/"});
  CHECK(clock.monotonic() - start == std::chrono::seconds(5));
}

} // namespace cargo_wasm::registry_witness
