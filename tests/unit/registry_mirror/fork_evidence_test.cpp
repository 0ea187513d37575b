#include <cargo_wasm/registry_mirror/fork_evidence.hpp>

#include <cargo_wasm/registry_tlog/log_writer.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

#include <map>

namespace cargo_wasm::registry_mirror {
namespace {

using registry_tlog::SignerKey;

/// A log in memory.
class Log final : public registry_tlog::LogSource
{
public:
  explicit Log(std::vector<std::string> entries) : m_size(entries.size())
  {
    registry_tlog::LogWriter writer;
    const std::vector<registry_tlog::LogFile> files = writer.append(entries).value();
    for (const registry_tlog::LogFile& file : files) {
      m_files[file.path] = file.bytes;
    }
    m_root = writer.root();
  }
  [[nodiscard]] registry_tlog::Checkpoint checkpoint() const
  {
    return {.origin = "a/log", .size = m_size, .root = m_root, .extensions = {}};
  }
  Result<std::vector<std::string>> tiles(std::span<const registry_tlog::Tile> tiles) override
  {
    std::vector<std::string> out;
    for (const registry_tlog::Tile& tile : tiles) {
      out.push_back(m_files.at(registry_tlog::tile_path(tile)));
    }
    return out;
  }
  Result<std::vector<std::string>> bundles(std::span<const registry_tlog::Tile>) override { return std::vector<std::string>(); }

private:
  std::uint64_t m_size;
  base::Sha256 m_root;
  std::map<std::string, std::string> m_files;
};

SignerKey log_key()
{
  return registry_tlog::make_signer_key("a/log", registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::from_seed({1}))
      .value();
}

std::string note_of(const Log& log)
{
  registry_tlog::SignedNote note{.text = to_text(log.checkpoint()), .signatures = {}};
  note.signatures.push_back(sign(note.text, log_key()));
  return to_text(note);
}

registry_tlog::LogPolicy policy()
{
  return {.logs = {{.key = log_key().verifier, .url = {}}}, .witnesses = {}, .groups = {}, .quorum = "none"};
}

std::string why_not(const ForkEvidence& evidence)
{
  return verify(evidence, policy()).error().notes.at(0);
}

ForkEvidence kept(const Log& small, Log& large)
{
  test::TempDir directory;
  test::RealEnv real(directory.path());
  registry_tlog::TileReader reader(large.checkpoint(), large);
  const base::Path file = keep_evidence(real.fs(),
                                        directory.path(),
                                        {.seen = 1000, .kept = note_of(small), .served = note_of(large), .other = {}, .proof = {}},
                                        small.checkpoint().size,
                                        &reader)
                              .value();
  return parse_fork_evidence(real.fs().read(file).value()).value();
}

} // namespace

TEST_CASE("fork evidence: a longer log with another beginning is shown by a proof, which others can check", "[registry]")
{
  const Log small({"a", "b", "c"});
  Log forked({"a", "x", "c", "d", "e"}), grown({"a", "b", "c", "d", "e"});
  registry_tlog::TileReader reader(forked.checkpoint(), forked), honest(grown.checkpoint(), grown);
  CHECK(compare(small.checkpoint(), reader).value() == TwoCheckpoints::forked);
  CHECK(compare(small.checkpoint(), honest).value() == TwoCheckpoints::consistent);
  ForkEvidence evidence = kept(small, forked);
  CHECK(verify(evidence, policy()));
  CHECK(parse_fork_evidence(to_text(evidence)).value() == evidence);
  std::swap(evidence.kept, evidence.served);
  CHECK(verify(evidence, policy()));
  evidence.proof.pop_back();
  CHECK(why_not(evidence) == "its proof does not lead to the root of the larger log");
}

TEST_CASE("fork evidence: two roots of one size need no proof", "[registry]")
{
  const Log one({"a", "b"});
  Log other({"a", "c"});
  CHECK(verify(kept(one, other), policy()));
}

TEST_CASE("fork evidence: an honest log cannot be accused", "[registry]")
{
  const Log small({"a", "b", "c"});
  Log grown({"a", "b", "c", "d", "e"}), same({"a", "b", "c"});
  ForkEvidence evidence = kept(small, grown);
  CHECK(why_not(evidence) == "the larger log begins with the smaller one");
  evidence.other = base::sha256("made up");
  CHECK(why_not(evidence) == "its proof does not lead to the root of the larger log");
  evidence.other.reset();
  CHECK(why_not(evidence) == "its proof does not lead to the root of the larger log");
  CHECK(why_not(kept(small, same)) == "both checkpoints say the same");
  evidence.served[evidence.served.find('5')] = '6';
  CHECK(verify(evidence, policy()).error().id == "CW1004");
}

TEST_CASE("fork evidence: what is not its form is refused with the place", "[registry]")
{
  const Log one({"a"});
  Log other({"b"});
  const std::string text = to_text(kept(one, other));
  CHECK(render(parse_fork_evidence("x").error(), base::Severity::error, false) ==
        "error[CW1257]: this is no evidence of a fork\n"
        "   = note: its first line is not `cargo-wasm/fork-evidence/v1`\n");
  CHECK(parse_fork_evidence(text + "x").error().notes.at(0) == "the two notes have other lengths than it says");
  std::string many = text;
  many.replace(many.find("proof 0"), 7, "proof 9");
  CHECK(parse_fork_evidence(many).error().notes.at(0) == "hash 1 of its proof is none");
  many.replace(many.find("proof 9"), 7, "proof x");
  CHECK(parse_fork_evidence(many).error().notes.at(0) ==
        "the lines `seen`, `kept`, `served`, `other` and `proof` are not as they should be");
}

} // namespace cargo_wasm::registry_mirror
