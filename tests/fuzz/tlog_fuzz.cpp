// Notes, checkpoints, policies, proofs, keys and bundles come from mirrors: any bytes must end in a value or an error, and what is read
// must be written as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <cargo_wasm/registry_tlog/log_proof.hpp>

namespace {

void demand(bool held)
{
  if (!held) {
    std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  namespace tlog = cargo_wasm::registry_tlog;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto note = tlog::parse_note(text);
  if (note) {
    demand(to_text(*note) == text);
    (void)tlog::parse_checkpoint(note->text);
  }
  if (const auto checkpoint = tlog::parse_checkpoint(text)) {
    demand(to_text(*checkpoint) == text);
  }
  if (const auto key = tlog::parse_verifier_key(text)) {
    demand(to_text(*key) == text);
    if (note) {
      (void)verify(*note, std::span(&*key, 1), "it");
    }
  }
  if (const auto key = tlog::parse_signer_key(text)) {
    demand(to_secret_text(*key) == text);
  }
  if (const auto proof = tlog::parse_log_proof(text)) {
    demand(tlog::parse_log_proof(to_text(*proof)).value() == *proof);
    (void)verify(*proof, tlog::leaf_hash("x"), {});
  }
  if (const auto policy = tlog::parse_log_policy(text)) {
    (void)tlog::open_checkpoint(text, *policy);
  }
  for (const unsigned width : {1U, 3U, tlog::k_tile_width}) {
    if (const auto entries = tlog::parse_bundle(text, width)) {
      demand(tlog::to_bundle(std::vector<std::string>(entries->begin(), entries->end())) == text);
    }
  }
  return 0;
}
