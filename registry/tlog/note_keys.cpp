#include <cargo_wasm/registry_tlog/note_keys.hpp>

#include "note_text.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace cargo_wasm::registry_tlog {
namespace {

constexpr std::string_view k_private_prefix = "PRIVATE+KEY+";
constexpr std::size_t k_key_bytes = 32;

std::uint32_t key_id(std::string_view name, SignatureType type, const Ed25519PublicKey& key)
{
  base::Sha256Hasher hasher;
  hasher.update(name);
  hasher.update("\n");
  hasher.update(std::as_bytes(std::span(&type, 1)));
  hasher.update(std::as_bytes(std::span(key.bytes)));
  return big_endian32(hasher.finish().bytes);
}

struct KeyParts
{
  std::string_view name;
  std::string_view id;
  std::string bytes; ///< type and key
};

// `name+id+base64`, where base64 may itself contain a plus.
std::optional<KeyParts> split_key(std::string_view text)
{
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<std::string> bytes = base::parse_base64(text.substr(second + 1));
  if (!bytes) {
    return std::nullopt;
  }
  return KeyParts{.name = text.substr(0, first), .id = text.substr(first + 1, second - first - 1), .bytes = std::move(*bytes)};
}

std::optional<SignatureType> type_of(char byte)
{
  for (const SignatureType type : {SignatureType::ed25519, SignatureType::cosignature}) {
    if (static_cast<char>(type) == byte) {
      return type;
    }
  }
  return std::nullopt;
}

std::array<std::uint8_t, k_key_bytes> key_bytes(std::string_view bytes)
{
  std::array<std::uint8_t, k_key_bytes> out{};
  std::ranges::transform(bytes, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return out;
}

Error no_verifier_key(std::string_view text, std::string why)
{
  return Error("CW1000", fmt::format("`{}` is not a verifier key", text), Blame::integrity)
      .note(std::move(why))
      .help("a verifier key is `NAME+ID+KEY`, in one piece, as `cargo-wasm registry keys` prints it");
}

std::string text_of_key(const VerifierKey& key, std::string_view secret)
{
  return fmt::format("{}+{:08x}+{}", key.name, key.id, base::to_base64(static_cast<char>(key.type) + std::string(secret)));
}

std::string_view characters(const std::array<std::uint8_t, k_key_bytes>& bytes)
{
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

Result<VerifierKey> make_verifier_key(std::string_view name, SignatureType type, const Ed25519PublicKey& key)
{
  if (!is_key_name(name)) {
    return fail(Error("CW1001", fmt::format("`{}` cannot be the name of a key", name), Blame::usage)
                    .note("the name of a key is not empty and has no space, no control character and no `+`")
                    .help("take something like `registry.example/alice`"));
  }
  return VerifierKey{.name = std::string(name), .type = type, .key = key, .id = key_id(name, type, key)};
}

Result<VerifierKey> parse_verifier_key(std::string_view text)
{
  const std::optional<KeyParts> parts = split_key(text);
  if (!parts || parts->bytes.empty()) {
    return fail(no_verifier_key(text, "it does not consist of a name, an id and a key in Base64, with a `+` between them"));
  }
  const std::optional<SignatureType> type = type_of(parts->bytes[0]);
  if (!type || parts->bytes.size() != 1 + k_key_bytes) {
    return fail(
        no_verifier_key(text,
                        fmt::format("its type is 0x{:02x} with {} bytes; known are 0x01 (Ed25519) and 0x04 (Ed25519 cosignatures), with 32",
                                    static_cast<std::uint8_t>(parts->bytes[0]),
                                    parts->bytes.size() - 1)));
  }
  CW_TRY_ASSIGN(VerifierKey key, make_verifier_key(parts->name, *type, {key_bytes(std::string_view(parts->bytes).substr(1))}));
  if (const std::string id = fmt::format("{:08x}", key.id); parts->id != id) {
    return fail(no_verifier_key(text, fmt::format("its id is `{}`, but that of this name and key is `{}`", parts->id, id)));
  }
  return key;
}

std::string to_text(const VerifierKey& key)
{
  return text_of_key(key, characters(key.key.bytes));
}

Result<SignerKey> make_signer_key(std::string_view name, SignatureType type, Ed25519PrivateKey key)
{
  CW_TRY_ASSIGN(VerifierKey verifier, make_verifier_key(name, type, key.public_key()));
  return SignerKey{.verifier = std::move(verifier), .key = std::move(key)};
}

Result<SignerKey> parse_signer_key(std::string_view text)
{
  const auto refused = [](std::string why) {
    return fail(Error("CW1002", "this is not a signing key", Blame::integrity)
                    .note(std::move(why))
                    .help("a signing key is `PRIVATE+KEY+NAME+ID+KEY`, in one line, as `cargo-wasm registry keys` makes it"));
  };
  if (!text.starts_with(k_private_prefix)) {
    return refused("it does not begin with `PRIVATE+KEY+`");
  }
  std::optional<KeyParts> parts = split_key(text.substr(k_private_prefix.size()));
  const std::optional<SignatureType> type = parts && !parts->bytes.empty() ? type_of(parts->bytes[0]) : std::nullopt;
  if (!type || parts->bytes.size() != 1 + k_key_bytes) {
    return refused("it does not consist of a name, an id and a key of a known type, with a `+` between them");
  }
  Ed25519PrivateKey::Seed seed = key_bytes(std::string_view(parts->bytes).substr(1));
  wipe(parts->bytes.data(), parts->bytes.size());
  Ed25519PrivateKey secret = Ed25519PrivateKey::from_seed(seed);
  wipe(seed.data(), seed.size());
  CW_TRY_ASSIGN(SignerKey key, make_signer_key(parts->name, *type, std::move(secret)));
  if (parts->id != fmt::format("{:08x}", key.verifier.id)) {
    return refused("its id does not belong to its name and key");
  }
  return key;
}

std::string to_secret_text(const SignerKey& key)
{
  Ed25519PrivateKey::Seed seed = key.key.seed();
  std::string text = std::string(k_private_prefix) + text_of_key(key.verifier, characters(seed));
  wipe(seed.data(), seed.size());
  return text;
}

} // namespace cargo_wasm::registry_tlog
