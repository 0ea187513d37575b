// Whether a component is one of a world: it imports nothing else, and exports all of it, with the same types.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

/// The differences, one sentence each; none: it fits.
///
/// Versions of interfaces may differ within semver's compatible range. Types are compared as they are built, names of fields and cases
/// included; resources by interface and name. What the component exports beyond the world is its own matter.
/// `checks_wasi`: interfaces of `wasi:` that the world does not name count as well; otherwise they are the standard library's own.
[[nodiscard]] std::vector<std::string> differences(const WorldOf& component, const WorldOf& world, bool checks_wasi);

} // namespace cargo_wasm::wit
