// The pair of descriptors is a socket, not two pipes: writing to a browser that has died is an error then, and no SIGPIPE. Starting is
// posix_spawn as in driver/base, whose runner gives children no descriptors under other numbers and waits for them to end.
#include "chromium_process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/base/temporary_directory.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/browser/chromium.hpp>

namespace cargo_wasm::browser {

namespace {

constexpr int k_commands_fd = 3; ///< read by the browser
constexpr int k_answers_fd = 4;
constexpr int k_first_free_fd = 10; ///< so that no source is one of the two above
constexpr std::size_t k_last_lines = 6;
constexpr const char* k_directory_variable = "TMPDIR";
constexpr auto k_time_to_die = std::chrono::seconds(2);

class Descriptor
{
public:
  Descriptor() = default;
  explicit Descriptor(int fd) : m_fd(fd) {}
  Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept
  {
    std::swap(m_fd, other.m_fd);
    return *this;
  }
  ~Descriptor()
  {
    if (m_fd >= 0) {
      ::close(m_fd);
    }
  }
  [[nodiscard]] int get() const { return m_fd; }

private:
  int m_fd = -1;
};

Error cannot_start(const base::Path& program, int code)
{
  return Error("CW0971", fmt::format("cannot start `{}`", program.native()), Blame::environment).note(base::describe_errno(code));
}

class SocketChannel final : public Channel
{
public:
  SocketChannel(Descriptor socket, std::stop_token stop)
      : m_socket(std::move(socket)), m_wake(::eventfd(0, EFD_CLOEXEC)), m_stop(std::move(stop)), m_on_stop(m_stop, Waker{m_wake.get()})
  {
  }

  Result<> send(std::string_view message) override
  {
    std::string bytes(message);
    bytes += '\0';
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const auto count = ::send(m_socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count < 0 && errno != EINTR) {
        return fail(ended());
      }
      rest.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    return {};
  }

  Result<std::optional<std::string>> receive(SteadyTime until) override
  {
    while (true) {
      if (m_stop.stop_requested()) {
        return fail(Error("CW0972", "the run of the page was interrupted", Blame::environment));
      }
      if (auto message = m_splitter.next()) {
        return message;
      }
      const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
      if (rest <= 0) {
        return std::nullopt;
      }
      std::array<pollfd, 2> watched = {pollfd{m_socket.get(), POLLIN, 0}, pollfd{m_wake.get(), POLLIN, 0}};
      constexpr std::int64_t k_longest_ms = 60'000;
      ::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(rest, k_longest_ms)));
      if (watched[0].revents != 0) {
        CW_TRY(read_more());
      }
    }
  }

private:
  struct Waker
  {
    int fd;
    void operator()() const
    {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    }
  };

  static Error ended() { return Error("CW0972", "Chromium ended before the page was at its end", Blame::environment); }

  Result<> read_more()
  {
    const auto count = ::recv(m_socket.get(), m_buffer.data(), m_buffer.size(), 0);
    if (count > 0) {
      m_splitter.feed({m_buffer.data(), static_cast<std::size_t>(count)});
    } else if (count == 0 || errno != EINTR) {
      return fail(ended());
    }
    return {};
  }

  Descriptor m_socket;
  Descriptor m_wake;
  std::stop_token m_stop;
  std::stop_callback<Waker> m_on_stop;
  MessageSplitter m_splitter;
  std::array<char, 64 * 1024> m_buffer{};
};

struct Spawned
{
  pid_t pid = -1;
  Descriptor socket;
};

/// Starts the program in its own group, its standard error in a file, and with `directory` for all that it throws away.
Result<Spawned> spawn(const base::Env& env,
                      const base::Path& program,
                      const std::vector<std::string>& arguments,
                      const base::Path& directory,
                      const base::Path& errors)
{
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return fail(cannot_start(program, errno));
  }
  Spawned spawned{-1, Descriptor(pair[0])};
  const Descriptor low(pair[1]);
  const Descriptor theirs(::fcntl(low.get(), F_DUPFD_CLOEXEC, k_first_free_fd));

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), k_commands_fd);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), k_answers_fd);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, k_answers_fd + 1);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

  base::EnvMap environment = env.vars;
  environment.insert_or_assign(k_directory_variable, directory.native());
  std::vector<std::string> texts;
  texts.reserve(environment.size());
  std::vector<char*> variables;
  for (const auto& [name, value] : environment) {
    variables.push_back(texts.emplace_back(name + "=" + value).data());
  }
  variables.push_back(nullptr);
  std::vector<char*> words = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  const int code = ::posix_spawn(&spawned.pid, program.c_str(), &actions, &attributes, words.data(), variables.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (code != 0) {
    return fail(cannot_start(program, code));
  }
  return spawned;
}

