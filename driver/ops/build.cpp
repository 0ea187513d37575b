#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>

#include "compile.hpp"
#include "future_incompat.hpp"
#include "reproducible.hpp"

namespace cargo_wasm::ops {

namespace {

void report_finished(const Env& env, const CompileRequest& request, const Compiled& compiled)
{
  auto text = finished_text(env, compiled, false);
  const std::string_view hole = "{elapsed}";
  text.replace(text.find(hole), hole.size(), elapsed_text(compiled.outcome->elapsed));
  env.reporter.status("Finished", text);
  if (const auto future = future_incompat_text(env.reporter, compiled, request.future_incompat_report); !future.empty()) {
    env.reporter.passthrough(future);
  }
}

/// What runs the program, also where something waits for it.
std::string name_of_runner(const base::Command& command)
{
  std::string name = command.program.filename().native();
  std::span<const std::string> words = command.args;
  while (words.size() > 1 && words[0] == "module" && (words[1] == "time-limit" || words[1] == "memory-limit")) {
    const auto separator = static_cast<std::size_t>(std::ranges::find(words, "--") - words.begin());
    if (separator + 1 >= words.size()) {
      break;
    }
    name = Path(words[separator + 1]).filename().native();
    words = words.subspan(separator + 2);
  }
  return name;
}

/// What was planned or found fresh under other surroundings is no part of it.
Result<> build_reproducibly(const Env& caller, const GlobalOptions& options, CompileRequest request)
{
  const EnvMap vars = reproducible_variables(caller.vars);
  const Env env{caller.fs, caller.process, caller.http, caller.clock, caller.reporter, vars, caller.cwd};
  request.stored.reset();
  request.noop.reset();
  request.exec.empties_out_dirs = true;
  // What was unpacked a moment before it was read is not kept: it could have changed within a tick of the clock. A second pass finds all
  // else fresh.
  constexpr int k_passes = 3;
  for (int pass = 1;; ++pass) {
    CW_TRY_ASSIGN(const auto compiled, compile(env, options, request, nullptr));
    if (!compiled.outcome) {
      return {};
    }
    auto written = write_build_record(env, request, compiled);
    if (written) {
      report_finished(env, request, compiled);
      return {};
    }
    if (written.error().id != "CW1177" || pass == k_passes) {
      return written;
    }
  }
}

} // namespace

Result<> build(const Env& env, const GlobalOptions& options, const CompileRequest& request)
{
  if (request.reproducible) {
    return build_reproducibly(env, options, request);
  }
  CW_TRY_ASSIGN(const auto compiled, compile(env, options, request, nullptr));
  if (compiled.outcome) {
    report_finished(env, request, compiled);
    remember_noop(env, request, compiled);
  }
  return {};
}

Result<std::optional<base::Command>> run(const Env& env, const GlobalOptions& options, const RunRequest& request)
{
  CW_TRY_ASSIGN(const auto compiled, compile(env, options, request.compile, &request));
  if (!compiled.outcome) {
    return std::nullopt;
  }
  report_finished(env, request.compile, compiled);
  const auto& program = *compiled.planned->program;
  const auto& command = *compiled.planned->become;
  std::string shown;
  for (const auto& argument : request.arguments) {
    shown += " " + argument;
  }
  const std::string path = base::shown_path(env.cwd, program).string();
  // The host's programs run by themselves; all else needs to be told by whom.
  const auto runner = command.program == program ? std::string() : " with " + name_of_runner(command);
  env.reporter.status("Running", fmt::format("`{}{}`{}", path, shown, runner));
  remember_noop(env, request.compile, compiled);
  return command;
}

} // namespace cargo_wasm::ops
