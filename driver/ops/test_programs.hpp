#pragma once
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/ops/test_program.hpp>
#include <cargo_wasm/plan/bindgen.hpp>
#include <cargo_wasm/plan/template.hpp>
#include <cargo_wasm/plan/unit.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

namespace cargo_wasm::ops {

struct TestProgramsInput
{
  const plan::UnitGraph& units;
  const plan::ActionGraph& graph; ///< of these units, with equal roots
  const manifest::Config& config;
  const toolchain::TargetData& platforms;
  const PackageHosts& hosts;
  const plan::BindgenOfUnit& bindgen;
};

/// The test programs among what a build was asked for, in cargo's order, with what they are started with.
/// Errors: CW0511 two runners for one target; those of `[env]`.
[[nodiscard]] Result<std::vector<TestProgram>> test_programs(const TestProgramsInput& input);

} // namespace cargo_wasm::ops
