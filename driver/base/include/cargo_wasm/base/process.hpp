// Child processes as an interface. Commands are argv vectors, never a shell line.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

namespace cargo_wasm::base {

/// A whole environment, sorted by name.
using EnvMap = std::map<std::string, std::string, std::less<>>;

struct Command
{
  Path program;
  std::vector<std::string> args; ///< without argv[0]
  EnvMap env;                    ///< the child's whole environment
  Path cwd;
  std::vector<int> inherited_fds; ///< descriptors the child keeps under the same number (jobserver)
  bool inherit_stdio = false;     ///< stdin, stdout and stderr are ours; the sink sees nothing (`run`)
  bool inherit_stdin = false;
  Path stdin_file; ///< what the child reads as stdin; empty = nothing (`/dev/null`)
};

/// How a child ended: an exit status, or the signal that killed it.
struct Exit
{
  int status = 0;
  int signal = 0;
  [[nodiscard]] bool success() const noexcept { return status == 0 && signal == 0; }
  bool operator==(const Exit&) const = default;
};

/// "exit status: 1" or "signal: 9 (SIGKILL)", as cargo words it.
[[nodiscard]] std::string to_string(const Exit& exit);

/// Receives a child's output while it runs, in the thread that called `run`. Chunks are as read, not lines.
class OutputSink
{
public:
  virtual ~OutputSink() = default;
  virtual void on_stdout(std::string_view chunk) = 0;
  virtual void on_stderr(std::string_view chunk) = 0;
};

/// Collects both streams.
class CapturingSink final : public OutputSink
{
public:
  void on_stdout(std::string_view chunk) override { out += chunk; }
  void on_stderr(std::string_view chunk) override { err += chunk; }
  std::string out, err;
};

/// Cuts a stream into lines (without the newline) and hands each to a function; call `finish` at the end.
class LineSplitter
{
public:
  explicit LineSplitter(std::function<void(std::string_view)> on_line) : m_on_line(std::move(on_line)) {}
  void feed(std::string_view chunk);
  void finish();

private:
  std::function<void(std::string_view)> m_on_line;
  std::string m_rest;
};

class ProcessRunner
{
public:
  virtual ~ProcessRunner() = default;
  /// Runs to the end and reaps the child. May be called from several threads at once.
  /// When `stop` is requested, the child's process group gets SIGTERM, then SIGKILL after 2 s, and the Exit
  /// says so. A command line above the kernel's limit fails with E2BIG: callers use response files.
  /// Errors: CW0010 the program cannot be started (not found, not executable), with the reason.
  virtual Result<Exit> run(const Command& command, OutputSink& sink, std::stop_token stop = {}) = 0;
};

[[nodiscard]] std::unique_ptr<ProcessRunner> make_process_runner();

/// Quotes a command for a person to read and paste (`-v`), cargo's style: VAR=x program 'arg with space'.
[[nodiscard]] std::string to_shell_string(const Command& command, const EnvMap& shown_env = {});

/// Finds a program on a PATH value, as execvp would; nullopt when it is nowhere.
[[nodiscard]] std::optional<Path> find_program(const ReadOnlyFilesystem& fs, std::string_view name, std::string_view path_variable);

} // namespace cargo_wasm::base
