// What job threads tell the thread that schedules and reports.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

struct JobOutput;

struct Event
{
  enum class Kind : std::uint8_t {
    running,         ///< `text`: the command for people; `level`: where, when it is not here
    diagnostic,      ///< `text` rendered with escapes, `level`
    stderr_text,     ///< a line that is no JSON
    stdout_text,     ///< a line for our stdout: what rustc printed, or a JSON message
    future_incompat, ///< `text`: rendered, what a future compiler will refuse
    count,           ///< a diagnostic of `level` that is not shown as text
    early_output,    ///< `output` is complete
    finished,        ///< `job`
    wake,            ///< a job slot arrived, or the build is to stop
  } kind = Kind::wake;
  plan::ActionIndex action = 0;
  std::string text{}, level{};
  bool has_code = false, machine_applicable = false;
  std::uint32_t output = 0;
  std::optional<base::Digest> digest{};
  std::shared_ptr<JobOutput> job{};
};

class EventQueue
{
public:
  void push(Event event)
  {
    {
      const std::lock_guard lock(m_mutex);
      m_events.push_back(std::move(event));
    }
    m_changed.notify_one();
  }

  /// All that is there, waiting for at least one.
  std::vector<Event> take()
  {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_events.empty(); });
    return std::exchange(m_events, {});
  }

private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<Event> m_events;
};

} // namespace cargo_wasm::exec
