// Tools that hang, and what a tool that failed said, as notes of our error.
#pragma once
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <cargo_wasm/base/deadline.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::postlink {

/// The command with how it ended, then the first lines of what it said.
inline void add_tool_notes(Error& error, const base::Command& command, const base::Exit& exit, std::string_view said)
{
  constexpr std::size_t k_most_lines = 8;
  error.notes.push_back(fmt::format("`{}` ended with {}", base::to_shell_string(command), base::to_string(exit)));
  if (exit.success()) {
    error.notes.emplace_back("it was content, but what it had to make is not there");
  }
  std::size_t lines = 0;
  for (const std::string_view line : base::split(base::trim(said), '\n')) {
    if (const std::string_view text = base::trim(line); lines < k_most_lines && !text.empty()) {
      error.notes.emplace_back(text);
      ++lines;
    }
  }
}

/// Runs a tool that ends by itself, or is ended when time is over. Errors: CW0966 it did not end in time; those of starting it.
inline Result<base::Exit> run_tool(
    const base::Env& env, const base::Command& command, base::OutputSink& sink, std::chrono::milliseconds longest, std::stop_token stop)
{
  const base::Deadline deadline(longest, std::move(stop));
  auto exit = env.process.run(command, sink, deadline.token());
  if (!exit) {
    return fail(std::move(exit).error().help(
        "it was named on the command line, or in `[wasm.tools]` of the configuration: name one that is there"));
  }
  if (deadline.passed()) {
    return fail(Error("CW0966",
                      fmt::format("`{}` did not end in {} s", command.program.filename().native(), longest.count() / 1000),
                      Blame::environment)
                    .note(fmt::format("`{}` was ended", base::to_shell_string(command)))
                    .help("run this command by hand to see what it waits for; what was made before is left as it is"));
  }
  return exit;
}

} // namespace cargo_wasm::postlink
