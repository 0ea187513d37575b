#include <cargo_wasm/ops/project.hpp>

#include <fmt/format.h>

#include "lock_report.hpp"

namespace cargo_wasm::ops {

namespace {

/// Where the lock depends on the running compiler: MSRV-aware resolution without a `rust-version` anywhere.
Result<bool> lock_depends_on_rustc(const manifest::Workspace& workspace, const manifest::Config& config)
{
  CW_TRY_ASSIGN(const auto setting, config.get_string("resolver.incompatible-rust-versions"));
  if (setting) {
    return setting->value == "fallback";
  }
  return workspace.resolver == manifest::ResolverBehavior::v3;
}

} // namespace

Result<Project> open_project(const Env& env, const GlobalOptions& options)
{
  Project project;
  CW_TRY_ASSIGN(project.config, manifest::Config::load(env, options.config));
  for (const auto& warning : project.config->warnings()) {
    env.reporter.warning(warning);
  }
  CW_TRY_ASSIGN(project.workspace, manifest::load_workspace(env, *project.config, options.workspace));
  for (const auto& warning : project.workspace.warnings) {
    env.reporter.warning(warning);
  }
  CW_TRY_ASSIGN(project.sources, source::SourceMap::create(env, *project.config, {project.workspace.members, {}}));
  return project;
}

Result<> check_members(const manifest::Workspace& workspace)
{
  return workspace.blocking ? Result<>(fail(*workspace.blocking)) : Result<>{};
}

Path cache_home(const Env& env)
{
  if (const auto* cache = env.var("XDG_CACHE_HOME"); cache != nullptr && !cache->empty()) {
    return Path(*cache) / "cargo-wasm";
  }
  const auto* home = env.var("HOME");
  return (home == nullptr ? env.cwd : Path(*home)) / ".cache" / "cargo-wasm";
}

Path toolchain_cache_directory(const Env& env)
{
  return cache_home(env) / "toolchains";
}

toolchain::RustcCachePlaces rustc_cache_places(const Env& env, const manifest::Workspace& workspace)
{
  return {workspace.target_directory / ".cargo-wasm" / "rustc-info.json", toolchain_cache_directory(env)};
}

Result<resolve::LockPassResult> lock_project(const Env& env, Project& project, const GlobalOptions& options, const LockMode& mode)
{
  auto& workspace = project.workspace;
  CW_TRY(project.sources->check_member_names(workspace.members));
  resolve::LockPassOptions pass;
  pass.update = mode.update;
  pass.ignore_existing = mode.ignore_existing;
  pass.locked = project.config->locked();
  pass.frozen = project.config->frozen();
  pass.offline_reason = project.config->offline_reason();
  pass.ignore_rust_version = options.ignore_rust_version;
  CW_TRY_ASSIGN(const bool needs_rustc, lock_depends_on_rustc(workspace, *project.config));
  if (needs_rustc && !options.ignore_rust_version) {
    CW_TRY_ASSIGN(const auto choice, choose_toolchain(env, project, options));
    auto cache = toolchain::RustcCache::load(env, choice, rustc_cache_places(env, workspace));
    CW_TRY_ASSIGN(const auto rustc, toolchain::probe_rustc(env, *project.config, choice, cache));
    pass.rustc_version = rustc.version;
  }
  CW_TRY_ASSIGN(auto result, resolve::resolve_for_lock(env, workspace, *project.config, *project.sources, pass));
  for (const auto& warning : result.warnings) {
    env.reporter.warning(warning);
  }
  if (result.differs) {
    report_lock_changes(env.reporter, result, mode.update.has_value());
    if (mode.write) {
      CW_TRY(env.fs.write_atomic(workspace.lock_file(), result.lock_text));
    }
  }
  return result;
}

} // namespace cargo_wasm::ops
