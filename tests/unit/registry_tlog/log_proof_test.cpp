#include "memory_log.hpp"

#include <cargo_wasm/registry_tlog/log_proof.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {
namespace {

struct ProvenLog
{
  explicit ProvenLog(std::uint64_t size)
  {
    log.grow_to(size);
    SignedNote signed_checkpoint{.text = to_text(log.checkpoint()), .signatures = {}};
    signed_checkpoint.signatures.push_back(sign(signed_checkpoint.text, key));
    note = to_text(signed_checkpoint);
  }
  SignerKey key = signer("log.example", SignatureType::ed25519, 1);
  LogPolicy policy = parse_log_policy("log " + to_text(key.verifier) + "\nquorum none\n").value();
  MemoryLog log;
  std::string note;
};

std::string why(std::string_view text)
{
  const Result<LogProof> proof = parse_log_proof(text);
  REQUIRE_FALSE(proof);
  CHECK(proof.error().id == "CW1012");
  return proof.error().notes.at(0);
}

} // namespace

TEST_CASE("offline proof: made from tiles, written, read again, and it holds for this entry alone", "[registry]")
{
  ProvenLog world(600);
  TileReader reader(world.log.checkpoint(), world.log);
  LogProof proof = prove(321, reader, world.note).value();
  proof.extra = "what it is";
  const LogProof read = parse_log_proof(to_text(proof)).value();
  CHECK(read == proof);
  CHECK(verify(read, leaf_hash("entry 321"), world.policy).value().checkpoint.size == 600);
  CHECK(render(verify(read, leaf_hash("entry 322"), world.policy).error(), base::Severity::error, false) ==
        "error[CW1013]: this is not entry 321 of the log `log.example`\n"
        "   = note: the proof's 10 hashes do not lead from it to the root of 600 entries\n"
        "   = help: what is proven was changed, or the proof belongs to something else\n");
}

TEST_CASE("offline proof: the only entry of a log needs no hash", "[registry]")
{
  ProvenLog world(1);
  TileReader reader(world.log.checkpoint(), world.log);
  const LogProof proof = prove(0, reader, world.note).value();
  CHECK(to_text(proof) == "c2sp.org/tlog-proof@v1\nindex 0\n\n" + world.note);
  CHECK(verify(parse_log_proof(to_text(proof)).value(), leaf_hash("entry 0"), world.policy));
}

TEST_CASE("offline proof: what is wrong in the file is told with its line", "[registry]")
{
  CHECK(why("") == "line 1: it does not say `c2sp.org/tlog-proof@v1`");
  CHECK(why("c2sp.org/tlog-proof@v1\n") == "line 2: here stands `index` and a number");
  CHECK(why("c2sp.org/tlog-proof@v1\nextra %\nindex 1\n") == "line 2: what stands behind `extra` is not Base64");
  CHECK(why("c2sp.org/tlog-proof@v1\nindex 01\n\n") == "line 2: here stands `index` and a number");
  CHECK(why("c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n") == "line 3: this is not Base64 of a hash");
  CHECK(why("c2sp.org/tlog-proof@v1\nindex 1\n") == "line 3: there is no empty line with a checkpoint behind it");
  std::string many = "c2sp.org/tlog-proof@v1\nindex 1\n";
  for (int i = 0; i < 64; ++i) {
    many += "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  }
  CHECK(why(many) == "line 66: there are more than 63 hashes");
}

} // namespace cargo_wasm::registry_tlog
