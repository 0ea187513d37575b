// rustc's command lines as questions to its front end: up to macro expansion, without anything made.
#pragma once
#include <cstddef>
#include <string_view>

namespace cargo_wasm::plan {

/// How many arguments from `argument` on only name outputs or serve the link: 0 where it counts for the front end, too.
/// @param next  the argument behind it; empty at the end
[[nodiscard]] std::size_t output_arguments(std::string_view argument, std::string_view next);

} // namespace cargo_wasm::plan
