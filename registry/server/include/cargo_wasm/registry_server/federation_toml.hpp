// federation.toml: what an operator writes to say what the federation's next document shall be. What it leaves out stays as it is.
//
//   name = "acme"                     # what is there already, as a check
//   expires = "2027-11-22T00:00:00Z"  # without it: a year from now
//   unsigned = "deny"                 # or "allow"
//   [root]                            # and [revokers]
//   threshold = 2
//   keys = ["acme/root+…", …]
//   [namespaces]
//   exclusive = ["acme-*"]
//   foreign = ["corp-*"]
//   [freshness]
//   warn_s = 86400
//   fail_s = 604800
//   [witnesses]
//   quorum = 1                        # how many of them; 0: none is needed
//   [[witnesses.witness]]
//   name = "w1"
//   key = "…"
//   url = "https://…/"
//   [[mirrors]]
//   id = "eu1"
//   base = "https://eu1.example/"     # region, roles, priority, max_lag_s, oci as in the document
#pragma once
#include <cstdint>
#include <string>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_server {

/// Of a registry whose operator said nothing more: one key each, itself as its only mirror, unsigned publications allowed, for a year.
[[nodiscard]] registry_trust::Federation first_federation(const RegistrySettings& settings,
                                                          const registry_tlog::VerifierKey& root,
                                                          const registry_tlog::VerifierKey& log,
                                                          std::uint64_t now);

/// `current` with what the file says; its version stays. Errors: CW0100; CW1224 with the place of what a federation cannot have; CW1000.
[[nodiscard]] Result<registry_trust::Federation>
with_federation_toml(const registry_trust::Federation& current, const base::Path& file, const std::string& text, std::uint64_t now);

/// The policy with another key of the log. `policy` is one of a federation.
[[nodiscard]] Result<std::string> policy_with_log(const std::string& policy, const registry_tlog::VerifierKey& log);

} // namespace cargo_wasm::registry_server
