// One remote of a build, and what has become of it.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <cargo_wasm/remote/remotes.hpp>

#include "spool.hpp"

namespace cargo_wasm::remote {

/// Who calls: reading and sending have connections of their own, since those that send are stopped at the end.
enum class Use : std::uint8_t { read, write };

class Remote
{
public:
  Remote(RemoteSettings settings, std::optional<std::string> token) : m_settings(std::move(settings)), m_token(std::move(token)) {}

  [[nodiscard]] const RemoteSettings& settings() const { return m_settings; }
  [[nodiscard]] const std::optional<std::string>& token() const { return m_token; } ///< nullopt: its variable is not set
  [[nodiscard]] bool reads() const { return !m_is_left_out; }
  [[nodiscard]] bool writes() const { return m_settings.writes && !m_is_left_out && !m_takes_nothing && !m_refuses; }
  /// It may take later what it does not take now.
  [[nodiscard]] bool writes_later() const { return m_settings.writes && !m_takes_nothing && !m_lies; }

  /// A connection that was given back; nullptr when there is none.
  std::unique_ptr<CacheService> take(Use use)
  {
    const std::lock_guard lock(m_mutex);
    auto& idle = use == Use::read ? m_readers : m_writers;
    if (idle.empty()) {
      return nullptr;
    }
    auto service = std::move(idle.back());
    idle.pop_back();
    return service;
  }
  void give_back(Use use, std::unique_ptr<CacheService> service)
  {
    const std::lock_guard lock(m_mutex);
    (use == Use::read ? m_readers : m_writers).push_back(std::move(service));
  }

  /// Each of these is true the first time: then a warning is due.
  bool leave_out() { return !m_is_left_out.exchange(true); }
  bool stop_writing() { return !m_takes_nothing.exchange(true) && !m_is_left_out; }
  bool note_refusal()
  {
    return !m_refuses.exchange(true) && !m_is_left_out;
  } ///< of what was sent: later, with another token, it may take it
  bool tell_unsigned() { return !m_told_unsigned.exchange(true); }
  bool tell_incomplete() { return !m_told_incomplete.exchange(true); }
  void note_lie() { m_lies = true; }

private:
  RemoteSettings m_settings;
  std::optional<std::string> m_token;
  std::mutex m_mutex;
  std::vector<std::unique_ptr<CacheService>> m_readers, m_writers;
  std::atomic<bool> m_is_left_out{false}, m_takes_nothing{false}, m_refuses{false}, m_lies{false}, m_told_unsigned{false},
      m_told_incomplete{false};
};

/// `elsewhere`: not from here, whose configuration writes to no such remote.
enum class Delivery : std::uint8_t { sent, later, elsewhere, never };

struct Remotes::State
{
  State(const Env& env_, RemotesOptions options_);

  /// Runs `work` on a connection; a failure is warned of and leaves the remote out, as it deserves.
  template <class Work> auto with_service(Remote& remote, Use use, Work work) -> decltype(work(std::declval<CacheService&>()))
  {
    auto service = connection(remote, use);
    if (!service) {
      trouble(remote, service.error());
      return fail(std::move(service.error()));
    }
    auto outcome = work(**service);
    if (outcome) {
      remote.give_back(use, std::move(*service));
    } else {
      trouble(remote, outcome.error());
    }
    return outcome;
  }

  Result<std::unique_ptr<CacheService>> connection(Remote& remote, Use use);
  void trouble(Remote& remote, const Error& error);
  std::optional<FetchedResult> fetch_from(Remote& remote, const Digest& action, BlobSink& sink);
  bool is_believed(Remote& remote, const Digest& action, const action::DecodedResult& decoded, std::optional<std::string>& signer);
  void warn_incomplete(Remote& remote, const Digest& missing);

  Delivery deliver(Remote& remote, const UploadJob& job);
  /// Sends to all remotes that are left in the job, which then names those that may take it later, and those that are not configured here.
  Delivery deliver_all(UploadJob& job);
  void upload_loop();
  void to_spool(const UploadJob& job);
  UploadSummary finish(std::chrono::milliseconds patience);

  Env env;
  RemotesOptions options;
  Spool spool;
  std::vector<std::unique_ptr<Remote>> remotes;
  std::stop_source stop;
  std::atomic<bool> told_local{false};

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<UploadJob> queue;
  std::size_t running = 0;
  bool is_closed = false;
  UploadSummary summary;
  std::vector<std::thread> threads;
};

} // namespace cargo_wasm::remote
