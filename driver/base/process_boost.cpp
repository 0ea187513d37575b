// Child processes: Boost.Process waits for them (a pidfd) and Boost.Asio reads their pipes, one small event loop
// for each call of `run`, in the calling thread, so that any number of threads run children side by side.
//
// Starting is ours, through posix_spawn: Boost's launcher forks, which copies the page tables of a driver that may
// hold a large graph, and leaves a pipe descriptor open to children started at that moment by other
// threads. posix_spawn shares memory until exec and reports the exact reason when exec fails.
#include <cargo_wasm/base/process.hpp>

#include "posix_error.hpp"

#define BOOST_PROCESS_USE_STD_FS 1
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/optional.hpp> // process/v2 forgets these two
#include <boost/process/v2/error.hpp>
#include <boost/process/v2/process_handle.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cargo_wasm::base {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds k_grace_period{2};
constexpr std::size_t k_read_buffer_bytes = 32 * 1024;

Error start_error(const Command& command, int code)
{
  if (code == E2BIG) {
    return Error("CW0011", fmt::format("the command line of `{}` is too long", command.program.string()), Blame::environment)
        .note(fmt::format("{} arguments; the kernel says: {}", command.args.size(), describe_errno(code)));
  }
  Error error = Error("CW0010", fmt::format("cannot start `{}`", command.program.string()), Blame::environment).note(describe_errno(code));
  struct stat status
  {
  };
  if (!command.cwd.empty() && ::stat(command.cwd.c_str(), &status) != 0) {
    error.notes.push_back(fmt::format("its working directory `{}` does not exist", command.cwd.string()));
  }
  return error;
}

struct Pipe
{
  UniqueFd read_end, write_end;
};

/// 0 or an errno.
int open_pipe(Pipe& pipe)
{
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) {
    return errno;
  }
  pipe.read_end = UniqueFd(fds[0]);
  pipe.write_end = UniqueFd(fds[1]);
  return 0;
}

/// Owns what posix_spawn wants prepared.
struct SpawnSettings
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings()
  {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings()
  {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

/// A child that shares our terminal's input stays in our process group: in one of its own it would be a background
/// job, stopped by the first read.
bool has_own_group(const Command& command)
{
  return !command.inherit_stdio && !command.inherit_stdin;
}

/// Starts the child; 0 or an errno, the exact one of a failed exec.
int spawn(const Command& command, const Path& program, const Pipe& out, const Pipe& err, pid_t& pid)
{
  SpawnSettings settings;
  int last_kept_fd = STDERR_FILENO;
  if (!command.cwd.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&settings.actions, command.cwd.c_str());
  }
  if (!command.inherit_stdio) {
    if (!command.inherit_stdin) {
      const char* const input = command.stdin_file.empty() ? "/dev/null" : command.stdin_file.c_str();
      ::posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, input, O_RDONLY, 0);
    }
    ::posix_spawn_file_actions_adddup2(&settings.actions, out.write_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.actions, err.write_end.get(), STDERR_FILENO);
  }
  for (const int fd : command.inherited_fds) {
    // A descriptor duplicated onto itself loses FD_CLOEXEC, in the child alone (POSIX.1-2024; glibc 2.29).
    ::posix_spawn_file_actions_adddup2(&settings.actions, fd, fd);
    last_kept_fd = std::max(last_kept_fd, fd);
  }
  ::posix_spawn_file_actions_addclosefrom_np(&settings.actions, last_kept_fd + 1);

  sigset_t defaults;
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigmask(&settings.attributes, &mask);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (has_own_group(command)) {
    flags |= POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  }
  ::posix_spawnattr_setflags(&settings.attributes, static_cast<short>(flags));

  std::vector<std::string> settings_text;
  settings_text.reserve(command.env.size());
  std::vector<char*> env;
  for (const auto& [name, value] : command.env) {
    env.push_back(settings_text.emplace_back(name + "=" + value).data());
  }
  env.push_back(nullptr);
  std::string name = command.program.string();
  std::vector<char*> argv = {name.data()};
  for (const std::string& arg : command.args) {
    argv.push_back(const_cast<char*>(arg.c_str()));
  }
  argv.push_back(nullptr);
  return ::posix_spawn(&pid, program.c_str(), &settings.actions, &settings.attributes, argv.data(), env.data());
}

/// Everything that happens between start and end of one child.
class Session
{
public:
  Session(OutputSink& sink, bool own_group) : m_sink(sink), m_own_group(own_group) {}

  void watch(pid_t pid, UniqueFd pidfd)
  {
    m_pid = pid;
    m_handle.emplace(m_io.get_executor(), pid, pidfd.get());
    (void)pidfd.release();
    m_handle->async_wait([this](const error_code& code, int status) {
      m_exited = true;
      m_wait_failed = static_cast<bool>(code);
      m_status = status;
      finish_if_done();
    });
  }

  void read_from(UniqueFd fd, bool is_stderr)
  {
    auto& stream = m_streams.emplace_back(std::make_unique<Stream>(m_io, is_stderr));
    stream->descriptor.assign(fd.release());
    read_more(*stream);
  }

