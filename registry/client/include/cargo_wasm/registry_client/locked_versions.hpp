// What is locked and here already needs nothing from the network, and may have been revoked since: the registry is asked, but seldom, and a
// registry that is away does not end a build that could go on.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/registry_client/verified_registry.hpp>

namespace cargo_wasm::registry_client {

struct LockedCheck
{
  std::vector<std::string> allowed; ///< "NAME@VERSION" that are used although they are revoked
  bool offline = false;
  bool was_asked = false; ///< this command has read the registry's state already
  bool strict = false;    ///< a registry that cannot be asked ends the command
};

/// That none of these is revoked: by what is known here if that is less than an hour old, else by what `ask` reads. Where that fails
/// because no mirror can be reached, or because the registry's document has expired, what is known here decides, with a warning, until it
/// is as old as the document lets a state become. Errors: CW1109; those of `ask` and of `VerifiedRegistry::check_revoked`.
[[nodiscard]] Result<> check_locked_versions(const Env& env,
                                             const KnownRegistry& known,
                                             const LockedCheck& how,
                                             std::span<const VerifiedRegistry::Version> versions,
                                             const std::function<Result<VerifiedRegistry*>()>& ask);

} // namespace cargo_wasm::registry_client
