// From the unit graph to actions: rustc's command lines in cargo's order, build-script runs, uplifts
// (cargo: compiler/mod.rs, custom_build.rs, build_runner/compilation_files.rs). Nothing runs here.
//
// Intermediate files lie under target/.cargo-wasm/<triple or host>/<profile directory>/{deps,build,incremental,examples}; final
// artifacts are uplifted to where cargo puts them. Names carry a metadata hash that derives from identity only: package,
// features, profile, target, toolchain and the metadata hashes of dependencies, never contents or place.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/bindgen.hpp>
#include <cargo_wasm/plan/component.hpp>
#include <cargo_wasm/plan/template.hpp>
#include <cargo_wasm/plan/unit.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::plan {

struct ActionGraphInput
{
  const UnitGraph& graph;
  const manifest::Workspace& workspace;
  const manifest::Config& config;              ///< [env]
  const toolchain::ToolchainChoice& toolchain; ///< rustdoc, wrappers, environment of children
  const toolchain::TargetData& platforms;
  base::Path driver_program;  ///< the value of $CARGO that children see
  BindgenOfUnit bindgen;      ///< units that get JavaScript bindings
  ComponentOfUnit components; ///< units that are wrapped, beside those whose target asks for it
};

/// Errors: CW0380 the target cannot make a crate type. Two artifacts for one place are a warning to `env.reporter` (CW0381).
[[nodiscard]] Result<ActionGraph> plan_actions(const Env& env, const ActionGraphInput& input, const BuildRequest& request);

/// The plan cache's form of an action graph: binary, versioned, lengths before contents; no pointers into anything.
/// Decoding refuses other versions and damaged bytes. Errors: CW0390.
[[nodiscard]] std::string encode_plan(const ActionGraph& graph);
[[nodiscard]] Result<ActionGraph> decode_plan(std::string_view bytes);

} // namespace cargo_wasm::plan
