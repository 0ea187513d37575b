// What an operator's verbs share: the federation in force, and the keys that are at hand.
#pragma once
#include <string_view>
#include <vector>

#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::ops {

/// Errors: CW1201 no registry, or one without an address; those of `open_federation`.
[[nodiscard]] Result<registry_trust::Federation> current_federation(const Env& env, const Path& directory);
/// The keys of these roles in DIR/private/keys, and those in `files`, each once.
[[nodiscard]] Result<std::vector<registry_tlog::SignerKey>> signers_here(const Env& env,
                                                                         const Path& directory,
                                                                         const std::vector<std::string_view>& roles,
                                                                         const std::vector<Path>& files,
                                                                         const KeyOpening& opening);

} // namespace cargo_wasm::ops
