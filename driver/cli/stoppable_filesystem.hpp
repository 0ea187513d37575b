// The file system of a process that can be asked to stop. Signals are taken by a thread of their own (start.cpp), so that flock(2) would
// wait on through a Ctrl-C: a wait for a lock asks again and again instead, and looks whether it is still wanted.
#pragma once
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <fmt/format.h>

#include <cargo_wasm/base/forwarding_filesystem.hpp>

namespace cargo_wasm::cli {

class StoppableFilesystem final : public base::ForwardingFilesystem
{
public:
  StoppableFilesystem(base::Filesystem& inner, std::stop_token stop) : ForwardingFilesystem(inner), m_stop(std::move(stop)) {}

  /// As the inner one's; errors also: CW0895 a stop was requested meanwhile.
  Result<std::unique_ptr<base::FileLock>> lock(const base::Path& path, base::LockMode mode, const std::function<void()>& on_wait) override
  {
    CW_TRY_ASSIGN(std::unique_ptr<base::FileLock> lock, inner().try_lock(path, mode));
    if (!lock && !m_stop.stop_requested()) {
      on_wait();
    }
    std::chrono::milliseconds pause{1};
    while (!lock) {
      if (sleep(pause)) {
        return fail(Error("CW0895", fmt::format("the wait for `{}` was ended", path.native())));
      }
      pause = std::min(pause * 2, k_longest_pause);
      CW_TRY_ASSIGN(lock, inner().try_lock(path, mode));
    }
    return lock;
  }

private:
  static constexpr std::chrono::milliseconds k_longest_pause{64};

  /// True when a stop was requested, and at once.
  [[nodiscard]] bool sleep(std::chrono::milliseconds time) const
  {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock held(mutex);
    wake.wait_for(held, m_stop, time, [] { return false; });
    return m_stop.stop_requested();
  }

  std::stop_token m_stop;
};

} // namespace cargo_wasm::cli
