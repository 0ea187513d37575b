// Which programs of a build have tests in them (cargo: ops/cargo_test.rs, compiler/compilation.rs).
#include "test_programs.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>

namespace cargo_wasm::ops {

namespace {

/// "unittests src/lib.rs", "tests/it.rs".
std::string shown_program(const plan::Unit& unit)
{
  const Path source = base::shown_path(unit.package->root(), unit.target->source);
  const bool is_own_kind = unit.target->kind == manifest::TargetKind::test || unit.target->kind == manifest::TargetKind::bench;
  return is_own_kind ? source.string() : "unittests " + source.string();
}

std::string rerun_options(const plan::Unit& unit, bool several_packages)
{
  const std::string package = several_packages ? "-p " + unit.package->id().name().str() + " " : "";
  switch (unit.target->kind) {
  case manifest::TargetKind::bin:
    return package + "--bin " + unit.target->name;
  case manifest::TargetKind::test:
    return package + "--test " + unit.target->name;
  case manifest::TargetKind::bench:
    return package + "--bench " + unit.target->name;
  case manifest::TargetKind::example:
    return package + "--example " + unit.target->name;
  case manifest::TargetKind::lib:
  case manifest::TargetKind::custom_build:
    break;
  }
  return package + "--lib";
}

/// What cargo tells a program of its package, and where its own dynamic libraries lie.
EnvMap package_variables(const plan::ActionTemplate& action, const toolchain::TargetData& platforms, bool is_native)
{
  EnvMap variables;
  for (const auto& [name, value] : action.env) {
    if (name.starts_with("CARGO") && !name.starts_with("CARGO_WASM_")) {
      variables.emplace(name, value);
    }
  }
  const auto path = action.env.find("LD_LIBRARY_PATH");
  if (is_native && path != action.env.end()) {
    variables["LD_LIBRARY_PATH"] = path->second + ":" + platforms.host.libdir.native();
  }
  return variables;
}

} // namespace

Result<std::vector<TestProgram>> test_programs(const TestProgramsInput& input)
{
  std::set<spec::PackageId> packages;
  for (const plan::UnitIndex root : input.units.roots) {
    packages.insert(input.units.units[root].package->id());
  }
  CW_TRY_ASSIGN(const EnvMap configured, input.config.extra_env());
  std::vector<TestProgram> programs;
  for (std::size_t i = 0; i < input.units.roots.size(); ++i) {
    const plan::Unit& unit = input.units.units[input.units.roots[i]];
    const plan::ActionTemplate& last = input.graph.actions[input.graph.roots[i]];
    const auto bindgen = input.bindgen.find(input.units.roots[i]);
    const bool is_suite = bindgen != input.bindgen.end() && !bindgen->second.suite.empty();
    const plan::ActionIndex made_by = is_suite ? last.dependencies.front().action : last.finishes.value_or(input.graph.roots[i]);
    const plan::ActionTemplate& action = input.graph.actions[made_by];
    if (unit.mode != plan::CompileMode::test || !action.executable_output) {
      continue;
    }
    TestProgram program;
    program.file = plan::shown_path(input.graph, made_by, *action.executable_output);
    program.package = unit.package->id().name().str();
    program.shown = shown_program(unit);
    program.rerun = rerun_options(unit, packages.size() > 1);
    program.triple = std::string(input.platforms.triple(unit.kind));
    program.is_native = program.triple == input.platforms.rustc.host;
    program.has_harness = unit.target->harness;
    program.package_root = unit.package->root();
    program.env = package_variables(action, input.platforms, program.is_native);
    program.env.insert(configured.begin(), configured.end());
    CW_TRY_ASSIGN(program.runner, toolchain::runner_for(input.config, program.triple, input.platforms.info(unit.kind).cfgs));
    CW_TRY_ASSIGN(const auto jco, input.config.get_path("wasm.tools.jco"));
    program.jco = jco ? std::optional(jco->value) : std::nullopt;
    const auto host = input.hosts.find(unit.package->id());
    program.host = host == input.hosts.end() ? std::string() : host->second.profile->id;
    if (is_suite) {
      program.suite = {last.outputs.front().path.parent_path(), last.outputs.front().path, bindgen->second.settings.target == "web"};
    }
    programs.push_back(std::move(program));
  }
  return programs;
}

} // namespace cargo_wasm::ops
