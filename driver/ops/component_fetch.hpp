// The dependencies of components: chosen, locked, fetched, and put where WIT is read.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>

#include "component_lock.hpp"

namespace cargo_wasm::ops {

/// A dependency as it is on this machine.
struct FetchedComponent
{
  LockedComponent locked;
  Path file;                   ///< in the cache
  bool is_wit_package = false; ///< else a component that does something
};
using FetchedComponents = std::map<std::string, FetchedComponent, std::less<>>;

/// What all members' `component.dependencies` name: of each package the version in the lock while it fits, else the highest that fits all
/// who ask; into a cache by content, from the network only what is missing there. Packages of WIT are put into the `wit/deps` of those who
/// ask, as `NS-NAME-VERSION.wasm`. Without dependencies nothing is read or written. Errors: CW1162 no version fits; CW1163; CW1164 the lock
/// would change, and must not; CW1165 offline; CW1166 what is locked is no longer what the registry has; CW1168 no requirement; those of
/// `ComponentRegistry` and of the client.
Result<FetchedComponents>
fetch_component_dependencies(const Env& env, const manifest::Config& config, const manifest::Workspace& workspace);

} // namespace cargo_wasm::ops
