#include "http_retry.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace cargo_wasm::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_longest_pause{10'000};
constexpr milliseconds k_first_pause{500};
constexpr double k_jitter_ms = 1000;
constexpr milliseconds k_step{3000};

} // namespace

bool is_passing_trouble(int code)
{
  switch (code) {
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_OPERATION_TIMEDOUT:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PARTIAL_FILE:
  case CURLE_GOT_NOTHING:
    return true;
  default:
    return false;
  }
}

bool is_passing_status(int status)
{
  return status == 429 || (status >= 500 && status < 600);
}

milliseconds pause_before(std::uint32_t retry, double jitter)
{
  if (retry <= 1) {
    return k_first_pause + milliseconds(static_cast<std::int64_t>(jitter * k_jitter_ms));
  }
  const std::uint32_t steps = std::min<std::uint32_t>(retry - 1, 10);
  return std::min(k_first_pause + k_step * steps, k_longest_pause);
}

std::optional<milliseconds> retry_after(const base::HttpResponse& response, std::chrono::system_clock::time_point now)
{
  if (response.status != 429 && response.status != 503) {
    return std::nullopt;
  }
  const auto header = response.header("retry-after");
  if (!header || header->empty()) {
    return std::nullopt;
  }
  std::uint32_t seconds = 0;
  const char* const end = header->data() + header->size();
  if (const auto [stop, code] = std::from_chars(header->data(), end, seconds); stop == end && code == std::errc()) {
    return std::min<milliseconds>(std::chrono::seconds(seconds), k_longest_pause);
  }
  const std::time_t date = ::curl_getdate(std::string(*header).c_str(), nullptr);
  const auto wait = std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::from_time_t(date) - now);
  if (date < 0 || wait < milliseconds(0)) {
    return std::nullopt;
  }
  return std::min(wait, k_longest_pause);
}

} // namespace cargo_wasm::net
