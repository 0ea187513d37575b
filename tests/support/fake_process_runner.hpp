// Records commands and answers them from a script.
#pragma once
#include <mutex>

#include <cargo_wasm/base/process.hpp>

namespace cargo_wasm::test {

struct ScriptedRun
{
  std::string out;
  std::string err;
  base::Exit exit;
};

class FakeProcessRunner final : public base::ProcessRunner
{
public:
  using Handler = std::function<Result<base::Exit>(const base::Command&, base::OutputSink&, std::stop_token)>;

  /// Answers commands whose program has this file name and whose arguments contain all of `args` (in any place). The
  /// answer given last wins, so that a test can override a fixture.
  FakeProcessRunner& on(std::string program, std::vector<std::string> args, ScriptedRun run);
  FakeProcessRunner& on(std::string program, std::vector<std::string> args, Handler handler);

  /// A command nobody scripted is CW0010, as a program that does not exist.
  Result<base::Exit> run(const base::Command& command, base::OutputSink& sink, std::stop_token stop) override;

  [[nodiscard]] std::vector<base::Command> commands() const; ///< in the order they were started
  /// One line a command, as a person would type it.
  [[nodiscard]] std::vector<std::string> command_lines() const;

private:
  struct Script
  {
    std::string program;
    std::vector<std::string> args;
    Handler handler;
  };
  mutable std::mutex m_mutex;
  std::vector<Script> m_scripts;
  std::vector<base::Command> m_commands;
};

} // namespace cargo_wasm::test
