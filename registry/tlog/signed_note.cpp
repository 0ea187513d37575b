#include <cargo_wasm/registry_tlog/signed_note.hpp>

#include "note_text.hpp"

#include <cargo_wasm/base/base64.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_tlog {
namespace {

constexpr std::string_view k_dash = "\u2014 ";
constexpr std::size_t k_id_bytes = 4;
constexpr std::size_t k_time_bytes = 8;

Error malformed(std::size_t line, std::string why)
{
  return Error("CW1003", "this is not a signed note", Blame::integrity)
      .note(line == 0 ? std::move(why) : fmt::format("line {}: {}", line, why));
}

std::string big_endian(std::uint64_t number, std::size_t size)
{
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0; number >>= 8U) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(number));
  }
  return bytes;
}

std::uint64_t number_of(std::string_view bytes)
{
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    number = number << 8U | static_cast<std::uint8_t>(byte);
  }
  return number;
}

std::size_t line_of(std::string_view bytes, std::size_t offset)
{
  return 1 + static_cast<std::size_t>(std::ranges::count(bytes.substr(0, offset), '\n'));
}

Result<NoteSignature> parse_signature_line(std::string_view line, std::size_t number)
{
  if (!line.starts_with(k_dash)) {
    return fail(malformed(number, "a signature line begins with a dash (U+2014) and a space"));
  }
  line.remove_prefix(k_dash.size());
  const std::size_t space = line.find(' ');
  const std::string_view name = line.substr(0, space);
  if (space == std::string_view::npos || !is_key_name(name)) {
    return fail(malformed(number, "a signature line has a key's name and a signature, with one space between them"));
  }
  const std::optional<std::string> bytes = base::parse_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= k_id_bytes) {
    return fail(malformed(number, "the signature is not Base64 of a key's id and a signature"));
  }
  return NoteSignature{.name = std::string(name),
                       .key_id = static_cast<std::uint32_t>(number_of(std::string_view(*bytes).substr(0, k_id_bytes))),
                       .bytes = bytes->substr(k_id_bytes)};
}

