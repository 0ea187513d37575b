// The step that takes out what no host needs: after every step that does. Linkers strip `target_features` with the names, and wasm-opt
// cannot tell any more what the module uses; wasm-bindgen needs it, too.
#pragma once
#include <string_view>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::postlink {

/// In the words of Cargo's `strip`.
enum class StripLevel : std::uint8_t { none, debuginfo, symbols };

[[nodiscard]] Result<StripLevel> parse_strip_level(std::string_view text); ///< Errors: CW0859.

/// `debuginfo` takes DWARF out, `symbols` the names, the producers and the features as well, as wasm-ld's `--strip-all` does.
/// Errors: CW0857 no module. Cost: a copy.
[[nodiscard]] Result<> strip_module(const base::Env& env, const base::Path& input, const base::Path& output, StripLevel level);

} // namespace cargo_wasm::postlink
