#include <cargo_wasm/remote/entry.hpp>

#include <cargo_wasm/action/protobuf.hpp>

#include <support/catch.hpp>

#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

std::optional<std::string> signer_of(std::string_view entry, const Digest& action, const registry_tlog::VerifierKey& key)
{
  const auto decoded = action::decode_action_result(entry);
  REQUIRE(decoded);
  return find_signer(action, *decoded, {key});
}

} // namespace

TEST_CASE("entry: a signed entry begins with the canonical result, and says who signed it", "[remote]")
{
  const auto key = samples::key();
  const auto result = samples::result({samples::blob("a"), samples::blob("b")});
  const std::string entry = make_entry(samples::k_action, result, &key);
  CHECK(entry.starts_with(action::encode(result)));
  CHECK(make_entry(samples::k_action, result, nullptr) == action::encode(result));
  CHECK(signer_of(entry, samples::k_action, key.verifier) == "team/ci");
  CHECK(action::encode(action::decode_action_result(entry)->result) == action::encode(result));
}

// Frozen: other machines and other versions verify these bytes.
TEST_CASE("entry: its bytes never change", "[remote]")
{
  const auto key = samples::key();
  const std::string entry = make_entry(samples::k_action, samples::result({samples::blob("a")}), &key);
  CHECK(entry.size() == 271);
  CHECK(base::to_hex(base::sha256(entry)) == "bd55d2ae1ae8a2da9219f4d95ff123bfd90f6aad79a47f5b50bbf11882e211cf");
}

TEST_CASE("entry: a signature is for one action, one result and one key", "[remote]")
{
  const auto key = samples::key();
  const auto result = samples::result({samples::blob("a")});
  const std::string entry = make_entry(samples::k_action, result, &key);
  CHECK_FALSE(signer_of(entry, base::digest_of("another action"), key.verifier));
  CHECK_FALSE(signer_of(entry, samples::k_action, samples::key("team/ci", 8).verifier));
  CHECK_FALSE(signer_of(entry, samples::k_action, samples::key("other", 7).verifier));
  auto changed = *action::decode_action_result(entry);
  changed.result.exit_code = 1;
  CHECK_FALSE(find_signer(samples::k_action, changed, {key.verifier}));
  changed = *action::decode_action_result(entry);
  changed.result.output_files[0].is_executable = true;
  CHECK_FALSE(find_signer(samples::k_action, changed, {key.verifier}));
  changed = *action::decode_action_result(entry);
  changed.result.output_files[0].path = "out/1";
  CHECK_FALSE(find_signer(samples::k_action, changed, {key.verifier}));
  CHECK(find_signer(samples::k_action, *action::decode_action_result(entry), {samples::key("x", 1).verifier, key.verifier}) == "team/ci");
}

TEST_CASE("entry: no flipped bit of a signed entry is believed as something else", "[remote]")
{
  const auto key = samples::key();
  const auto result = samples::result({samples::blob("a")});
  const std::string entry = make_entry(samples::k_action, result, &key);
  int believed = 0;
  for (std::size_t i = 0; i < entry.size() * 8; ++i) {
    std::string flipped = entry;
    flipped[i / 8] = static_cast<char>(static_cast<unsigned char>(flipped[i / 8]) ^ (1U << (i % 8)));
    const auto decoded = action::decode_action_result(flipped);
    if (decoded && find_signer(samples::k_action, *decoded, {key.verifier})) {
      ++believed; // what was flipped is no part of the result: a type of field that is passed over
      CHECK(action::encode(decoded->result) == action::encode(result));
    }
  }
  CHECK(believed < 16);
}

TEST_CASE("entry: what a server adds beside a signature does no harm, and others' metadata is passed over", "[remote]")
{
  const auto key = samples::key();
  const std::string entry = make_entry(samples::k_action, samples::result({samples::blob("a")}), &key);
  action::ProtobufWriter other;
  other.bytes_field(1, "type.googleapis.com/other.Message");
  other.bytes_field(2, "\xff\xff");
  action::ProtobufWriter metadata;
  metadata.bytes_field(1, "worker-1");
  metadata.element(11, std::move(other).take());
  action::ProtobufWriter field;
  field.element(9, std::move(metadata).take());
  CHECK(signer_of(entry + std::move(field).take(), samples::k_action, key.verifier) == "team/ci");
}
