// How many registries must have a version for its publication to count.
#pragma once
#include <cstddef>
#include <string_view>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::publish {

/// `all`, `majority`, `primary` or a number; "" stands for the primary and one more, where there are more. The primary always counts among
/// them. Errors: CW1042 anything else, or more than there are.
[[nodiscard]] Result<std::size_t> required_registries(std::string_view quorum, std::size_t registries);

} // namespace cargo_wasm::publish
