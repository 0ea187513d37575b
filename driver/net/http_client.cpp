// Drives all transfers over one libcurl multi handle in the caller's thread.
//
//   queued, ──► active (in curl, at most k_most_active) ──► done
//   by server
//                 │  ▲
//                 ▼  │ pause over
//               paused (a passing trouble, see http_retry.hpp)
// curl is not given more than it can send: what waits in it for a connection to a slow server keeps those from their turn that wait for
// another one.
//
// Too slow is decided for all active transfers together, as cargo does: over one multiplexed connection a single
// transfer may well stand still while others move.
#include "http_client.hpp"

#include "http_retry.hpp"
#include "http_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <unistd.h>

namespace cargo_wasm::net {

/// What is asked of one server.
struct Server
{
  std::deque<std::unique_ptr<Transfer>> queue;
  std::size_t active = 0;
  bool is_one_by_one = false; ///< it has answered, and not by HTTP/2
};

namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;
using TransferPtr = std::unique_ptr<Transfer>;

/// More than any server's limit of concurrent streams (100 is usual); the rest waits here rather than in curl.
constexpr std::size_t k_most_active = 256;

/// "https://host:1234" of a URL.
std::string server_of(std::string_view url)
{
  const auto scheme = url.find("://");
  return std::string(url.substr(0, url.find_first_of("/?#", scheme == std::string_view::npos ? 0 : scheme + 3)));
}

class CurlClient final : public base::HttpClient
{
public:
  CurlClient(base::HttpOptions options, HttpHooks hooks)
      : m_options(std::move(options)), m_hooks(std::move(hooks)), m_multi(::curl_multi_init())
  {
    ::curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, m_options.multiplexing ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING);
    ::curl_multi_setopt(m_multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(m_options.max_host_connections));
  }

  ~CurlClient() override
  {
    for (const TransferPtr& transfer : m_active) {
      ::curl_multi_remove_handle(m_multi, transfer->easy());
    }
    m_active.clear();
    ::curl_multi_cleanup(m_multi);
  }

  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  void enqueue(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler) override
  {
    Server& server = m_servers[server_of(request.url)];
    const milliseconds delay = request.delay;
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(handler));
    transfer->server = &server;
    if (delay.count() > 0) {
      m_paused.push_back({m_hooks.now() + delay, std::move(transfer)});
      return;
    }
    ++m_queued;
    server.queue.push_back(std::move(transfer));
  }

  Result<bool> poll(milliseconds timeout) override
  {
    const auto deadline = m_hooks.now() + timeout;
    while (true) {
      activate();
      int running = 0;
      if (const CURLMcode code = ::curl_multi_perform(m_multi, &running); code != CURLM_OK) {
        return fail(Error("CW0032", "the transfers cannot go on", Blame::network).note(::curl_multi_strerror(code)));
      }
      bool progressed = collect();
      progressed = check_speed() || progressed;
      if (m_active.empty() && m_queued == 0 && m_paused.empty()) {
        return false;
      }
      const auto now = m_hooks.now();
      if (progressed || now >= deadline) {
        return true;
      }
      wait(std::chrono::ceil<milliseconds>(deadline - now), now);
    }
  }

  base::HttpProgress progress() const override
  {
    base::HttpProgress out{m_active.size(), m_queued + m_paused.size(), m_finished_bytes};
    for (const TransferPtr& transfer : m_active) {
      out.received_bytes += transfer->received_bytes();
    }
    for (const Paused& paused : m_paused) {
      out.received_bytes += paused.transfer->received_bytes();
    }
    return out;
  }

