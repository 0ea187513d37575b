// A clock that stands still until a test moves it.
#pragma once
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::test {

class FixedClock final : public base::Clock
{
public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return m_now; }
  [[nodiscard]] std::chrono::steady_clock::time_point monotonic() const override { return m_monotonic; }
  void advance(std::chrono::nanoseconds by)
  {
    m_now += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
    m_monotonic += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
  }

private:
  /// 2026-01-01T00:00:00Z: any date will do, as long as it is the same in every run.
  std::chrono::system_clock::time_point m_now{std::chrono::seconds(1'767'225'600)};
  std::chrono::steady_clock::time_point m_monotonic{std::chrono::seconds(1000)};
};

} // namespace cargo_wasm::test
