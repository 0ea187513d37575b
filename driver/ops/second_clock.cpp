#include "second_clock.hpp"

#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/other_clock/other_clock.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr const char* k_preload = "LD_PRELOAD";

/// What `date` shows with the library, or why it shows nothing.
Result<std::chrono::sys_seconds> shown_time(const Env& env, const Path& library)
{
  const auto program = env.program_on_path("date");
  if (!program) {
    return fail(Error("CW1138", "there is no program `date` to see it with"));
  }
  base::Command command;
  command.program = *program;
  command.args = {"+%s"};
  command.env = env.vars;
  command.env.insert_or_assign(k_preload, library.native());
  command.cwd = env.cwd;
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink));
  std::int64_t seconds = 0;
  const std::string_view text = base::trim(sink.out);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!exit.success() || error != std::errc() || end != text.data() + text.size()) {
    return fail(Error("CW1138", fmt::format("`{}` ended with {}", base::to_shell_string(command), base::to_string(exit))));
  }
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

} // namespace

Result<std::optional<Path>> second_clock(const Env& env, const Path& directory)
{
  const Path library = directory / "clock.so";
  if (auto written = env.fs.write_atomic(library, other_clock::library()); !written) {
    return fail(Error("CW1180", fmt::format("cannot copy the project to a second place: `{}`", library.string()), Blame::environment)
                    .note(written.error().message)
                    .help("TMPDIR names the directory in which the place is made"));
  }
  const auto shown = shown_time(env, library);
  // A clock that is being set meanwhile may be off by much less.
  if (shown && *shown - env.clock.now() > other_clock::k_ahead / 2) {
    return library;
  }
  env.reporter.warning(Error("CW1138", "the second build has the clock of the first")
                           .note(shown ? std::string("`date` shows the usual time in spite of LD_PRELOAD") : shown.error().message)
                           .help("what depends on the day shows when `verify` runs on another day"));
  return std::nullopt;
}

void hand_on_clock(EnvMap& vars)
{
  auto wanted = vars.extract(k_preload_variable);
  if (wanted.empty()) {
    return;
  }
  std::string& preload = vars[k_preload];
  preload = preload.empty() ? wanted.mapped() : fmt::format("{}:{}", wanted.mapped(), preload);
}

std::string how_far_ahead()
{
  return fmt::format("{} days", other_clock::k_days_ahead);
}

} // namespace cargo_wasm::ops
