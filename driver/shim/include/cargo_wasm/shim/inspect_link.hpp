// What is found out about a link beyond the linker's words: the inputs are read into the model, and the module that came out is audited.
#pragma once
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/shim/link_report.hpp>

namespace cargo_wasm::shim {

/// Before the link: `report.import_collisions`, where the crates' expanded sources are given (paths).
/// Errors: CW0001, CW0002 a source cannot be read.
[[nodiscard]] Result<> compare_imports(const base::Env& env, const std::vector<std::string>& expanded, LinkReport& report);

/// After the link, from `report.arguments`, `messages` and `exit`: `signature_conflicts`, `call_sites`, and of a link that succeeded
/// `imports` and `audit`. `crates`: libraries of the crates that link-time optimization merged before the linker saw them.
/// Errors: CW0612 to CW0617 the module that was made cannot be read. Cost: every input is mapped; symbol tables and relocations are read,
/// code is not.
[[nodiscard]] Result<> inspect_link(const base::Env& env, const std::vector<base::Path>& crates, LinkReport& report);

/// Whether the linker was content with something that cannot work.
[[nodiscard]] bool is_unfit(const LinkReport& report);

} // namespace cargo_wasm::shim
