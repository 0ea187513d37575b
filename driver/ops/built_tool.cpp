#include "built_tool.hpp"

#include <fmt/format.h>

#include "compile.hpp"

namespace cargo_wasm::ops {

namespace {

/// The tool is a program like any other: its package is our project for a while.
Result<> build_tool(const Env& caller, const BuiltTool& tool, const Path& directory, bool ignores_lock, Path& made)
{
  CW_TRY(caller.fs.create_directories(directory));
  // Its configuration is the user's, not the project's: flags for the project's target would be none for it.
  const Env env{caller.fs, caller.process, caller.http, caller.clock, caller.reporter, caller.vars, directory};
  GlobalOptions options;
  options.plus_toolchain = tool.toolchain;
  options.config.offline = tool.offline;
  options.workspace.target_directory = directory / "target";
  CompileRequest request;
  request.from = FromSpec{tool.package, tool.version, ignores_lock};
  request.targets.default_targets = false;
  request.targets.bins = {tool.program};
  request.features.no_default_features = true;
  request.profile_name = "release";
  request.triples = {tool.triple};
  request.jobs = tool.jobs;
  request.exec.stop = tool.stop;
  request.driver_program = tool.driver_program;
  CW_TRY_ASSIGN(const Compiled compiled, compile(env, options, request, nullptr));
  if (compiled.artifacts.size() != 1) {
    return fail(
        Error(tool.cannot_be_built.id, fmt::format("the package `{}` {} has no program `{}`", tool.package, tool.version, tool.program)));
  }
  made = compiled.artifacts.front().path;
  return {};
}

} // namespace

Result<Path> stored_tool(const Env& env, const BuiltTool& tool, const std::function<void()>& before_building)
{
  const Path directory = cache_home(env) / "tools" / fmt::format("{}-{}", tool.program, tool.version);
  const Path program = directory / tool.program;
  if (env.fs.is_file(program)) {
    return program;
  }
  env.reporter.status("Building", fmt::format("{} {} for this machine, once: {}", tool.program, tool.version, tool.because));
  before_building();
  Path made;
  auto built = build_tool(env, tool, directory, false, made);
  if (!built && built.error().id == "CW0301") { // a version that its lock names is gone: what fits its manifest does as well
    built = build_tool(env, tool, directory, true, made);
  }
  if (!built) {
    Error error = std::move(built).error();
    if (!error.already_reported) {
      env.reporter.error(error);
    }
    return fail(tool.cannot_be_built);
  }
  CW_TRY(env.fs.copy(made, program));
  CW_TRY(env.fs.remove_all(directory / "target"));
  return program;
}

} // namespace cargo_wasm::ops
