// Requirements that exclude one another.
#pragma once
#include "explain.hpp"

namespace cargo_wasm::resolve {

/// There are versions, and each has something in its way. CW0302, CW0303, CW0304.
[[nodiscard]] Error
explain_conflict(Candidates& candidates, const Expansions& expansions, const SearchState& state, const Failure& failure);

} // namespace cargo_wasm::resolve
