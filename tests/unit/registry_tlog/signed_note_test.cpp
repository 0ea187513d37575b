#include "memory_log.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include "support/catch.hpp"

namespace cargo_wasm::registry_tlog {
namespace {

// The example of the specification (C2SP signed-note).
constexpr std::string_view k_example_key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view k_example_note =
    "This is an example message.\n\n"
    "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

std::string text_of(const Error& error)
{
  return render(error, base::Severity::error, false);
}

std::string why_no_note(std::string_view bytes)
{
  const Result<SignedNote> note = parse_note(bytes);
  REQUIRE_FALSE(note);
  CHECK(note.error().id == "CW1003");
  return note.error().notes.at(0);
}

} // namespace

TEST_CASE("note: the specification's example verifies under its key, and not with another text", "[registry]")
{
  const std::vector keys{parse_verifier_key(k_example_key).value()};
  CHECK(to_text(keys[0]) == k_example_key);
  SignedNote note = parse_note(k_example_note).value();
  CHECK(to_text(note) == k_example_note);
  CHECK(verify(note, keys, "the example").value() == std::vector<ValidSignature>{{.key = 0, .time = {}}});
  note.text = "This is another message.\n";
  CHECK(text_of(verify(note, keys, "the example").error()) ==
        "error[CW1004]: the signature of `example.com/foo` on the example is wrong\n"
        "   = note: key id 530d903a\n"
        "   = help: what was signed was changed, or somebody else signed: do not use it; ask whoever runs the registry\n");
}

TEST_CASE("note: what we sign verifies, a text may have empty lines, and unknown keys are passed over", "[registry]")
{
  const SignerKey alice = signer("example/alice", SignatureType::ed25519, 1);
  const SignerKey bob = signer("example/bob", SignatureType::ed25519, 2);
  SignedNote note{.text = "one\n\ntwo\n", .signatures = {}};
  note.signatures = {sign(note.text, bob), sign(note.text, alice)};
  const SignedNote read = parse_note(to_text(note)).value();
  CHECK(read == note);
  CHECK(verify(read, std::vector{alice.verifier}, "it").value() == std::vector<ValidSignature>{{.key = 0, .time = {}}});
  CHECK(verify(read, std::vector{alice.verifier, bob.verifier}, "it").value().size() == 2);
  const SignerKey carol = signer("example/carol", SignatureType::ed25519, 3);
  CHECK(text_of(verify(read, std::vector{carol.verifier}, "it").error()) ==
        "error[CW1005]: no key that is trusted has signed it\n"
        "   = note: trusted: `example/carol`, key id " +
            fmt::format("{:08x}", carol.verifier.id) +
            "\n"
            "   = note: signed by: `example/bob`, key id " +
            fmt::format("{:08x}", bob.verifier.id) +
            "\n"
            "   = note: signed by: `example/alice`, key id " +
            fmt::format("{:08x}", alice.verifier.id) +
            "\n"
            "   = help: the key may have been changed: compare with what whoever runs the registry publishes\n");
}

TEST_CASE("note: of two signatures by one key the first counts", "[registry]")
{
  const SignerKey alice = signer("example/alice", SignatureType::ed25519, 1);
  SignedNote note{.text = "text\n", .signatures = {}};
  const NoteSignature good = sign(note.text, alice), bad = sign("other\n", alice);
  note.signatures = {good, bad};
  CHECK(verify(note, std::vector{alice.verifier}, "it"));
  note.signatures = {bad, good};
  CHECK(verify(note, std::vector{alice.verifier}, "it").error().id == "CW1004");
}

TEST_CASE("note: a cosignature covers its time, and a key of one type does not verify the other", "[registry]")
{
  const SignerKey witness = signer("witness.example/w1", SignatureType::cosignature, 4);
  SignedNote note{.text = "log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", .signatures = {}};
  note.signatures = {cosign(note.text, witness, 1679315147)};
  CHECK(verify(note, std::vector{witness.verifier}, "it").value() == std::vector<ValidSignature>{{.key = 0, .time = 1679315147}});
  note.signatures[0].bytes[7] ^= 1;
  CHECK(verify(note, std::vector{witness.verifier}, "it").error().id == "CW1004");
  note.signatures[0].bytes.resize(5);
  CHECK(verify(note, std::vector{witness.verifier}, "it").error().id == "CW1004");
  note.signatures = {cosign(note.text, witness, std::uint64_t{1} << 63U)};
  CHECK(verify(note, std::vector{witness.verifier}, "it").error().id == "CW1004");
  const SignerKey plain = signer("witness.example/w1", SignatureType::ed25519, 4);
  CHECK(plain.verifier.id != witness.verifier.id);
}

TEST_CASE("note: whatever is not a note is told with the line", "[registry]")
{
  const std::string signature = to_text(parse_note(k_example_note).value().signatures[0]);
  CHECK(why_no_note("") == "there is no empty line with signatures behind it");
  CHECK(why_no_note("text\n\n") == "there is no empty line with signatures behind it");
  CHECK(why_no_note("text\n\nno signature\n") == "line 3: a signature line begins with a dash (U+2014) and a space");
  CHECK(why_no_note("text\n\n\u2014 name\n") == "line 3: a signature line has a key's name and a signature, with one space between them");
  CHECK(why_no_note("text\n\n\u2014 a+b AAAAAAA=\n") ==
        "line 3: a signature line has a key's name and a signature, with one space between them");
  CHECK(why_no_note("text\n\n\u2014 a\u00a0b AAAAAAA=\n") ==
        "line 3: a signature line has a key's name and a signature, with one space between them");
  CHECK(why_no_note("text\n\n\u2014 name AAAA\n") == "line 3: the signature is not Base64 of a key's id and a signature");
  CHECK(why_no_note("text\n\n\u2014 name AAAAAAB=\n") == "line 3: the signature is not Base64 of a key's id and a signature");
  CHECK(why_no_note("text\n\n" + signature.substr(0, signature.size() - 1)) == "line 3: the last line does not end with a newline");
  CHECK(why_no_note("a\r\n\n" + signature) == "line 1: there is a control character");
  CHECK(why_no_note("\xff\n\n" + signature) == "it is not UTF-8");
  CHECK(why_no_note(std::string(k_max_note_bytes, 'a') + "\n\n" + signature) == "it has 64.1 KiB; a note has at most 64.0 KiB");
  std::string many = "text\n\n";
  for (std::size_t i = 0; i <= k_max_note_signatures; ++i) {
    many += signature;
  }
  CHECK(why_no_note(many) == "line 103: there are more than 100 signatures");
}

TEST_CASE("keys: a signing key comes back from its text, and its text is never in an error", "[registry]")
{
  const SignerKey key = signer("registry.example/alice", SignatureType::ed25519, 7);
  const std::string secret = to_secret_text(key);
  CHECK(secret.starts_with("PRIVATE+KEY+registry.example/alice+"));
  const SignerKey read = parse_signer_key(secret).value();
  CHECK(read.verifier == key.verifier);
  CHECK(to_secret_text(read) == secret);
  CHECK(text_of(parse_signer_key(secret.substr(0, secret.size() - 4)).error()) ==
        "error[CW1002]: this is not a signing key\n"
        "   = note: it does not consist of a name, an id and a key of a known type, with a `+` between them\n"
        "   = help: a signing key is `PRIVATE+KEY+NAME+ID+KEY`, in one line, as `cargo-wasm registry keys` makes it\n");
  CHECK(parse_signer_key("hunter2").error().notes[0] == "it does not begin with `PRIVATE+KEY+`");
}

TEST_CASE("keys: generated ones differ, and a verifier key that does not fit its id is refused", "[registry]")
{
  CHECK(Ed25519PrivateKey::generate().public_key() != Ed25519PrivateKey::generate().public_key());
  CHECK(text_of(parse_verifier_key("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").error()) ==
        "error[CW1000]: `example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k` is not a verifier key\n"
        "   = note: its id is `530d903b`, but that of this name and key is `530d903a`\n"
        "   = help: a verifier key is `NAME+ID+KEY`, in one piece, as `cargo-wasm registry keys` prints it\n");
  CHECK(parse_verifier_key("example.com/foo").error().notes[0] ==
        "it does not consist of a name, an id and a key in Base64, with a `+` between them");
  CHECK(parse_verifier_key("x+00000000+" + base::to_base64("\x06 and more")).error().notes[0] ==
        "its type is 0x06 with 9 bytes; known are 0x01 (Ed25519) and 0x04 (Ed25519 cosignatures), with 32");
  CHECK(text_of(make_verifier_key("a b", SignatureType::ed25519, {}).error()) ==
        "error[CW1001]: `a b` cannot be the name of a key\n"
        "   = note: the name of a key is not empty and has no space, no control character and no `+`\n"
        "   = help: take something like `registry.example/alice`\n");
}

TEST_CASE("base64: one text for any bytes, of any length, and nothing else is read", "[registry]")
{
  CHECK(base::to_base64("") == "");
  CHECK(base::to_base64("f") == "Zg==");
  CHECK(base::to_base64("foobar") == "Zm9vYmFy");
  for (const std::string_view text : {"Zg", "Zg=", "Zh==", "Zm9v\n", " Zm9v", "Zm9v=", "====", "Zm-v"}) {
    CHECK_FALSE(base::parse_base64(text));
  }
  const std::string large((std::size_t{3} << 20U) + 2, 'x');
  CHECK(base::parse_base64(base::to_base64(large)) == large);
}

} // namespace cargo_wasm::registry_tlog
