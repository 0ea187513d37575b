// Crate targets: the explicit tables [lib], [[bin]], [[example]], [[test]], [[bench]] joined with what the directory
// layout implies (cargo: workspace/parser/targets.rs).
//
//   lib      src/lib.rs                              (2015 also src/NAME.rs, with a warning)
//   bin      src/main.rs, src/bin/*.rs, src/bin/*/main.rs
//   example  examples/*.rs, examples/*/main.rs       test: tests/…    bench: benches/…
//   build    build.rs
//
// `autobins = false` and so on switch the search off; in edition 2015 an explicit table does so too.
#pragma once
#include "fields.hpp"

namespace cargo_wasm::manifest {

struct TargetContext
{
  ReadState& state;
  std::string_view package_name;
  Edition edition = Edition::e2015;
};

/// Every target in cargo's order. Empty with an error set on failure.
[[nodiscard]] std::vector<CrateTarget> read_targets(TargetContext& context, const Fields& manifest, const Fields& package);

/// Nullopt: not an edition; CW0105 is set.
[[nodiscard]] std::optional<Edition> parse_edition(ReadState& state, Located at);

} // namespace cargo_wasm::manifest
