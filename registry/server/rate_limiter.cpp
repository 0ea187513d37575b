#include "rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace cargo_wasm::registry_server {
namespace {

constexpr std::size_t k_least_look = 64;

} // namespace

double RateLimiter::level(const Bucket& bucket, Time now) const
{
  const double passed = std::chrono::duration<double>(now - bucket.since).count();
  return std::min(m_rate.burst, bucket.level + passed * m_rate.per_second);
}

std::uint64_t RateLimiter::wait_s(const std::string& who, Time now) const
{
  const auto found = m_buckets.find(who);
  const double here = found == m_buckets.end() ? m_rate.burst : level(found->second, now);
  return here >= 1 ? 0 : static_cast<std::uint64_t>(std::ceil(std::max(1.0, (1 - here) / m_rate.per_second)));
}

void RateLimiter::take(const std::string& who, Time now)
{
  Bucket& bucket = m_buckets.try_emplace(who, Bucket{.level = m_rate.burst, .since = now}).first->second;
  bucket = {.level = std::max(0.0, level(bucket, now) - 1), .since = now};
  if (m_buckets.size() >= m_next_look) {
    std::erase_if(m_buckets, [&](const auto& entry) { return level(entry.second, now) >= m_rate.burst; });
    m_next_look = std::max(k_least_look, 2 * m_buckets.size());
  }
}

} // namespace cargo_wasm::registry_server
