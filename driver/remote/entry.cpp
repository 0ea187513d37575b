#include <cargo_wasm/remote/entry.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/action/protobuf.hpp>

namespace cargo_wasm::remote {
namespace {

using action::ProtobufReader;
using action::ProtobufWriter;

constexpr std::string_view k_type_url = "type.cargo-wasm/cargo_wasm.cache.v1.Signature";
/// A server's own additions are no reason to verify without end.
constexpr std::size_t k_most_signatures = 16;

std::string signed_text(const Digest& action, const action::ActionResult& result)
{
  const Digest content = base::digest_of(action::encode(result));
  return fmt::format("cargo-wasm/cache-entry/v1\naction {}/{}\nresult {}/{}\n",
                     base::to_hex(action.hash),
                     action.size_bytes,
                     base::to_hex(content.hash),
                     content.size_bytes);
}

struct EntrySignature
{
  std::string_view key;
  registry_tlog::Ed25519Signature signature;
};

/// Of a google.protobuf.Any (type_url = 1, value = 2) that holds our message (key = 1, signature = 2).
std::optional<EntrySignature> read_signature(std::string_view any)
{
  std::string_view type, value;
  ProtobufReader outer(any);
  while (const auto field = outer.next()) {
    (field->number == 1 ? type : value) = field->is_bytes && field->number <= 2 ? field->bytes : std::string_view();
  }
  if (!outer.ok() || type != k_type_url) {
    return std::nullopt;
  }
  EntrySignature out;
  bool is_whole = false;
  ProtobufReader inner(value);
  while (const auto field = inner.next()) {
    if (field->number == 1 && field->is_bytes) {
      out.key = field->bytes;
    } else if (field->number == 2 && field->is_bytes && field->bytes.size() == out.signature.bytes.size()) {
      std::copy(field->bytes.begin(), field->bytes.end(), out.signature.bytes.begin());
      is_whole = true;
    }
  }
  return inner.ok() && is_whole ? std::optional(out) : std::nullopt;
}

} // namespace

std::string make_entry(const Digest& action, const action::ActionResult& result, const registry_tlog::SignerKey* key)
{
  std::string out = action::encode(result);
  if (key == nullptr) {
    return out;
  }
  const registry_tlog::Ed25519Signature signature = key->key.sign(signed_text(action, result));
  ProtobufWriter message;
  message.bytes_field(1, to_text(key->verifier));
  message.bytes_field(2, {reinterpret_cast<const char*>(signature.bytes.data()), signature.bytes.size()});
  ProtobufWriter any;
  any.bytes_field(1, k_type_url);
  any.bytes_field(2, std::move(message).take());
  ProtobufWriter metadata;
  metadata.element(11, std::move(any).take());
  ProtobufWriter field;
  field.element(9, std::move(metadata).take());
  return out + std::move(field).take();
}

std::optional<std::string>
find_signer(const Digest& action, const action::DecodedResult& decoded, const std::vector<registry_tlog::VerifierKey>& keys)
{
  std::string text;
  std::size_t looked_at = 0;
  for (const std::string& any : decoded.auxiliary_metadata) {
    const auto found = read_signature(any);
    if (!found || ++looked_at > k_most_signatures) {
      continue;
    }
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const auto& trusted) { return to_text(trusted) == found->key; });
    if (key == keys.end()) {
      continue;
    }
    if (text.empty()) {
      text = signed_text(action, decoded.result);
    }
    if (registry_tlog::verify(key->key, text, found->signature)) {
      return key->name;
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::remote
