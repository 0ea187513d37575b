// Who may publish a crate: what follows from its statements, taken in the log's order.
//
//   claim     the registry says which key signed the first signed publication; counts when no key has the crate
//   grant     a key of the crate lets another one in
//   drop-key  a key of the crate puts one out
//   publish, yank, unyank   by a key of the crate; or, where the statement names a user, by the registry, which a token had convinced
//   import    by the registry, of a crate that no key has
#pragma once
#include <optional>
#include <span>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>

namespace cargo_wasm::registry_trust {

struct CrateAuthority
{
  std::vector<registry_tlog::VerifierKey> keys; ///< that may publish

  /// Takes the crate's next statement, which `note` holds and its signatures are checked against. Returns the key that made it; nullopt:
  /// the registry did. Statements that are not about a crate are not for here. Without `registry_keys`, what the registry signed is
  /// believed: it stands in its log. Errors: CW1028 nobody who may state this has signed it; those of `registry_tlog::verify`.
  Result<std::optional<registry_tlog::VerifierKey>>
  take(const Statement& statement, const registry_tlog::SignedNote& note, std::span<const registry_tlog::VerifierKey> registry_keys);
};

/// The crate that a statement is about; nullptr for other statements.
[[nodiscard]] const std::string* crate_of(const Statement& statement);

} // namespace cargo_wasm::registry_trust
