#include <cargo_wasm/remote/execution_pool.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>

#include "result_texts.hpp"

namespace cargo_wasm::remote {
namespace {

constexpr unsigned k_most_refusals = 3; ///< actions that it could not run, until it is left out
/// Of a call that moves blobs; the time of an execution is the configuration's.
constexpr std::chrono::milliseconds k_transfer_timeout{30'000};

Error incomplete(const char* what)
{
  return Error("CW1279", fmt::format("its answer names {} that it does not have", what), Blame::network);
}

} // namespace

struct ExecutionPool::State
{
  struct Connection
  {
    std::unique_ptr<CacheService> blobs;
    std::unique_ptr<ExecutionService> executions;
  };

  State(const Env& env_, ExecutionSettings settings_, base::HttpOptions http_, std::stop_token stop_)
      : env(env_), settings(std::move(settings_)), http(std::move(http_)), stop(std::move(stop_))
  {
  }

  /// Runs `work` on a connection, which only outlives it when nothing went wrong.
  template <class Work> auto with_connection(Work work) -> decltype(work(std::declval<Connection&>()))
  {
    auto connection = take();
    if (!connection) {
      trouble(connection.error());
      return fail(std::move(connection.error()));
    }
    auto outcome = work(*connection);
    if (outcome) {
      const std::lock_guard lock(mutex);
      idle.push_back(std::move(*connection));
    } else {
      trouble(outcome.error());
    }
    return outcome;
  }

  Result<Connection> take()
  {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        Connection connection = std::move(idle.back());
        idle.pop_back();
        return connection;
      }
    }
    std::string token;
    if (settings.token_variable) {
      const std::string* const value = env.var(*settings.token_variable);
      if (value == nullptr || value->empty()) {
        return fail(Error(
            "CW1265", fmt::format("variable `{}`, which should hold its token, is not set", *settings.token_variable), Blame::environment));
      }
      token = *value;
    }
    ServiceOptions options{
        .url = settings.url, .token = token, .timeout = std::min(k_transfer_timeout, settings.timeout), .http = http, .stop = stop};
    Connection made;
    CW_TRY_ASSIGN(made.blobs, make_service(env.http, options));
    options.timeout = settings.timeout;
    CW_TRY_ASSIGN(made.executions, make_execution_service(env.http, options));
    return made;
  }

  void warn(std::string id, std::string message, const Error& why, std::string help)
  {
    if (is_told.exchange(true)) {
      return;
    }
    Error warning(std::move(id), std::move(message), why.blame);
    warning.notes = why.notes;
    warning.notes.insert(warning.notes.begin(), why.message);
    warning.helps.push_back(std::move(help));
    env.reporter.warning(warning);
  }

  void leave_out(const Error& why, std::string code = "CW1136")
  {
    if (!is_left_out.exchange(true)) {
      warn(std::move(code),
           fmt::format("the executor `{}` is left out of this build", settings.url),
           why,
           "nothing else is lost: what it would have compiled is compiled here");
    }
  }

  void trouble(const Error& error)
  {
    if (error.id == "CW1277" || error.id == "CW1273" || stop.stop_requested()) {
      return; // by ourselves, or a file here that is not what it was
    }
    if (error.id != "CW1279" || ++refusals >= k_most_refusals) {
      leave_out(error);
      return;
    }
    warn("CW1137",
         fmt::format("the executor `{}` could not compile a unit", settings.url),
         error,
         fmt::format("such units are compiled here; after {} it is left out", k_most_refusals));
  }

  /// Sends those that the server is not known to have. With `all` what was known counts for nothing.
  Result<> send(CacheService& service, std::span<const Blob> blobs, bool all)
  {
    std::vector<Digest> asked;
    {
      const std::lock_guard lock(mutex);
      for (const Blob& blob : blobs) {
        if (all || !present.contains(blob.digest)) {
          asked.push_back(blob.digest);
        }
      }
    }
    std::ranges::sort(asked);
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    CW_TRY_ASSIGN(std::vector<Digest> missing, service.find_missing(asked));
    std::ranges::sort(missing);
    std::vector<Blob> to_send;
    for (const Blob& blob : blobs) {
      const auto place = std::ranges::lower_bound(missing, blob.digest);
      if (place != missing.end() && *place == blob.digest) {
        missing.erase(place); // once
        to_send.push_back(blob);
      }
    }
    CW_TRY(service.upload(to_send));
    const std::lock_guard lock(mutex);
    present.insert(asked.begin(), asked.end());
    return {};
  }

