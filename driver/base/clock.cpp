#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::base {
namespace {

class SystemClock final : public Clock
{
public:
  std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  std::chrono::steady_clock::time_point monotonic() const override { return std::chrono::steady_clock::now(); }
};

} // namespace

std::unique_ptr<Clock> make_clock()
{
  return std::make_unique<SystemClock>();
}

} // namespace cargo_wasm::base