private:
  struct Paused
  {
    Steady::time_point until;
    TransferPtr transfer;
  };

  /// Hands curl what may start now.
  void activate()
  {
    const auto now = m_hooks.now();
    for (auto it = m_paused.begin(); it != m_paused.end() && m_active.size() < k_most_active;) {
      if (it->until <= now) {
        TransferPtr transfer = std::move(it->transfer);
        it = m_paused.erase(it);
        begin(std::move(transfer));
      } else {
        ++it;
      }
    }
    for (auto& [name, server] : m_servers) {
      while (!server.queue.empty() && m_active.size() < k_most_active && server.active < most_active(name, server)) {
        TransferPtr transfer = std::move(server.queue.front());
        server.queue.pop_front();
        --m_queued;
        begin(std::move(transfer));
      }
    }
  }

  /// Transfers that curl can send to this server at once. What HTTP/2 may be agreed on with is not kept back before that is known.
  [[nodiscard]] std::size_t most_active(std::string_view name, const Server& server) const
  {
    const bool may_be_multiplexed = m_options.multiplexing && name.starts_with("https:") && !server.is_one_by_one;
    return may_be_multiplexed || name.starts_with("grpc") || m_options.max_host_connections == 0 ? k_most_active
                                                                                                 : m_options.max_host_connections;
  }

  void begin(TransferPtr transfer)
  {
    if (!transfer->handler().is_wanted()) {
      auto ending = transfer->unwanted();
      conclude(std::move(transfer), std::move(ending));
      return;
    }
    if (m_active.empty()) {
      reset_speed_window();
    }
    CURL* const easy = transfer->start(m_options);
    if (easy == nullptr) {
      end(std::move(transfer), CURLE_URL_MALFORMAT);
      return;
    }
    ::curl_multi_add_handle(m_multi, easy);
    ++transfer->server->active;
    m_active.push_back(std::move(transfer));
  }

  /// Takes what curl has finished; whether there was anything.
  bool collect()
  {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = ::curl_multi_info_read(m_multi, &left)) {
      if (message->msg != CURLMSG_DONE) {
        continue;
      }
      const CURLcode code = message->data.result;
      any = true;
      end(take_active(message->easy_handle), code);
    }
    return any;
  }

  TransferPtr take_active(const CURL* easy)
  {
    const auto it = std::find_if(m_active.begin(), m_active.end(), [&](const TransferPtr& t) { return t->easy() == easy; });
    TransferPtr transfer = std::move(*it);
    *it = std::move(m_active.back());
    m_active.pop_back();
    ::curl_multi_remove_handle(m_multi, transfer->easy());
    --transfer->server->active;
    if (const auto is_one_by_one = transfer->is_one_by_one()) {
      transfer->server->is_one_by_one = *is_one_by_one;
    }
    return transfer;
  }

  void end(TransferPtr transfer, CURLcode code)
  {
    auto ending = transfer->finish(code);
    conclude(std::move(transfer), std::move(ending));
  }

  void conclude(TransferPtr transfer, Transfer::Ending ending)
  {
    if (ending.passing && transfer->retries < transfer->most_retries(m_options)) {
      const std::uint32_t left = transfer->most_retries(m_options) - transfer->retries;
      ++transfer->retries;
      milliseconds pause = pause_before(transfer->retries, m_hooks.jitter());
      if (ending.outcome.has_value()) {
        pause = retry_after(*ending.outcome, m_hooks.wall_now()).value_or(pause);
      }
      transfer->handler().on_retry(reason_of(ending.outcome), pause, left);
      m_paused.push_back({m_hooks.now() + pause, std::move(transfer)});
      return;
    }
    m_finished_bytes += transfer->received_bytes();
    if (ending.outcome.has_value()) {
      ending.outcome->retries = transfer->retries;
    }
    transfer->handler().on_done(std::move(ending.outcome));
  }

  static Error reason_of(const Result<base::HttpResponse>& outcome)
  {
    if (!outcome.has_value()) {
      return outcome.error();
    }
    return Error("CW0036", fmt::format("`{}` answered with status {}", shown_url(outcome->effective_url), outcome->status), Blame::network);
  }

  std::uint64_t received_by_active() const
  {
    std::uint64_t sum = m_finished_bytes;
    for (const TransferPtr& transfer : m_active) {
      sum += transfer->received_bytes();
    }
    for (const Paused& paused : m_paused) {
      sum += paused.transfer->received_bytes();
    }
    return sum;
  }

  void reset_speed_window()
  {
    m_window_start = Steady::now();
    m_window_bytes = received_by_active();
  }

  /// Gives all active transfers up when together they are too slow; whether they were.
  bool check_speed()
  {
    if (m_active.empty() || m_options.timeout.count() == 0 || Steady::now() - m_window_start < m_options.timeout) {
      return false;
    }
    const std::uint64_t received = received_by_active() - m_window_bytes;
    const auto least = std::uint64_t{m_options.low_speed_limit_bytes_per_s} * static_cast<std::uint64_t>(m_options.timeout.count());
    if (received >= least) {
      reset_speed_window();
      return false;
    }
    const std::string why = fmt::format("{} bytes in {} s is too slow", received, m_options.timeout.count());
    std::vector<TransferPtr> given_up = std::move(m_active);
    m_active.clear();
    for (TransferPtr& transfer : given_up) {
      ::curl_multi_remove_handle(m_multi, transfer->easy());
      --transfer->server->active;
    }
    for (TransferPtr& transfer : given_up) {
      auto ending = transfer->time_out(why);
      conclude(std::move(transfer), std::move(ending));
    }
    return true;
  }

  void wait(milliseconds most, Steady::time_point now)
  {
    for (const Paused& paused : m_paused) {
      most = std::min(most, std::max(std::chrono::ceil<milliseconds>(paused.until - now), milliseconds(1)));
    }
    if (m_active.empty()) {
      m_hooks.sleep(most);
    } else {
      const auto until_check = std::chrono::ceil<milliseconds>(m_window_start + m_options.timeout - Steady::now()) + milliseconds(1);
      most = std::min(most, std::max(until_check, milliseconds(1)));
      ::curl_multi_poll(m_multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
    }
  }

  base::HttpOptions m_options;
  HttpHooks m_hooks;
  CURLM* m_multi;
  std::map<std::string, Server, std::less<>> m_servers; ///< by scheme, host and port
  std::size_t m_queued = 0;
  std::vector<TransferPtr> m_active;
  std::vector<Paused> m_paused;
  std::uint64_t m_finished_bytes = 0;
  Steady::time_point m_window_start{};
  std::uint64_t m_window_bytes = 0;
};

} // namespace

HttpHooks real_hooks()
{
  return {[] { return Steady::now(); },
          [] { return std::chrono::system_clock::now(); },
          [](milliseconds pause) { std::this_thread::sleep_for(pause); },
          [] {
            thread_local std::minstd_rand random(std::random_device{}());
            return std::uniform_real_distribution<double>(0, 1)(random);
          }};
}

Result<std::unique_ptr<base::HttpClient>> make_curl_client(const base::HttpOptions& options, HttpHooks hooks)
{
  static std::once_flag once;
  std::call_once(once, [] { ::curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (options.cainfo && ::access(options.cainfo->c_str(), R_OK) != 0) {
    return fail(Error("CW0037", fmt::format("the certificates of `{}` cannot be read", *options.cainfo), Blame::environment)
                    .help("correct `http.cainfo` of the configuration"));
  }
  return std::make_unique<CurlClient>(options, std::move(hooks));
}

std::string curl_versions()
{
  return ::curl_version();
}

} // namespace cargo_wasm::net
