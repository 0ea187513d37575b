// Whether something is compiled, as far as facts about the target can tell.
#pragma once
#include <cargo_wasm/rust/foreign_items.hpp>
#include <cargo_wasm/spec/cfg.hpp>

#include <string>
#include <vector>

namespace cargo_wasm::rust {

enum class Holds : std::uint8_t { no, unknown, yes };

/// A predicate as written in `cfg(…)`; unknown where it is not understood (`version(…)`, `accessible(…)`).
[[nodiscard]] Holds holds(const std::string& predicate, const std::vector<spec::Cfg>& sorted_facts);
/// All of them.
[[nodiscard]] Holds holds(const std::vector<std::string>& predicates, const std::vector<spec::Cfg>& sorted_facts);

} // namespace cargo_wasm::rust