Result<std::vector<NoteSignature>> parse_lines(std::string_view rest, std::size_t line)
{
  std::vector<NoteSignature> signatures;
  for (; !rest.empty(); ++line) {
    const std::optional<std::string_view> text = take_line(rest);
    if (!text) {
      return fail(malformed(line, "the last line does not end with a newline"));
    }
    if (signatures.size() == k_max_note_signatures) {
      return fail(malformed(line, fmt::format("there are more than {} signatures", k_max_note_signatures)));
    }
    CW_TRY_ASSIGN(NoteSignature signature, parse_signature_line(*text, line));
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

std::string cosigned_message(std::string_view text, std::uint64_t time)
{
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

// The signature of a known key: what it says beside "signed", or nothing when it is wrong.
std::optional<ValidSignature> check(const SignedNote& note, const NoteSignature& signature, const VerifierKey& key)
{
  ValidSignature valid;
  std::string_view bytes = signature.bytes;
  std::string message;
  if (key.type == SignatureType::cosignature) {
    if (bytes.size() < k_time_bytes) {
      return std::nullopt;
    }
    valid.time = number_of(bytes.substr(0, k_time_bytes));
    bytes.remove_prefix(k_time_bytes);
    if (*valid.time >> 63U != 0) {
      return std::nullopt;
    }
    message = cosigned_message(note.text, *valid.time);
  }
  Ed25519Signature raw;
  if (bytes.size() != raw.bytes.size()) {
    return std::nullopt;
  }
  std::ranges::transform(bytes, raw.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return verify(key.key, valid.time ? std::string_view(message) : std::string_view(note.text), raw) ? std::optional(valid) : std::nullopt;
}

NoteSignature signature_of(const VerifierKey& key, std::string_view before, const Ed25519Signature& raw)
{
  std::string bytes(before);
  bytes.append(reinterpret_cast<const char*>(raw.bytes.data()), raw.bytes.size());
  return {.name = key.name, .key_id = key.id, .bytes = std::move(bytes)};
}

} // namespace

Result<SignedNote> parse_note(std::string_view bytes)
{
  if (bytes.size() > k_max_note_bytes) {
    return fail(malformed(
        0, fmt::format("it has {}; a note has at most {}", base::human_bytes(bytes.size()), base::human_bytes(k_max_note_bytes))));
  }
  const auto control = std::ranges::find_if(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (control != bytes.end()) {
    return fail(malformed(line_of(bytes, static_cast<std::size_t>(control - bytes.begin())), "there is a control character"));
  }
  if (!base::is_valid_utf8(bytes)) {
    return fail(malformed(0, "it is not UTF-8"));
  }
  const std::size_t empty_line = bytes.rfind("\n\n");
  if (empty_line == std::string_view::npos || empty_line + 2 == bytes.size()) {
    return fail(malformed(0, "there is no empty line with signatures behind it"));
  }
  const std::string_view text = bytes.substr(0, empty_line + 1);
  CW_TRY_ASSIGN(std::vector<NoteSignature> signatures, parse_lines(bytes.substr(empty_line + 2), line_of(bytes, empty_line + 2)));
  return SignedNote{.text = std::string(text), .signatures = std::move(signatures)};
}

std::string to_text(const SignedNote& note)
{
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    text += to_text(signature);
  }
  return text;
}

std::string to_text(const NoteSignature& signature)
{
  return fmt::format("{}{} {}\n", k_dash, signature.name, base::to_base64(big_endian(signature.key_id, k_id_bytes) + signature.bytes));
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines)
{
  if (lines.size() > k_max_note_bytes) {
    return fail(malformed(
        0, fmt::format("it has {}; a note has at most {}", base::human_bytes(lines.size()), base::human_bytes(k_max_note_bytes))));
  }
  return parse_lines(lines, 1);
}

Result<std::vector<ValidSignature>> verify(const SignedNote& note, std::span<const VerifierKey> keys, std::string_view what)
{
  std::vector<ValidSignature> valid;
  std::vector<bool> seen(keys.size());
  for (const NoteSignature& signature : note.signatures) {
    const auto key = std::ranges::find_if(keys, [&](const VerifierKey& k) { return k.name == signature.name && k.id == signature.key_id; });
    const auto place = static_cast<std::size_t>(key - keys.begin());
    if (key == keys.end() || seen[place]) {
      continue;
    }
    seen[place] = true;
    std::optional<ValidSignature> checked = check(note, signature, *key);
    if (!checked) {
      return fail(Error("CW1004", fmt::format("the signature of `{}` on {} is wrong", key->name, what), Blame::integrity)
                      .note(fmt::format("key id {:08x}", key->id))
                      .help("what was signed was changed, or somebody else signed: do not use it; ask whoever runs the registry"));
    }
    checked->key = place;
    valid.push_back(*checked);
  }
  if (valid.empty()) {
    Error error("CW1005", fmt::format("no key that is trusted has signed {}", what), Blame::integrity);
    for (const VerifierKey& key : keys) {
      error.notes.push_back(fmt::format("trusted: `{}`, key id {:08x}", key.name, key.id));
    }
    for (const NoteSignature& signature : note.signatures) {
      error.notes.push_back(fmt::format("signed by: `{}`, key id {:08x}", signature.name, signature.key_id));
    }
    return fail(std::move(error).help("the key may have been changed: compare with what whoever runs the registry publishes"));
  }
  return valid;
}

NoteSignature sign(std::string_view text, const SignerKey& key)
{
  return signature_of(key.verifier, {}, key.key.sign(text));
}

NoteSignature cosign(std::string_view text, const SignerKey& key, std::uint64_t time)
{
  return signature_of(key.verifier, big_endian(time, k_time_bytes), key.key.sign(cosigned_message(text, time)));
}

} // namespace cargo_wasm::registry_tlog
