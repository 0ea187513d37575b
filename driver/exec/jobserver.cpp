#include <cargo_wasm/exec/jobserver.hpp>

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exec {
namespace {

struct Ends
{
  int read_fd = -1, write_fd = -1;
  std::string fifo; ///< make 4.4's named pipe
};

bool is_open(int fd)
{
  return fd >= 0 && ::fcntl(fd, F_GETFD) >= 0;
}

/// "--jobserver-auth=3,4", "--jobserver-fds=3,4" or "--jobserver-auth=fifo:PATH"; the last one counts.
Ends ends_in(std::string_view flags)
{
  Ends ends;
  for (const std::string_view word : base::split(flags, ' ')) {
    std::string_view value;
    if (word.starts_with("--jobserver-auth=")) {
      value = word.substr(17);
    } else if (word.starts_with("--jobserver-fds=")) {
      value = word.substr(16);
    } else {
      continue;
    }
    ends = {};
    if (value.starts_with("fifo:")) {
      ends.fifo = value.substr(5);
    } else if (const auto parts = base::split(value, ','); parts.size() == 2) {
      ends.read_fd = std::atoi(std::string(parts[0]).c_str());
      ends.write_fd = std::atoi(std::string(parts[1]).c_str());
    }
  }
  return ends;
}

Error pipe_error(int code)
{
  return Error("CW0632", "cannot set up the jobserver", Blame::environment).note(base::describe_errno(code));
}

} // namespace

struct Jobserver::Impl
{
  bool inherited = false;
  int read_fd = -1, write_fd = -1; ///< what children inherit
  int own_read_fd = -1;            ///< the same pipe, opened anew without blocking, which does not bother others
  int wake_fd = -1;
  std::vector<int> descriptors;
  std::string makeflags;
  std::function<void()> callback;

  std::mutex mutex;
  std::condition_variable changed;
  std::uint32_t requested = 0;
  std::uint32_t held = 0;
  char token = '+';
  bool stopping = false;
  std::thread helper;

  ~Impl()
  {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    wake();
    if (helper.joinable()) {
      helper.join();
    }
    while (held > 0) {
      give_back();
    }
    for (const int fd : {own_read_fd, wake_fd}) {
      if (fd >= 0) {
        ::close(fd);
      }
    }
    if (!inherited) {
      ::close(read_fd);
      ::close(write_fd);
    }
  }

  void wake() const
  {
    const std::uint64_t one = 1;
    (void)!::write(wake_fd, &one, sizeof one);
  }

  void give_back()
  {
    --held;
    while (::write(write_fd, &token, 1) < 0 && errno == EINTR) {
    }
  }

  Result<> start()
  {
    wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    own_read_fd = ::open(fmt::format("/proc/self/fd/{}", read_fd).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (wake_fd < 0 || own_read_fd < 0) {
      return fail(pipe_error(errno));
    }
    helper = std::thread([this] { serve(); });
    return {};
  }

  /// Takes a token whenever one is asked for. Runs until the end.
  void serve()
  {
    while (true) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return stopping || requested > 0; });
        if (stopping) {
          return;
        }
      }
      pollfd fds[2] = {{own_read_fd, POLLIN, 0}, {wake_fd, POLLIN, 0}};
      (void)::poll(fds, 2, -1);
      if ((fds[1].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        (void)!::read(wake_fd, &count, sizeof count);
      }
      const std::lock_guard lock(mutex);
      if (stopping) {
        return;
      }
      char byte = 0;
      if (requested == 0 || ::read(own_read_fd, &byte, 1) != 1) {
        continue;
      }
      token = byte;
      --requested;
      ++held;
      if (callback) {
        callback(); // under the lock: after `on_token(nullptr)` nobody is called any more
      }
    }
  }
};

Jobserver::Jobserver() : m_impl(std::make_unique<Impl>()) {}
Jobserver::~Jobserver() = default;

Result<std::unique_ptr<Jobserver>> Jobserver::make(std::uint32_t jobs, const base::EnvMap& vars)
{
  std::unique_ptr<Jobserver> server(new Jobserver);
  Impl& impl = *server->m_impl;
  for (const char* name : {"CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"}) {
    const auto found = vars.find(std::string_view(name));
    if (found == vars.end() || impl.inherited) {
      continue;
    }
    Ends ends = ends_in(found->second);
    if (!ends.fifo.empty()) {
      ends.read_fd = ::open(ends.fifo.c_str(), O_RDWR | O_CLOEXEC);
      ends.write_fd = ends.read_fd;
    }
    if (is_open(ends.read_fd) && is_open(ends.write_fd)) {
      impl.inherited = true;
      impl.read_fd = ends.read_fd;
      impl.write_fd = ends.write_fd;
      impl.makeflags = found->second;
    }
  }
  if (!impl.inherited) {
    int fds[2] = {-1, -1};
    if (::pipe2(fds, O_CLOEXEC) != 0) {
      return fail(pipe_error(errno));
    }
    impl.read_fd = fds[0];
    impl.write_fd = fds[1];
    const std::string tokens(jobs > 0 ? jobs - 1 : 0, '+');
    (void)!::write(impl.write_fd, tokens.data(), tokens.size());
    impl.makeflags = fmt::format("-j --jobserver-fds={0},{1} --jobserver-auth={0},{1}", fds[0], fds[1]);
  }
  impl.descriptors = {impl.read_fd, impl.write_fd};
  CW_TRY(impl.start());
  return server;
}

bool Jobserver::is_inherited() const noexcept
{
  return m_impl->inherited;
}
const std::vector<int>& Jobserver::descriptors() const noexcept
{
  return m_impl->descriptors;
}
const std::string& Jobserver::makeflags() const noexcept
{
  return m_impl->makeflags;
}

void Jobserver::request(std::uint32_t count)
{
  {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->requested += count;
  }
  m_impl->changed.notify_all();
}

void Jobserver::cancel_requests()
{
  const std::lock_guard lock(m_impl->mutex);
  m_impl->requested = 0;
}

void Jobserver::release()
{
  const std::lock_guard lock(m_impl->mutex);
  if (m_impl->held > 0) {
    m_impl->give_back();
  }
}

void Jobserver::on_token(std::function<void()> callback)
{
  const std::lock_guard lock(m_impl->mutex);
  m_impl->callback = std::move(callback);
}

} // namespace cargo_wasm::exec
