#include <support/fake_process_runner.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::test {

FakeProcessRunner& FakeProcessRunner::on(std::string program, std::vector<std::string> args, ScriptedRun run)
{
  return on(
      std::move(program), std::move(args), Handler([run = std::move(run)](const base::Command&, base::OutputSink& sink, std::stop_token) {
        if (!run.out.empty()) {
          sink.on_stdout(run.out);
        }
        if (!run.err.empty()) {
          sink.on_stderr(run.err);
        }
        return Result<base::Exit>(run.exit);
      }));
}

FakeProcessRunner& FakeProcessRunner::on(std::string program, std::vector<std::string> args, Handler handler)
{
  const std::lock_guard lock(m_mutex);
  m_scripts.push_back({std::move(program), std::move(args), std::move(handler)});
  return *this;
}

Result<base::Exit> FakeProcessRunner::run(const base::Command& command, base::OutputSink& sink, std::stop_token stop)
{
  Handler handler;
  {
    const std::lock_guard lock(m_mutex);
    m_commands.push_back(command);
    const auto script = std::find_if(m_scripts.rbegin(), m_scripts.rend(), [&](const Script& candidate) {
      return candidate.program == command.program.filename() &&
             std::all_of(candidate.args.begin(), candidate.args.end(), [&](const std::string& arg) {
               return std::find(command.args.begin(), command.args.end(), arg) != command.args.end();
             });
    });
    if (script != m_scripts.rend()) {
      handler = script->handler;
    }
  }
  if (!handler) {
    return fail(
        Error("CW0010", fmt::format("cannot start `{}`", command.program.string()), Blame::environment).note("no such file or directory"));
  }
  return handler(command, sink, stop);
}

std::vector<base::Command> FakeProcessRunner::commands() const
{
  const std::lock_guard lock(m_mutex);
  return m_commands;
}

std::vector<std::string> FakeProcessRunner::command_lines() const
{
  std::vector<std::string> lines;
  for (const base::Command& command : commands()) {
    lines.push_back(base::to_shell_string(command));
  }
  return lines;
}

} // namespace cargo_wasm::test