class SpawnedChromium final : public ChromiumProcess
{
public:
  SpawnedChromium(base::Filesystem& fs, base::Path directory) : m_fs(fs), m_directory(std::move(directory)) {}

  ~SpawnedChromium() override
  {
    m_channel.reset();
    if (m_pid > 0) {
      end_group();
      end_others();
    }
    // A process that is dying may still write there.
    for (int attempt = 0; attempt < 20 && (!m_fs.remove_all(m_directory) || m_fs.exists(m_directory)); ++attempt) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  Result<> open(const base::Env& env, const base::Path& program, std::optional<std::uint64_t> memory_bytes, std::stop_token stop)
  {
    // What the browser leaves behind becomes our child instead of nobody's, and can be waited for.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    CW_TRY_ASSIGN(
        Spawned spawned,
        spawn(env, program, chromium_arguments(m_directory / "profile", ::geteuid() == 0, memory_bytes), m_directory, errors_file()));
    m_pid = spawned.pid;
    m_channel = std::make_unique<SocketChannel>(std::move(spawned.socket), std::move(stop));
    return {};
  }

  Channel& channel() override { return *m_channel; }

  std::vector<std::string> last_words() const override
  {
    const auto text = m_fs.read_if_exists(errors_file());
    std::vector<std::string> lines;
    if (text && *text) {
      for (const std::string_view line : base::split(**text, '\n')) {
        if (!base::trim(line).empty()) {
          lines.emplace_back(line);
        }
      }
    }
    if (lines.size() > k_last_lines) {
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(k_last_lines));
    }
    return lines;
  }

private:
  [[nodiscard]] base::Path errors_file() const { return m_directory / "stderr"; }

  void end_group() const
  {
    ::kill(-m_pid, SIGKILL);
    const auto until = std::chrono::steady_clock::now() + k_time_to_die;
    while (std::chrono::steady_clock::now() < until) {
      const pid_t reaped = ::waitpid(-m_pid, nullptr, WNOHANG);
      if (reaped < 0 && errno == ECHILD) {
        return;
      }
      if (reaped == 0) {
        ::kill(-m_pid, SIGKILL); // whoever was forked a moment ago
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    }
  }

  /// Handlers of crashes put themselves into groups of their own. They are children of ours by now, and known by the directory in their
  /// environment.
  void end_others() const
  {
    const auto numbers = m_fs.read_if_exists(fmt::format("/proc/self/task/{}/children", ::gettid()));
    if (!numbers || !*numbers) {
      return;
    }
    const std::string mark = fmt::format("{}={}", k_directory_variable, m_directory.native());
    for (const std::string_view number : base::split(**numbers, ' ')) {
      const auto environment = m_fs.read_if_exists(fmt::format("/proc/{}/environ", number));
      pid_t pid = 0;
      if (environment && *environment && (*environment)->find(mark) != std::string::npos &&
          std::from_chars(number.data(), number.data() + number.size(), pid).ec == std::errc() && pid > 1) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
      }
    }
  }

  base::Filesystem& m_fs;
  base::Path m_directory;
  pid_t m_pid = -1;
  std::unique_ptr<SocketChannel> m_channel;
};

} // namespace

Result<std::unique_ptr<ChromiumProcess>>
ChromiumProcess::start(const base::Env& env, const base::Path& program, std::optional<std::uint64_t> memory_bytes, std::stop_token stop)
{
  CW_TRY_ASSIGN(base::Path directory, base::make_temporary_directory(env, "cargo-wasm-page-"));
  auto process = std::make_unique<SpawnedChromium>(env.fs, std::move(directory));
  CW_TRY(process->open(env, program, memory_bytes, std::move(stop)));
  return process;
}

} // namespace cargo_wasm::browser