  /// Returns the child's wait status.
  Result<Exit> run_to_end(const Command& command, std::stop_token stop)
  {
    {
      const std::stop_callback on_stop(stop, [this] { asio::post(m_io, [this] { ask_to_stop(); }); });
      m_io.run();
    }
    if (m_wait_failed) {
      return fail(start_error(command, ECHILD));
    }
    if (WIFSIGNALED(m_status)) {
      return Exit{0, WTERMSIG(m_status)};
    }
    return Exit{WEXITSTATUS(m_status), 0};
  }

private:
  struct Stream
  {
    Stream(asio::io_context& io, bool is_stderr_) : descriptor(io), is_stderr(is_stderr_) {}
    asio::posix::stream_descriptor descriptor;
    bool is_stderr;
    bool open = true;
    std::vector<char> buffer = std::vector<char>(k_read_buffer_bytes);
  };

  void read_more(Stream& stream)
  {
    stream.descriptor.async_read_some(asio::buffer(stream.buffer), [this, &stream](const error_code& code, std::size_t count) {
      if (code) {
        stream.open = false;
        finish_if_done();
        return;
      }
      const std::string_view chunk(stream.buffer.data(), count);
      if (stream.is_stderr) {
        m_sink.on_stderr(chunk);
      } else {
        m_sink.on_stdout(chunk);
      }
      read_more(stream);
    });
  }

  /// As under cargo, the end is the child's exit *and* the end of both pipes: a grandchild may still be writing.
  void finish_if_done()
  {
    const bool reading = std::any_of(m_streams.begin(), m_streams.end(), [](const auto& s) { return s->open; });
    if (m_exited && !reading) {
      m_kill_timer.cancel();
    }
  }

  void ask_to_stop()
  {
    signal_child(SIGTERM);
    m_kill_timer.expires_after(k_grace_period);
    m_kill_timer.async_wait([this](const error_code& code) {
      if (code) {
        return;
      }
      signal_child(SIGKILL);
      // Whoever left the group and still holds a pipe is not waited for.
      for (const auto& stream : m_streams) {
        stream->descriptor.cancel();
      }
    });
    finish_if_done();
  }

  void signal_child(int signal) const
  {
    if (m_own_group) {
      ::kill(-m_pid, signal);
    } else if (!m_exited) {
      ::kill(m_pid, signal);
    }
  }

  OutputSink& m_sink;
  bool m_own_group;
  asio::io_context m_io{1};
  asio::steady_timer m_kill_timer{m_io};
  std::optional<boost::process::v2::basic_process_handle<asio::io_context::executor_type>> m_handle;
  std::vector<std::unique_ptr<Stream>> m_streams;
  pid_t m_pid = -1;
  int m_status = 0;
  bool m_exited = false;
  bool m_wait_failed = false;
};

std::optional<Path> search_path(const Command& command)
{
  if (command.program.native().find('/') != std::string::npos) {
    return command.program;
  }
  const auto found = command.env.find("PATH");
  const auto fs = make_filesystem();
  return find_program(*fs, command.program.native(), found == command.env.end() ? "/usr/bin:/bin" : found->second);
}

class BoostProcessRunner final : public ProcessRunner
{
public:
  Result<Exit> run(const Command& command, OutputSink& sink, std::stop_token stop) override
  {
    const auto program = search_path(command);
    if (!program) {
      return fail(Error("CW0010", fmt::format("cannot start `{}`", command.program.string()), Blame::environment)
                      .note("no such program on `PATH`"));
    }
    pid_t pid = -1;
    try {
      return run_found(command, *program, sink, stop, pid);
    } catch (const boost::system::system_error& error) {
      // Asio could not get a descriptor (EMFILE). The child, if there is one, must not outlive this call.
      if (pid > 0) {
        ::kill(has_own_group(command) ? -pid : pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
      }
      return fail(start_error(command, error.code().value()));
    }
  }

private:
  static Result<Exit> run_found(const Command& command, const Path& program, OutputSink& sink, const std::stop_token& stop, pid_t& pid)
  {
    Session session(sink, has_own_group(command));
    Pipe out;
    Pipe err;
    if (!command.inherit_stdio) {
      if (const int code = open_pipe(out); code != 0) {
        return fail(start_error(command, code));
      }
      if (const int code = open_pipe(err); code != 0) {
        return fail(start_error(command, code));
      }
    }
    if (const int code = spawn(command, program, out, err, pid); code != 0) {
      pid = -1;
      return fail(start_error(command, code));
    }
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0) {
      throw boost::system::system_error(errno, boost::system::system_category());
    }
    session.watch(pid, UniqueFd(pidfd));
    if (!command.inherit_stdio) {
      out.write_end = UniqueFd();
      err.write_end = UniqueFd();
      session.read_from(std::move(out.read_end), false);
      session.read_from(std::move(err.read_end), true);
    }
    return session.run_to_end(command, stop);
  }
};

} // namespace

std::unique_ptr<ProcessRunner> make_process_runner()
{
  return std::make_unique<BoostProcessRunner>();
}

} // namespace cargo_wasm::base
