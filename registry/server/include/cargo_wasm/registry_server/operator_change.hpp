// Changes that a registry's operator makes, with or without a server at work: a registry has one writer, so a change is either made by
// this process, or left in the database for the one that has the registry, which looks there some times a second. Whoever can write to
// DIR/private may do this, and nobody else; each change is checked as if it came from anywhere.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_server/registry.hpp>

namespace cargo_wasm::registry_server {

/// Numbers are in databases: they never change.
enum class OperatorChangeKind : std::uint8_t { heartbeat = 0, federation = 1, revocation = 2, imported = 3, revocations = 4, sealed = 5 };

struct OperatorChange
{
  OperatorChangeKind kind = OperatorChangeKind::heartbeat;
  /// A federation's signed document; a signed statement; `payload_of` several; for an import where from, and the index's lines; of a seal
  /// the number of records and the head, with a blank between.
  std::string payload;
};

/// What `revocations` has.
[[nodiscard]] std::string payload_of(const std::vector<std::string>& notes);

/// Makes a change in an open registry. Errors: those of the registry's functions.
Result<Recorded> apply(Registry& registry, const OperatorChange& change);
/// Makes a change in a registry that a server may have. Errors: CW1201, CW1202; those of `apply`; CW1228 nobody made it in time: it is
/// withdrawn then.
Result<Recorded> submit(const Env& env,
                        const base::Path& directory,
                        const OperatorChange& change,
                        std::chrono::milliseconds patience = std::chrono::seconds(45),
                        const WitnessAsking& asking = {});

/// DIR/public/.well-known/cargo-wasm/federation.
[[nodiscard]] base::Path federation_directory(const base::Path& directory);
struct RoleKey
{
  base::Path file;
  registry_tlog::SignerKey key;
};
/// The signing keys of DIR/private/keys whose files are called `role`, or begin with it and `-`. Errors: CW0001, CW1002.
[[nodiscard]] Result<std::vector<RoleKey>> role_keys(const base::Filesystem& fs, const base::Path& directory, std::string_view role);
/// A new key for a role, in a file of its own. Errors: CW0003.
[[nodiscard]] Result<RoleKey>
make_role_key(base::Filesystem& fs, const base::Path& directory, std::string_view role, const std::string& federation);

/// How the outcome of a change lies in the database.
[[nodiscard]] std::string answer_text(const Result<Recorded>& outcome);
[[nodiscard]] Result<Recorded> parse_answer(std::string_view text);

} // namespace cargo_wasm::registry_server
