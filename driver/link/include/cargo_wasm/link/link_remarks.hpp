// What is worth knowing of a link that succeeded: features of wasm that one object brought in, those that were left out and came in all the
// same, and what is undefined, or called with another type, where the program never comes.
#pragma once
#include <vector>

#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::link {

enum class DeadCode : std::uint8_t { untold, told };

/// Warnings CW0836 (a feature that only code of no Rust compiler has) and CW0837 (a feature that `-C target-cpu` or `-C target-feature`
/// leaves out), from the link's report; with DeadCode::told also a note for each symbol of dead code that would be an error if the program
/// came there. Nothing where there is no report, or none that can be read. Cost: the report, which is read and parsed.
[[nodiscard]] std::vector<exec::Remark> remarks_on_link(const exec::InspectedAction& link, DeadCode dead);

} // namespace cargo_wasm::link
