// The mirrors of one registry as one place to get files from. Each file is asked of the mirror that is expected to be best; when that one
// fails, or serves what it should not, of the next, and so on. The caller knows what the bytes must be and says so by a check, therefore a
// mirror need not be trusted.
//
//   passing trouble    no connection, time-out, 408, 425, 429, 5xx, a body that is cut off: the next mirror; a large file goes on where it
//   ended wrong        what the check refuses, 4xx, a redirect, too long: the next mirror, and a strike, unless `doubt` judges
//   wants a token      401: it is asked again with the token for its address; when there is none, or it is refused: the next mirror
//   slow               no answer after the usual time: the next mirror is asked as well, and the first good answer counts
//
// Asking twice is a load that mirrors did not order: it is done for 5 % of all files, and for a few more. When the second mirror was
// faster, the first one is left, and what still waits there is asked of others; who waits his turn at a mirror that answers is not.
//
// When every mirror has failed, those in passing trouble are asked once more, patiently; where mirrors have answered before, several times
// more.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_client/mirror_health.hpp>
#include <cargo_wasm/registry_client/static_files.hpp>
#include <cargo_wasm/registry_client/tokens.hpp>

namespace cargo_wasm::registry_client {

struct PoolOptions
{
  std::vector<std::string> preferred; ///< ids or regions of mirrors, the user's wish
  TokenSource tokens;                 ///< for mirrors that answer 401
  std::chrono::milliseconds connect_limit{2000};
  std::chrono::milliseconds small_limit{15'000}, large_limit{300'000}; ///< of one attempt
  /// After three times its usual latency, within these, a second mirror is asked for a small file.
  std::chrono::milliseconds hedge_after{150}, longest_hedge_after{1000};
  std::chrono::milliseconds large_hedge_after{2000};
  std::uint64_t slow_bytes_per_s = 64 * 1024; ///< below this a large file is asked of another mirror as well
};

/// What it means when a mirror says that it does not have a file.
enum class Absence : std::uint8_t {
  fault,    ///< it is wrong: the file is known to be there
  behind,   ///< it may not have it yet: the next one is asked
  believed, ///< there is none
};

struct PoolFile
{
  std::string path;
  std::uint64_t max_bytes = 0;
  bool small = true;
  Absence absence = Absence::fault;
  /// Whether these are the right bytes. Its error's message is a phrase: "its SHA-256 is …".
  std::function<Result<>(std::string_view bytes)> check;
  /// With it, bytes that the check refuses, and that there is no such file, are no strike by themselves: it is told which mirror that was,
  /// and judges. Web pages are one.
  std::function<void(std::size_t mirror, const std::string& why)> doubt = {};
  std::chrono::milliseconds delay{0}; ///< before it is asked for
};

struct PoolAnswer
{
  std::optional<std::string> bytes; ///< nullopt only where absence is believed, or every mirror is behind
  std::size_t mirror = 0;
};
using PoolDone = std::function<void(Result<PoolAnswer>)>;

/// Event driven, in one thread, over a client that others may use as well.
class MirrorPool
{
public:
  /// All outlive it. `health` is changed as answers come.
  MirrorPool(const Env& env,
             base::HttpClient& client,
             std::string registry,
             std::vector<registry_trust::Mirror> mirrors,
             HealthTable& health,
             PoolOptions options);
  ~MirrorPool();
  MirrorPool(const MirrorPool&) = delete;
  MirrorPool& operator=(const MirrorPool&) = delete;

  [[nodiscard]] const std::vector<registry_trust::Mirror>& mirrors() const { return m_mirrors; }
  /// Mirrors as they would be asked now.
  [[nodiscard]] std::vector<std::size_t> order() const;

  /// `done` is called from `poll` or from this call. Errors: CW1103 no mirror has the file as it should be, with what each one did; CW1081
  /// each of them wants a token, and none was good.
  void request(PoolFile file, PoolDone done);
  /// Of this mirror alone. Errors: CW1103.
  void request_of(std::size_t mirror, PoolFile file, PoolDone done);
  /// Asks further mirrors where one is slow; after the client's own events were handled.
  void tick();
  /// Handles events for a moment. False when nothing of this pool is under way.
  Result<bool> poll();
  [[nodiscard]] std::size_t pending() const { return m_pending; }
  /// One file, waiting for it.
  [[nodiscard]] Result<PoolAnswer> get(PoolFile file);

  /// Others have answered, and this mirror has not: it is asked last from now on.
  void note_slow(std::size_t mirror, double waited_ms);
  /// This mirror is asked last from now on, without a word: it is not known yet whether it is wrong.
  void avoid(std::size_t mirror);
  /// What a mirror served turned out wrong later on.
  void strike(std::size_t mirror, const std::string& why);

private:
  struct Job;
  class Attempt;
  void start(const std::shared_ptr<Job>& job);
  void next(const std::shared_ptr<Job>& job);
  void ended(const std::shared_ptr<Job>& job, Attempt& attempt, Result<base::HttpResponse> outcome);
  void finish(Job& job, Result<PoolAnswer> answer);
  /// True: it is asked once more.
  bool try_with_token(Job& job, const Attempt& attempt, const base::HttpResponse& response);
  [[nodiscard]] Error exhausted(const Job& job) const;
  void leave(std::size_t mirror, const std::string& why);
  [[nodiscard]] bool is_slow(const Job& job, const Attempt& attempt, std::chrono::steady_clock::time_point time) const;
  [[nodiscard]] bool was_left_behind(const Attempt& attempt) const;
  [[nodiscard]] bool may_hedge(const Job& job) const;
  [[nodiscard]] std::uint64_t now() const;
  [[nodiscard]] double patience_ms(std::size_t mirror) const;
  [[nodiscard]] double usual_latency_ms(std::size_t mirror) const;

  const Env& m_env;
  base::HttpClient& m_client;
  std::string m_registry;
  std::vector<registry_trust::Mirror> m_mirrors;
  HealthTable& m_health;
  PoolOptions m_options;
  std::vector<std::shared_ptr<Job>> m_jobs; ///< under way
  using Moment = std::chrono::steady_clock::time_point;
  std::vector<std::optional<Moment>> m_left; ///< since when a mirror is asked last: it failed, or was slow
  std::vector<std::optional<Moment>> m_slow; ///< since when it is known that another one was faster
  std::vector<bool> m_told;
  std::vector<Moment> m_alive; ///< when it last answered well, or sent of a large file at a good rate
  std::size_t m_pending = 0;
  std::size_t m_begun = 0;     ///< files that were asked for
  std::size_t m_hedges = 0;    ///< of them asked once more because a mirror was slow
  bool m_has_answered = false; ///< any of them, anything
  Tokens m_tokens;
};

} // namespace cargo_wasm::registry_client
