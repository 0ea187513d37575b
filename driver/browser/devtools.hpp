// The DevTools protocol, as far as pages are run with it: commands with numbers, answers with the same numbers, and events in between.
// Messages are JSON, each ended by a NUL, over a pair of descriptors (chromium_process.hpp) or what a test puts in their place.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::browser {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Messages to and from the browser, without the NULs.
class Channel
{
public:
  Channel() = default;
  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  [[nodiscard]] virtual Result<> send(std::string_view message) = 0;
  /// The next message; nullopt when `until` has passed. Errors: CW0972 the browser has ended, or this process is told to stop.
  [[nodiscard]] virtual Result<std::optional<std::string>> receive(SteadyTime until) = 0;
};

/// Cuts what arrives into messages.
class MessageSplitter
{
public:
  void feed(std::string_view chunk) { m_bytes += chunk; }
  std::optional<std::string> next();

private:
  std::string m_bytes;
  std::size_t m_searched = 0; ///< no NUL before
};

struct Event
{
  std::string method; ///< "Runtime.bindingCalled"
  nlohmann::json params;
};

class Devtools
{
public:
  explicit Devtools(Channel& channel) : m_channel(channel) {}
  /// Commands go to this target from now on.
  void use_session(std::string session) { m_session = std::move(session); }
  [[nodiscard]] const std::string& session() const { return m_session; }
  /// Events of another target count, too, until it is forgotten.
  void listen_to(std::string session) { m_others.insert(std::move(session)); }
  void forget(const std::string& session) { m_others.erase(session); }
  /// Sends a command to a target and does not wait for its answer, which is passed over. Errors: CW0972.
  [[nodiscard]] Result<> tell(const std::string& session, const std::string& method, nlohmann::json params);
  /// Waits until each of these targets has answered, so that what it said before has arrived, too (it is kept for `next_event`), or until
  /// `until` has passed: a worker that computes or waits for a lock does not answer. Errors: CW0972.
  [[nodiscard]] Result<> hear_out(const std::set<std::string>& sessions, SteadyTime until);
  /// Sends a command and waits for its result; events that arrive meanwhile are kept for `next_event`.
  /// Errors: CW0971 no answer before `until`, or the browser refuses; CW0972.
  [[nodiscard]] Result<nlohmann::json> call(const std::string& method, nlohmann::json params, SteadyTime until);
  /// Whether an event has arrived that `next_event` has not given yet.
  [[nodiscard]] bool has_waiting() const { return !m_waiting.empty(); }
  /// The next event, those of sessions that nobody listens to left out; nullopt when `until` has passed. Errors: CW0972.
  [[nodiscard]] Result<std::optional<Event>> next_event(SteadyTime until);

private:
  [[nodiscard]] Result<std::optional<nlohmann::json>> receive(SteadyTime until);
  [[nodiscard]] std::optional<Event> event_of(nlohmann::json& message) const;
  [[nodiscard]] bool is_heard(const nlohmann::json& message) const;
  /// Its number.
  [[nodiscard]] Result<std::int64_t> send(const std::string& session, const std::string& method, nlohmann::json params);

  Channel& m_channel;
  std::string m_session;
  std::set<std::string> m_others;
  std::int64_t m_last_id = 0;
  std::deque<Event> m_waiting;
};

} // namespace cargo_wasm::browser
