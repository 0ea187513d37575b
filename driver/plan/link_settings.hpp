// The link settings of a unit as they count for its link: from the manifest, the configuration and the command line, beside what stands in
// RUSTFLAGS and what known defects need. What contradicts itself, the target or a defect is refused before anything is compiled.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/toolchain/wasm_linker.hpp>

#include "action_context.hpp"

namespace cargo_wasm::plan {

struct EffectiveLinkSettings
{
  std::vector<std::string> link_args; ///< in wasm-ld's spelling, to stand behind the user's own
  std::vector<std::string> described; ///< "max-memory=1048576 (package)", sorted: for the report and for --explain-rebuild
};

/// With --strict-cargo nothing is set, as cargo would not, and what would have been is a warning (CW0843).
/// Errors: those of manifest::read_link_settings; CW0840 settings contradict each other, CW0841 a target that cannot have one, CW0842 a
/// setting and what a known defect needs.
[[nodiscard]] Result<EffectiveLinkSettings>
effective_link_settings(const base::Env& env, const ActionContext& context, UnitIndex unit, toolchain::WasmLinker::Kind linker);

} // namespace cargo_wasm::plan
