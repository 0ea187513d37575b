#include <cargo_wasm/registry_trust/dsse.hpp>

#include <cargo_wasm/base/base64.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::size_t k_max_signatures = 100;

// What is signed: "pre-authentication encoding".
std::string signed_bytes(const DsseEnvelope& envelope)
{
  return fmt::format("DSSEv1 {} {} {} {}", envelope.type.size(), envelope.type, envelope.payload.size(), envelope.payload);
}

std::optional<std::string> text_member(const nlohmann::json& object, const char* name)
{
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

} // namespace

Result<DsseEnvelope> parse_dsse(std::string_view json)
{
  const auto refuse = [](std::string why) {
    return fail(Error("CW1022", "this is not a signed document (DSSE)", Blame::integrity).note(std::move(why)));
  };
  const nlohmann::json document = nlohmann::json::parse(json, nullptr, false);
  if (!document.is_object()) {
    return refuse("it is not a JSON object");
  }
  const std::optional<std::string> type = text_member(document, "payloadType"), payload = text_member(document, "payload");
  const std::optional<std::string> bytes = payload ? base::parse_base64(*payload) : std::nullopt;
  const auto signatures = document.find("signatures");
  if (!type || !bytes || signatures == document.end() || !signatures->is_array() || signatures->size() > k_max_signatures) {
    return refuse(fmt::format("it has to have `payloadType`, `payload` in Base64, and at most {} `signatures`", k_max_signatures));
  }
  DsseEnvelope envelope{.type = *type, .payload = *bytes, .signatures = {}};
  for (const nlohmann::json& signature : *signatures) {
    const std::optional<std::string> sig = signature.is_object() ? text_member(signature, "sig") : std::nullopt;
    const std::optional<std::string> raw = sig ? base::parse_base64(*sig) : std::nullopt;
    if (!raw) {
      return refuse("one of its `signatures` has no `sig` in Base64");
    }
    envelope.signatures.push_back({.key = text_member(signature, "keyid").value_or(""), .bytes = *raw});
  }
  return envelope;
}

std::string to_json(const DsseEnvelope& envelope)
{
  nlohmann::ordered_json document{{"payload", base::to_base64(envelope.payload)}, {"payloadType", envelope.type}};
  document["signatures"] = nlohmann::ordered_json::array();
  for (const DsseSignature& signature : envelope.signatures) {
    document["signatures"].push_back({{"keyid", signature.key}, {"sig", base::to_base64(signature.bytes)}});
  }
  return document.dump(1) + "\n";
}

void sign(DsseEnvelope& envelope, const SignerKey& key)
{
  const registry_tlog::Ed25519Signature raw = key.key.sign(signed_bytes(envelope));
  envelope.signatures.push_back(
      {.key = to_text(key.verifier), .bytes = std::string(reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size())});
}

std::set<std::size_t> signers(const DsseEnvelope& envelope, std::span<const VerifierKey> keys)
{
  const std::string message = signed_bytes(envelope);
  std::set<std::size_t> found;
  for (const DsseSignature& signature : envelope.signatures) {
    registry_tlog::Ed25519Signature raw;
    const auto key = std::ranges::find(keys, signature.key, [](const VerifierKey& k) { return to_text(k); });
    if (key == keys.end() || signature.bytes.size() != raw.bytes.size()) {
      continue;
    }
    std::ranges::transform(signature.bytes, raw.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    if (verify(key->key, message, raw)) {
      found.insert(static_cast<std::size_t>(key - keys.begin()));
    }
  }
  return found;
}

} // namespace cargo_wasm::registry_trust
