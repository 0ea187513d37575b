// Results, keys and blobs that the tests of this module share.
#pragma once
#include <string>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote::samples {

inline registry_tlog::SignerKey key(std::string_view name = "team/ci", std::uint8_t seed = 7)
{
  registry_tlog::Ed25519PrivateKey::Seed bytes{};
  bytes.fill(seed);
  return registry_tlog::make_signer_key(name, registry_tlog::SignatureType::ed25519, registry_tlog::Ed25519PrivateKey::from_seed(bytes))
      .value();
}

inline Blob blob(std::string bytes)
{
  return {base::digest_of(bytes), std::move(bytes)};
}

inline action::ActionResult result(const std::vector<Blob>& blobs)
{
  action::ActionResult out;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    out.output_files.push_back({"out/" + std::to_string(i), blobs[i].digest, false});
  }
  out.stdout_raw = "said\n";
  return out;
}

inline const Digest k_action = base::digest_of("an action");

} // namespace cargo_wasm::remote::samples
