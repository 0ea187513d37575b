#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>

#include "compile.hpp"
#include "runner.hpp"

namespace cargo_wasm::ops {

namespace {

void report_finished(const Env& env, const Compiled& compiled)
{
  auto text = finished_text(env, compiled);
  const std::string_view hole = "{elapsed}";
  text.replace(text.find(hole), hole.size(), elapsed_text(compiled.outcome->elapsed));
  env.reporter.status("Finished", text);
}

} // namespace

Result<> build(const Env& env, const GlobalOptions& options, const CompileRequest& request)
{
  CW_TRY_ASSIGN(const auto compiled, compile(env, options, request, false));
  if (compiled.outcome) {
    report_finished(env, compiled);
    remember_noop(env, request, compiled, std::nullopt);
  }
  return {};
}

Result<std::optional<base::Command>> run(const Env& env, const GlobalOptions& options, const RunRequest& request)
{
  CW_TRY_ASSIGN(const auto compiled, compile(env, options, request.compile, true));
  if (!compiled.outcome) {
    return std::nullopt;
  }
  report_finished(env, compiled);
  const auto program = std::find_if(compiled.artifacts.begin(), compiled.artifacts.end(), [](const Artifact& artifact) {
    return artifact.target_kind == "bin" || artifact.target_kind == "example";
  });
  if (program == compiled.artifacts.end()) {
    return fail(Error("CW0735", "there is no program to run").help("name one with `--bin` or `--example`"));
  }
  const auto& kind = compiled.platforms.requested_kinds.front();
  RunnerRequest runner;
  runner.program = program->path;
  runner.triple = std::string(compiled.platforms.triple(kind));
  runner.arguments = request.arguments;
  runner.directories = request.directories;
  const bool is_host = runner.triple == compiled.platforms.rustc.host;
  CW_TRY_ASSIGN(auto command, runner_command(env, *compiled.project.config, compiled.platforms.info(kind), is_host, runner));
  std::string shown;
  for (const auto& argument : request.arguments) {
    shown += " " + argument;
  }
  const auto relative = program->path.lexically_relative(env.cwd).string();
  env.reporter.status("Running",
                      fmt::format("`{}{}` with {}",
                                  relative.starts_with("..") || relative.empty() ? program->path.string() : relative,
                                  shown,
                                  command.program.filename().string()));
  remember_noop(env, request.compile, compiled, command);
  return command;
}

} // namespace cargo_wasm::ops
