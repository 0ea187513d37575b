// What an action was made from by itself: what stays the same where the results of others have other bytes for no reason of their own
// (rustc writes directories into metadata, incremental results differ from run to run).
#pragma once
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/record.hpp>

namespace cargo_wasm::exec {

/// Equal in every checkout with equal sources, settings and toolchain. Of a build script also what it said and left.
[[nodiscard]] base::Digest own_inputs_digest(const Record& record, const PlaceNames& places);

} // namespace cargo_wasm::exec
