// What is known of an artifact before it is built, for its build record (docs/formats/build-record.md): nothing that depends on where the
// project lies or who builds it.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/plan/actions.hpp>

#include "post_link.hpp"

namespace cargo_wasm::plan {

/// Options of `module record` for this unit, whose other steps are decided. Cost: a walk over what the unit is made of.
[[nodiscard]] std::vector<std::string> record_options(const ActionGraphInput& input, UnitIndex unit, const PostLink& steps);

} // namespace cargo_wasm::plan
