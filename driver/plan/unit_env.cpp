// Environment of rustc and of build scripts (cargo: compilation.rs fill_env, compiler/mod.rs prepare_rustc, custom_build.rs build_work).
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cargo_wasm/base/text.hpp>

#include "action_context.hpp"

namespace cargo_wasm::plan {

using toolchain::CompileKind;

namespace {

using EnvOut = std::map<std::string, std::string>;

void add_package(EnvOut& env, const ActionContext& context, const Unit& unit)
{
  const manifest::Manifest& manifest = *unit.package->manifest;
  const manifest::PackageInfo& info = manifest.info;
  const spec::Version& version = unit.package->id().version();
  env["CARGO"] = context.input.driver_program.native();
  env["CARGO_MANIFEST_DIR"] = unit.package->root().native();
  env["CARGO_MANIFEST_PATH"] = manifest.file.native();
  env["CARGO_PKG_NAME"] = unit.package->id().name().str();
  env["CARGO_PKG_VERSION"] = to_string(version);
  env["CARGO_PKG_VERSION_MAJOR"] = std::to_string(version.major);
  env["CARGO_PKG_VERSION_MINOR"] = std::to_string(version.minor);
  env["CARGO_PKG_VERSION_PATCH"] = std::to_string(version.patch);
  env["CARGO_PKG_VERSION_PRE"] = version.pre;
  env["CARGO_PKG_AUTHORS"] = base::join(info.authors, ":");
  env["CARGO_PKG_DESCRIPTION"] = info.description.value_or("");
  env["CARGO_PKG_HOMEPAGE"] = info.homepage.value_or("");
  env["CARGO_PKG_REPOSITORY"] = info.repository.value_or("");
  env["CARGO_PKG_LICENSE"] = info.license.value_or("");
  env["CARGO_PKG_LICENSE_FILE"] = info.license_file.value_or("");
  env["CARGO_PKG_RUST_VERSION"] = info.rust_version_text.value_or("");
  env["CARGO_PKG_README"] = info.readme.value_or("");
}

/// Our directories go first, unless the variable starts with them already (a build inside a build).
std::string library_path(const std::vector<std::string>& ours, const std::string& inherited)
{
  std::string joined = base::join(ours, ":");
  if (inherited.empty() || inherited == joined || inherited.starts_with(joined + ":")) {
    return inherited.empty() ? joined : inherited;
  }
  return joined + ":" + inherited;
}

void add_last(EnvOut& env, const ActionContext& context)
{
  for (const auto& [name, value] : context.input.toolchain.child_env) {
    env.emplace(name, value);
  }
  for (const auto& [name, value] : context.user_env) {
    env.emplace(name, value); // never over what is set above
  }
}

void add_cfgs(EnvOut& env, const Unit& unit, const toolchain::TargetInfo& info)
{
  std::map<std::string, std::vector<std::string>> values;
  auto& features = values["feature"];
  for (const InternedString feature : unit.features) {
    features.push_back(feature.str());
  }
  if (unit.profile.debug_assertions) {
    values["debug_assertions"];
  }
  for (const spec::Cfg& cfg : info.cfgs) {
    if (cfg.value) {
      values[cfg.key].push_back(*cfg.value);
    } else if (cfg.key != "debug_assertions") { // rustc does not know the profile
      values[cfg.key].clear();
    }
  }
  for (const auto& [key, list] : values) {
    env["CARGO_CFG_" + base::envify(key)] = base::join(list, ",");
  }
}

} // namespace

std::map<std::string, std::string> rustc_environment(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  const manifest::CrateTarget& target = *unit.target;
  EnvOut env;
  add_package(env, context, unit);
  env["CARGO_CRATE_NAME"] = target.crate_name();
  if (target.is_bin() || (target.kind == manifest::TargetKind::example && target.is_executable())) {
    env["CARGO_BIN_NAME"] = target.name;
  }
  if (context.is_primary(index)) {
    env["CARGO_PRIMARY_PACKAGE"] = "1";
  }
  if (unit.is_std) {
    env["RUSTC_BOOTSTRAP"] = "1"; // its unstable features, on every compiler
  }
  if (context.scripts[index].own) {
    env["OUT_DIR"] = (context.files.script_run_directory(*context.scripts[index].own) / "out").native();
  }
  if (target.kind == manifest::TargetKind::test || target.kind == manifest::TargetKind::bench) {
    env["CARGO_TARGET_TMPDIR"] = (context.files.kind_directory(unit.kind).parent_path() / "tmp").native();
    for (const manifest::CrateTarget& bin : unit.package->manifest->targets) {
      if (bin.is_bin()) {
        env["CARGO_BIN_EXE_" + bin.name] =
            unit.mode == CompileMode::test ? context.files.program_path(bin, unit.kind).native() : "placeholder:" + bin.name;
      }
    }
  }
  env["LD_LIBRARY_PATH"] = library_path({context.files.deps_directory(CompileKind::host()).native()}, context.library_path);
  add_last(env, context);
  return env;
}

std::map<std::string, std::string> script_environment(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  const toolchain::TargetData& platforms = context.input.platforms;
  EnvOut env;
  add_package(env, context, unit);
  env["OUT_DIR"] = (context.files.script_run_directory(index) / "out").native();
  env["TARGET"] = std::string(platforms.triple(unit.kind));
  env["HOST"] = platforms.rustc.host;
  env["DEBUG"] = unit.profile.debuginfo.is_on() ? "true" : "false";
  env["OPT_LEVEL"] = unit.profile.opt_level.str();
  env["PROFILE"] = unit.profile.root_is_release ? "release" : "debug";
  env["RUSTC"] = platforms.rustc.program.native();
  env["RUSTDOC"] = context.input.toolchain.rustdoc ? context.input.toolchain.rustdoc->native() : "rustdoc";
  if (const auto linker = context.linkers.find(unit.kind); linker != context.linkers.end()) {
    env["RUSTC_LINKER"] = linker->second;
  }
  if (unit.package->manifest->links) {
    env["CARGO_MANIFEST_LINKS"] = *unit.package->manifest->links;
  }
  for (const InternedString feature : unit.features) {
    env["CARGO_FEATURE_" + base::envify(feature.view())] = "1";
  }
  add_cfgs(env, unit, platforms.info(unit.kind));
  if (platforms.rustc.wrapper) {
    env["RUSTC_WRAPPER"] = platforms.rustc.wrapper->native();
  }
  if (platforms.rustc.workspace_wrapper && context.is_member(index)) {
    env["RUSTC_WORKSPACE_WRAPPER"] = platforms.rustc.workspace_wrapper->native();
  }
  env["CARGO_ENCODED_RUSTFLAGS"] = base::join(unit.rustflags, "\x1f");
  env["LD_LIBRARY_PATH"] = library_path({context.files.final_directory(CompileKind::host()).native(),
                                         context.files.deps_directory(CompileKind::host()).native(),
                                         platforms.host.libdir.native()},
                                        context.library_path);
  add_last(env, context);
  return env;
}

} // namespace cargo_wasm::plan
