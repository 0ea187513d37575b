// What a change of a registry carries in its `Authorization` header: a token, a statement that its publisher has signed, or both. cargo
// passes on unchanged whatever a credential provider gives it, so that a publisher's signature needs no change of cargo.
//
//   TOKEN                    as cargo sends it
//   CW1 BASE64(note)         the signature alone admits: its key belongs to a user of the registry
//   CW1 BASE64(note) TOKEN   the token admits, the note is what goes into the log
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_trust {

struct Authorization
{
  std::string token; ///< may be empty
  std::optional<std::string> note;
  bool operator==(const Authorization&) const = default;
};

/// The header's value.
[[nodiscard]] std::string to_header(const Authorization& authorization);
/// Errors: CW1026 it begins as a signed one, and is not.
[[nodiscard]] Result<Authorization> parse_authorization(std::string_view header);

} // namespace cargo_wasm::registry_trust
