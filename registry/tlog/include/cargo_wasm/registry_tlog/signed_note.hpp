// Signed notes (C2SP signed-note): a text, an empty line, and signature lines `— NAME base64(key id, signature)`. What a note says counts
// only when a key that one knows has signed it; lines of other keys are passed over, so that keys can be added and rotated.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_tlog {

inline constexpr std::size_t k_max_note_bytes = 64 * 1024;
inline constexpr std::size_t k_max_note_signatures = 100;

struct NoteSignature
{
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes; ///< behind the id
  bool operator==(const NoteSignature&) const = default;
};

struct SignedNote
{
  std::string text; ///< with its last newline, without the empty line behind it
  std::vector<NoteSignature> signatures;
  bool operator==(const SignedNote&) const = default;
};

/// The form alone; nothing is believed yet. Errors: CW1003 with the line that is wrong, also for what is too long.
[[nodiscard]] Result<SignedNote> parse_note(std::string_view bytes);
[[nodiscard]] std::string to_text(const SignedNote& note);
/// One line with its newline.
[[nodiscard]] std::string to_text(const NoteSignature& signature);
/// Signature lines alone, as witnesses answer. Errors: CW1003.
[[nodiscard]] Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines);

/// A signature that holds.
struct ValidSignature
{
  std::size_t key = 0;               ///< its place among the keys
  std::optional<std::uint64_t> time; ///< of a cosignature: seconds since 1970
  bool operator==(const ValidSignature&) const = default;
};

/// The signatures of `keys`, of each the first one. At least one, or an error. Errors: CW1004 a signature of one of these keys is wrong;
/// CW1005 none of them has signed. `what` names the note in these ("the checkpoint of `example.com/log`").
[[nodiscard]] Result<std::vector<ValidSignature>> verify(const SignedNote& note, std::span<const VerifierKey> keys, std::string_view what);

/// By a key for texts. `text` ends with a newline.
[[nodiscard]] NoteSignature sign(std::string_view text, const SignerKey& key);
/// By a key for cosignatures, over a checkpoint's text. `time`: seconds since 1970.
[[nodiscard]] NoteSignature cosign(std::string_view text, const SignerKey& key, std::uint64_t time);

} // namespace cargo_wasm::registry_tlog
