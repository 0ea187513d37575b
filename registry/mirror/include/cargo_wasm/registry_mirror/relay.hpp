// Publishing at a mirror: what would change something goes to the registry itself, which alone orders changes, and comes back by the log.
#pragma once
#include <string>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_trust/federation.hpp>

namespace cargo_wasm::registry_mirror {

/// Whether the document says that publications may be sent to the mirror at this address.
[[nodiscard]] bool relays(const registry_trust::Federation& federation, const std::string& mirror);

/// Where a mirror sends changes, with the tokens of whoever makes them: the registry's own address, which the signed document has to name
/// among those that take publications. With a slash at its end. Errors: CW1062 it does not, or the mirror is none of them.
[[nodiscard]] Result<std::string> sequencer_for(const registry_trust::Federation& federation, const std::string& mirror);

} // namespace cargo_wasm::registry_mirror
