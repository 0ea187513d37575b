// Results that must not leave this machine: those that looked at a variable nobody knows to be harmless, and those that contain the value
// of one. The second is for what looks at variables unseen, as a build script with std::env::var does.
#pragma once
#include <set>
#include <string>
#include <string_view>

#include "freshness.hpp"

namespace cargo_wasm::exec {

constexpr std::size_t k_shortest_secret = 8; ///< bytes; what is shorter is in files by chance, and guessed as easily as known

/// Neither one by which compilers and libraries are chosen, nor of every session: its value may be a secret.
[[nodiscard]] bool is_not_known_harmless(std::string_view name);

/// Of sessions, terminals and toolchains: where somebody works, not what he knows.
[[nodiscard]] bool is_of_every_session(std::string_view name);

/// A variable of cargo's `[env]` that may be a secret, by its name, or since nobody knows better: it is treated like an inherited one,
/// though commands set it.
[[nodiscard]] bool is_configured_secret(const plan::ActionTemplate& tmpl, std::string_view name);

/// The same, and of those that a build script has set (`cargo:rustc-env=`, `cargo:KEY=`) the ones whose names sound secret.
[[nodiscard]] bool is_private_variable(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name);
/// All of a command.
[[nodiscard]] std::set<std::string> private_variables(const plan::ActionTemplate& tmpl, const ExpandedCommand& command);

/// Whether what a build script printed hands on a value under a name that sounds secret.
[[nodiscard]] bool hands_on_secret(std::string_view stdout_text);

/// Of a record whose sources, variables, texts and outputs are known: what a `.env` file is among the sources of counts as having its
/// values. Errors: those of reading outputs. Cost: the outputs are searched for the values of variables whose names sound secret and of
/// `.env` files; those of a build script for all values of some length that are not those of every session.
/// @param key  null without a store
[[nodiscard]] Result<bool> has_private_values(const Context& context,
                                              const plan::ActionTemplate& tmpl,
                                              const ExpandedCommand& command,
                                              const Record& record,
                                              const SharedKey* key = nullptr);

} // namespace cargo_wasm::exec
