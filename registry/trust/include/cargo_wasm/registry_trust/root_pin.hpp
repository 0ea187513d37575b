// Which federation is meant, said from outside: a root key that somebody has read where the registry cannot write. A document can list any
// key; what counts is that it was signed by it.
#pragma once
#include <string_view>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>

namespace cargo_wasm::registry_trust {

/// Whether the key is one of the document's roots, and has signed this version of it. Says nothing of the threshold: `open_federation`
/// does. Errors: CW1022, CW1023.
[[nodiscard]] Result<bool> is_signed_by_root(std::string_view dsse, const registry_tlog::VerifierKey& key);

} // namespace cargo_wasm::registry_trust
