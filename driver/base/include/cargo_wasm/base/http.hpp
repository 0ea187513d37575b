// Multiplexed HTTP transfers, event driven and single threaded: enqueue any number (also from handlers),
// then drive. The real client (libcurl) lives in a module loaded on demand (driver/net), because a no-op build must
// not pay for starting curl (docs/adr/0002-process-start.md).
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::base {

struct HttpRequest
{
  std::string url;
  std::vector<std::string> headers; ///< "Name: value"; secrets are redacted from every message
  std::uint64_t max_body_bytes = 0; ///< 0 = no limit; above it the transfer fails with CW0033
  bool compressed = true;           ///< offer gzip; off for files that are compressed themselves (`.crate`)
  std::string method = "GET";
  std::string body = {};                                       ///< sent again at a retry
  std::optional<std::uint32_t> retries = {};                   ///< instead of `HttpOptions::retries`
  std::optional<std::uint32_t> max_redirects = {};             ///< instead of the options'; 0: a redirect is an answer as any other
  std::optional<std::chrono::milliseconds> connect_limit = {}; ///< instead of `HttpOptions::timeout`
  std::optional<std::chrono::milliseconds> limit = {};         ///< of one attempt as a whole; above it CW0031
  std::chrono::milliseconds delay{0};                          ///< before it is sent, while others are
};

struct HttpResponse
{
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  std::string effective_url;
  std::uint32_t retries = 0; ///< that went before this answer
  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

/// One transfer's events. After a retry `on_start` comes again and what was received before is void.
class HttpHandler
{
public:
  virtual ~HttpHandler() = default;
  /// Asked when a transfer that waited (for others, a delay or a retry) is about to be sent: one that is not wanted any more ends with
  /// CW0032 instead.
  [[nodiscard]] virtual bool is_wanted() const { return true; }
  virtual void on_start() {}
  /// A passing trouble: the transfer is tried again after `pause`; `left` tries remain, that one included.
  virtual void on_retry(const Error& why, std::chrono::milliseconds pause, std::uint32_t left) { (void)why, (void)pause, (void)left; }
  /// Body bytes as they arrive (decoded from gzip). An error ends the transfer with it, without retry.
  virtual Result<> on_data(std::span<const std::byte> chunk) = 0;
  /// The end: an HTTP status (5xx and 429 only after the last retry), or an error: CW0030 cannot connect, CW0031 time-out,
  /// CW0032 broken transfer, CW0033 body too long, CW0034 too many redirects, CW0037 certificate refused, CW0038 no usable URL.
  virtual void on_done(Result<HttpResponse> outcome) = 0;
};

struct HttpProgress
{
  std::uint64_t in_flight = 0, queued = 0, received_bytes = 0;
};

/// 1.0 to 1.3.
enum class TlsVersion : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };

/// `[http]` and `[net]` of the configuration (cargo-internals §2).
struct HttpOptions
{
  std::optional<std::string> proxy;
  std::optional<std::string> cainfo;
  std::optional<std::string> proxy_cainfo; ///< for a proxy that is reached by HTTPS; absent: `cainfo`
  std::optional<TlsVersion> min_tls, max_tls;
  std::optional<std::string> user_agent;
  std::chrono::seconds timeout{30};
  std::uint32_t low_speed_limit_bytes_per_s = 10;
  bool multiplexing = true;
  bool check_revoke = false;
  bool debug = false;
  std::function<void(std::string_view)> on_debug; ///< with `debug`: a line of the dialogue, secrets redacted
  std::uint32_t retries = 3;                      ///< net.retry
  std::uint32_t max_host_connections = 2;
  std::uint32_t max_redirects = 10;
};

class HttpClient
{
public:
  virtual ~HttpClient() = default;
  virtual void enqueue(HttpRequest request, std::unique_ptr<HttpHandler> handler) = 0;
  /// Handles what is ready, waiting at most `timeout` for something. False when nothing is left.
  virtual Result<bool> poll(std::chrono::milliseconds timeout) = 0;
  [[nodiscard]] virtual HttpProgress progress() const = 0;
};

/// A whole small body: enqueues, drives to the end. nullopt for 404, 410 and 451.
Result<std::optional<std::string>> http_get(HttpClient& client, HttpRequest request);

} // namespace cargo_wasm::base
