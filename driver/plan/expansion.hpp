// Crates as source after macro expansion, made by actions of their own where a defect of the compiler makes that the only witness of what a
// crate imports. Ordinary builds have none of these.
#pragma once
#include "action_context.hpp"

namespace cargo_wasm::plan {

/// Whether a unit's expanded source is wanted.
[[nodiscard]] bool is_expanded(const ActionContext& context, UnitIndex unit);
/// Where it lies, beside what the crate is compiled to.
[[nodiscard]] base::Path expanded_path(const ActionContext& context, UnitIndex unit);
/// The action that compiles a crate, cut down to macro expansion into a file. Its identity is the other's with `/expanded` behind it.
[[nodiscard]] ActionTemplate expansion_of(const ActionTemplate& compile, base::Path file);

} // namespace cargo_wasm::plan