  /// The first action asks whether anything is executed there, and sends what all of them need; others wait, and need not find out for
  /// themselves that it fails.
  Result<> prepare(Connection& connection, std::span<const Blob> common, bool all)
  {
    const std::lock_guard lock(preparing);
    if (is_left_out) {
      return fail(Error("CW1277", "it was left out meanwhile", Blame::network));
    }
    auto done = prepare_now(connection, common, all);
    if (!done) {
      trouble(done.error());
    }
    return done;
  }

  Result<> prepare_now(Connection& connection, std::span<const Blob> common, bool all)
  {
    if (!executes) {
      CW_TRY_ASSIGN(executes, connection.executions->executes());
      if (!executes) {
        return fail(Error("CW1136", "it says that it executes nothing", Blame::network));
      }
    }
    return send(*connection.blobs, common, all);
  }

  Result<Execution> execute(Connection& connection, const RemoteAction& action)
  {
    const auto attempt = [&](bool all) -> Result<Execution> {
      CW_TRY(prepare(connection, action.common, all));
      CW_TRY(send(*connection.blobs, action.blobs, all));
      return connection.executions->execute({.action = action.action, .skip_cache = false});
    };
    auto done = attempt(false);
    // What was there a while ago may have been collected.
    return !done && done.error().id == "CW1279" ? attempt(true) : std::move(done);
  }

  Env env;
  ExecutionSettings settings;
  base::HttpOptions http;
  std::stop_token stop;
  std::mutex preparing; ///< held while the common files are sent
  std::mutex mutex;     ///< of `idle` and `present`
  std::vector<Connection> idle;
  std::set<Digest> present;
  bool executes = false;
  std::atomic<bool> is_left_out{false}, is_told{false};
  std::atomic<unsigned> refusals{0};
};

ExecutionPool::ExecutionPool(const Env& env, ExecutionSettings settings, base::HttpOptions http, std::stop_token stop)
    : m_state(std::make_unique<State>(env, std::move(settings), std::move(http), std::move(stop)))
{
}

ExecutionPool::~ExecutionPool() = default;

const ExecutionSettings& ExecutionPool::settings() const
{
  return m_state->settings;
}

bool ExecutionPool::is_left_out() const
{
  return m_state->is_left_out;
}

void ExecutionPool::leave_out(const Error& why, std::string code)
{
  m_state->leave_out(why, std::move(code));
}

Result<action::ActionResult> ExecutionPool::run(const RemoteAction& action)
{
  using Ran = Result<action::ActionResult>;
  return m_state->with_connection([&](State::Connection& connection) -> Ran {
    CW_TRY_ASSIGN(const Execution execution, m_state->execute(connection, action));
    auto decoded = action::decode_action_result(execution.encoded_result);
    if (!decoded) {
      return fail(Error("CW1279", "its answer is no result of an action", Blame::network));
    }
    CW_TRY_ASSIGN(const bool has_texts, fill_in_texts(*connection.blobs, *decoded));
    if (!has_texts) {
      return fail(incomplete("a text"));
    }
    return std::move(decoded->result);
  });
}

Result<> ExecutionPool::download(std::span<const WantedBlob> blobs)
{
  return m_state->with_connection([&](State::Connection& connection) -> Result<> {
    CW_TRY_ASSIGN(const auto absent, connection.blobs->download(blobs));
    return absent.empty() ? Result<>{} : fail(incomplete("an output"));
  });
}

Result<std::unique_ptr<ExecutionPool>> open_execution_pool(const Env& env, const manifest::Config& config, std::stop_token stop)
{
  CW_TRY_ASSIGN(auto settings, read_execution_settings(config));
  if (!settings || config.offline()) {
    return nullptr;
  }
  CW_TRY_ASSIGN(base::HttpOptions http, config.http_options());
  return std::make_unique<ExecutionPool>(env, std::move(*settings), std::move(http), std::move(stop));
}

} // namespace cargo_wasm::remote
