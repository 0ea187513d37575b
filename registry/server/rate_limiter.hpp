// How often somebody may do something: a bucket for each, from which every time takes one, and which fills again at a steady rate. Only
// what was taken lately is kept, so that memory follows who is there, not who ever was. For one thread at a time.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace cargo_wasm::registry_server {

struct Rate
{
  double burst = 0;      ///< how many at once
  double per_second = 0; ///< how fast the bucket fills again
};

class RateLimiter
{
public:
  using Time = std::chrono::steady_clock::time_point;
  explicit RateLimiter(Rate rate) : m_rate(rate) {}

  /// Whole seconds until one more is free, for a `Retry-After`; 0: now.
  [[nodiscard]] std::uint64_t wait_s(const std::string& who, Time now) const;
  void take(const std::string& who, Time now);
  [[nodiscard]] std::size_t size() const { return m_buckets.size(); } ///< of those who are remembered

private:
  struct Bucket
  {
    double level = 0;
    Time since;
  };
  [[nodiscard]] double level(const Bucket& bucket, Time now) const;

  Rate m_rate;
  std::map<std::string, Bucket> m_buckets;
  std::size_t m_next_look = 64; ///< at this size full buckets are thrown away
};

} // namespace cargo_wasm::registry_server
