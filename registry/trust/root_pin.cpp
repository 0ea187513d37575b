#include <cargo_wasm/registry_trust/root_pin.hpp>

#include <cargo_wasm/registry_trust/dsse.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

#include <algorithm>
#include <span>

namespace cargo_wasm::registry_trust {

Result<bool> is_signed_by_root(std::string_view dsse, const registry_tlog::VerifierKey& key)
{
  CW_TRY_ASSIGN(const DsseEnvelope envelope, parse_dsse(dsse));
  CW_TRY_ASSIGN(const Federation federation, parse_federation(envelope.payload));
  const bool is_root = std::ranges::find(federation.root.keys, key) != federation.root.keys.end();
  return is_root && !signers(envelope, std::span(&key, 1)).empty();
}

} // namespace cargo_wasm::registry_trust
