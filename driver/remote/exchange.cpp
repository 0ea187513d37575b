#include "exchange.hpp"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

namespace cargo_wasm::remote {
namespace {

constexpr std::chrono::milliseconds k_longest_connect{5000}, k_round{20};
constexpr std::uint32_t k_connections_a_host = 4, k_retries = 1;
constexpr std::uint64_t k_slowest_bytes_per_s = 1U << 20U;

/// Loading the network module is for one thread at a time.
std::mutex& making_clients()
{
  static std::mutex mutex;
  return mutex;
}

} // namespace

std::chrono::milliseconds time_for(std::chrono::milliseconds timeout, std::uint64_t bytes)
{
  return timeout + std::chrono::milliseconds(static_cast<std::int64_t>(bytes * 1000 / k_slowest_bytes_per_s));
}

Error wrong_answer(std::string what)
{
  return Error("CW1266", fmt::format("it answers {}", what), Blame::network);
}

Exchange::Exchange(base::HttpClientFactory& factory, const ServiceOptions& options)
    : m_factory(factory), m_http(options.http), m_token(options.token), m_timeout(options.timeout), m_stop(options.stop)
{
  m_http.timeout = std::max(std::chrono::ceil<std::chrono::seconds>(m_timeout), std::chrono::seconds(1));
  m_http.retries = k_retries;
  m_http.max_host_connections = k_connections_a_host;
}

base::HttpRequest Exchange::request(std::string method, std::string url, std::uint64_t bytes) const
{
  base::HttpRequest out;
  out.url = std::move(url);
  out.method = std::move(method);
  out.compressed = false;
  out.retries = k_retries;
  out.connect_limit = std::min(m_timeout, k_longest_connect);
  out.limit = time_for(m_timeout, bytes);
  if (!m_token.empty()) {
    out.headers.push_back("Authorization: Bearer " + m_token);
  }
  return out;
}

Result<> Exchange::run(std::vector<Call> calls)
{
  if (m_client == nullptr) {
    const std::lock_guard lock(making_clients());
    CW_TRY_ASSIGN(m_client, m_factory.make(m_http));
  }
  for (Call& call : calls) {
    m_client->enqueue(std::move(call.request), std::move(call.handler));
  }
  while (true) {
    if (m_stop.stop_requested()) {
      m_client.reset(); // with what is under way
      return fail(Error("CW1277", "the transfer was ended before it was complete", Blame::network));
    }
    const Result<bool> more = m_client->poll(k_round);
    if (!more) {
      m_client.reset();
      return fail(more.error());
    }
    if (!*more) {
      return {};
    }
  }
}

} // namespace cargo_wasm::remote
