#include "memory_log.hpp"

#include <cargo_wasm/registry_tlog/log_policy.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {
namespace {

struct World
{
  SignerKey log = signer("log.example", SignatureType::ed25519, 1);
  SignerKey w1 = signer("w1.example", SignatureType::cosignature, 2);
  SignerKey w2 = signer("w2.example", SignatureType::cosignature, 3);
  SignerKey w3 = signer("w3.example", SignatureType::cosignature, 4);
  std::string lines = fmt::format("# ours\nlog {} https://log.example/\n\nwitness one {}\nwitness two {}\n\twitness three {}\n",
                                  to_text(log.verifier),
                                  to_text(w1.verifier),
                                  to_text(w2.verifier),
                                  to_text(w3.verifier));

  [[nodiscard]] LogPolicy policy(std::string_view rest) const { return parse_log_policy(lines + std::string(rest)).value(); }
  [[nodiscard]] std::string note(std::initializer_list<const SignerKey*> witnesses) const
  {
    SignedNote note{.text = to_text(Checkpoint{.origin = "log.example", .size = 0, .root = empty_root(), .extensions = {}}),
                    .signatures = {}};
    note.signatures.push_back(sign(note.text, log));
    std::uint64_t time = 1000;
    for (const SignerKey* witness : witnesses) {
      note.signatures.push_back(cosign(note.text, *witness, time++));
    }
    return to_text(note);
  }
};

std::string why(std::string_view text)
{
  const Result<LogPolicy> policy = parse_log_policy(text);
  REQUIRE_FALSE(policy);
  CHECK(policy.error().id == "CW1010");
  return policy.error().notes.at(0);
}

} // namespace

TEST_CASE("policy: groups of groups count their members, and the time is the latest by which a quorum had cosigned", "[registry]")
{
  const World world;
  const LogPolicy policy = world.policy("group pair 2 one two\ngroup any-of any pair three\nquorum any-of\n");
  const VerifiedCheckpoint both = open_checkpoint(world.note({&world.w1, &world.w2}), policy).value();
  CHECK(both.witnesses == std::vector<std::string>{"one", "two"});
  CHECK(both.witnessed_at == 1000);
  CHECK(open_checkpoint(world.note({&world.w2, &world.w1, &world.w3}), policy).value().witnessed_at == 1002);
  const LogPolicy two_of_three = world.policy("group most 2 one two three\nquorum most\n");
  CHECK(open_checkpoint(world.note({&world.w1, &world.w2, &world.w3}), two_of_three).value().witnessed_at == 1001);
  CHECK_FALSE(open_checkpoint(world.note({&world.w1}), world.policy("quorum none\n")).value().witnessed_at);
  CHECK(both.checkpoint.origin == "log.example");
  CHECK(open_checkpoint(world.note({&world.w3}), policy));
  CHECK(render(open_checkpoint(world.note({&world.w1}), policy).error(), base::Severity::error, false) ==
        "error[CW1011]: not enough witnesses have cosigned the checkpoint of `log.example`\n"
        "   = note: the witness `two` has not\n"
        "   = note: the witness `three` has not\n"
        "   = note: the policy asks for `any-of`\n"
        "   = help: witnesses may be behind: try again in a minute; if it lasts, whoever runs the log may show different logs to different "
        "people\n");
}

TEST_CASE("policy: without witnesses the log's own signature is enough, and is needed", "[registry]")
{
  const World world;
  const LogPolicy policy = world.policy("quorum none\n");
  CHECK(open_checkpoint(world.note({}), policy).value().witnesses.empty());
  SignedNote unsigned_note = parse_note(world.note({&world.w1})).value();
  unsigned_note.signatures.erase(unsigned_note.signatures.begin());
  CHECK(open_checkpoint(to_text(unsigned_note), policy).error().id == "CW1005");
  SignedNote other = parse_note(world.note({})).value();
  other.text = "other.example" + other.text.substr(std::string_view("log.example").size());
  CHECK(render(open_checkpoint(to_text(other), policy).error(), base::Severity::error, false) ==
        "error[CW1005]: no key that is trusted has signed the checkpoint of `other.example`\n"
        "   = note: trusted is the log `log.example`\n"
        "   = help: this is another log than the one that was asked for: compare the registry's address\n");
}

TEST_CASE("policy: a witness with a kind of key that we do not know is in the file, and never counts", "[registry]")
{
  const World world;
  const std::string ml_dsa = "w4.example+00000000+Bg==";
  const LogPolicy policy = world.policy(fmt::format("witness four {}\nquorum four\n", ml_dsa));
  CHECK(open_checkpoint(world.note({&world.w1}), policy).error().notes ==
        std::vector<std::string>{"the witness `two` has not",
                                 "the witness `three` has not",
                                 "the witness `four` has a kind of key that this version cannot check",
                                 "the policy asks for `four`"});
}

TEST_CASE("policy: each rule of the file has its message with the line", "[registry]")
{
  const World world;
  const std::string w1 = to_text(world.w1.verifier), log = to_text(world.log.verifier);
  CHECK(why("") == "there is no line `quorum`");
  CHECK(why("quorum none") == "line 1: it does not end with a newline");
  CHECK(why("quorum\rnone\n") == "line 1: there is a control character");
  CHECK(why("\nwatcher x\n") == "line 2: `watcher` is none of `log`, `witness`, `group` and `quorum`");
  CHECK(why("log\n") == "line 1: `log` has a key, and perhaps an address");
  CHECK(why("log " + log + "\nlog " + log + "\n") == "line 2: this log's key is there already");
  CHECK(why("witness a\n") == "line 1: `witness` has a name, a key, and perhaps an address");
  CHECK(why("witness a " + w1 + "\nwitness b " + w1 + "\n") == "line 2: this witness's key is there already");
  CHECK(why("witness a " + w1 + "\nwitness a x+y+z\n") == "line 2: the name `a` is taken");
  CHECK(why("witness none " + w1 + "\n") == "line 1: the name `none` is taken");
  CHECK(why("witness a " + log + "\n") == "line 1: a witness's key is one for cosignatures (type 0x04)");
  CHECK(why("group g any\n") == "line 1: `group` has a name, `all`, `any` or a number, and at least one member");
  CHECK(why("group g any a\n") == "line 1: `a` is no witness or group of a line above");
  CHECK(why("witness a " + w1 + "\ngroup g 2 a\n") == "line 2: `2` is not `all`, `any`, or a number from 1 to 1");
  CHECK(why("witness a " + w1 + "\ngroup g any a a\n") == "line 2: `a` is a member already");
  CHECK(why("quorum a\n") == "line 1: `quorum` has the name of a witness or group of a line above, or `none`");
  CHECK(why("quorum none\nquorum none\n") == "line 2: there is a line `quorum` already");
}

} // namespace cargo_wasm::registry_tlog
