#include "link_shim.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/manifest/wasm_settings.hpp>
#include <cargo_wasm/shim/shim.hpp>
#include <cargo_wasm/toolchain/wasm_linker.hpp>

#include "link_settings.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

namespace {

/// Whether rustc links when it compiles this unit.
bool links(const Unit& unit)
{
  if (is_check(unit.mode) || (unit.mode != CompileMode::build && unit.mode != CompileMode::test)) {
    return false;
  }
  const auto is_linked = [](manifest::CrateType type) { return type == manifest::CrateType::cdylib || type == manifest::CrateType::dylib; };
  return unit.mode == CompileMode::test || unit.target->is_executable() || std::ranges::any_of(unit.crate_types, is_linked);
}

/// What this rustc passes to every link on its own account, and no version should.
std::vector<std::string> own_flags(const toolchain::RustcInfo& rustc)
{
  return toolchain::passes_allow_undefined(rustc.version) ? std::vector<std::string>{"--allow-undefined"} : std::vector<std::string>{};
}

/// The crates that rustc merges itself when it optimizes them as one program, as paths relative to the report's directory.
std::vector<std::string> merged_crates(const ActionContext& context, UnitIndex index, const base::Path& report)
{
  std::vector<std::string> crates;
  if (context.unit(index).lto.kind != UnitLto::Kind::run) {
    return crates;
  }
  for (const UnitIndex library : context.linked_below[index]) {
    for (const UnitOutput& output : context.outputs[library]) {
      if (output.flavor == toolchain::OutputFile::Flavor::linkable && !context.unit(library).target->proc_macro) {
        crates.push_back(output.path.lexically_relative(report.parent_path()).native());
      }
    }
  }
  return crates;
}

Error imports_of_component(const Unit& unit, std::string_view triple, std::string_view allowed)
{
  return Error("CW0382",
               fmt::format(
                   "`{}` lists `env::{}` as an import, which a component for `{}` cannot have", unit.package->id().name(), allowed, triple))
      .note("a component imports interfaces that are described in WIT, and no single functions of `env`")
      .note(fmt::format("listed in {}", unit.package->manifest->file.string()))
      .help("declare the function in a WIT world and bind it, e.g. with `wit_bindgen::generate!`")
      .help("or build for `wasm32-wasip1`, whose programs are plain modules");
}

} // namespace

base::Path shim_path(const base::Path& state_directory)
{
  return state_directory / "wasm-ld";
}

Result<std::optional<LinkShim>> plan_link_shim(const base::Env& env, const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  const toolchain::TargetInfo& target = context.input.platforms.info(unit.kind);
  if (!target.wasm_linker || !links(unit)) {
    return std::nullopt;
  }
  const toolchain::WasmLinker& linker = *target.wasm_linker;
  CW_TRY_ASSIGN(const manifest::WasmSettings settings,
                manifest::read_wasm_settings(env.fs, *unit.package->manifest, *context.input.workspace.root_manifest));
  if (linker.kind == toolchain::WasmLinker::Kind::component_ld && !settings.allowed_imports.empty()) {
    return fail(imports_of_component(unit, target.triple, settings.allowed_imports.front()));
  }
  const base::Path shim = shim_path(context.files.state_directory());
  LinkShim result;
  result.report =
      context.files.output_directory(index) / fmt::format("{}-{}.link.json", unit.target->crate_name(), context.files.unit_hash(index));
  const auto add = [&](std::string option) {
    result.rustc_arguments.emplace_back("-C");
    result.rustc_arguments.push_back(std::move(option));
  };
  CW_TRY_ASSIGN(EffectiveLinkSettings link_settings, effective_link_settings(env, context, index, linker.kind));
  const bool through_compiler = linker.kind == toolchain::WasmLinker::Kind::compiler_driver;
  for (const std::string& argument : link_settings.link_args) {
    add(fmt::format("link-arg={}{}", through_compiler ? "-Wl," : "", argument));
  }
  switch (linker.kind) {
  case toolchain::WasmLinker::Kind::wasm_ld:
    add("linker=" + shim.native());
    break;
  case toolchain::WasmLinker::Kind::component_ld:
    add("link-arg=--wasm-ld-path=" + shim.native());
    if (context.post_links[index].has_steps) {
      add("link-arg=--skip-wit-component"); // it is wrapped by the last step
    }
    break;
  case toolchain::WasmLinker::Kind::compiler_driver:
    add("link-arg=-fuse-ld=" + shim.native());
    break;
  }
  const base::EnvMap variables = to_variables(shim::ShimRequest{.linker = linker.wasm_ld,
                                                                .report = result.report,
                                                                .enforce = !context.request.strict_cargo,
                                                                .own_flags = own_flags(context.input.platforms.rustc),
                                                                .allowed = settings.allowed_imports,
                                                                .settings = std::move(link_settings.described),
                                                                .expanded = {},
                                                                .crates = merged_crates(context, index, result.report)});
  result.variables.insert(variables.begin(), variables.end());
  return result;
}

} // namespace cargo_wasm::plan
