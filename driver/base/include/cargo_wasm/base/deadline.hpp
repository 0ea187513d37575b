// A stop token that fires when time is over, or when the one it stands for does: for programs that may hang.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace cargo_wasm::base {

class Deadline
{
public:
  Deadline(std::chrono::milliseconds longest, std::stop_token outer)
      : m_longest(longest), m_relay(std::move(outer), [this] { m_source.request_stop(); }),
        m_thread([this](const std::stop_token& done) { wait(done); })
  {
  }
  [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }
  [[nodiscard]] bool passed() const { return m_passed; }

private:
  void wait(const std::stop_token& done)
  {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, done, m_longest, [] { return false; });
    if (!done.stop_requested()) {
      m_passed = true;
      m_source.request_stop();
    }
  }

  std::chrono::milliseconds m_longest;
  std::stop_source m_source;
  std::stop_callback<std::function<void()>> m_relay;
  std::mutex m_mutex;
  std::condition_variable_any m_changed;
  std::atomic<bool> m_passed = false;
  std::jthread m_thread; ///< last: it uses the others
};

} // namespace cargo_wasm::base
