// What programs and runtimes write: libtest's text says the same however it is cut into chunks, and a report of a trap is taken apart
// without losing what stands before it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <cargo_wasm/runner/libtest.hpp>
#include <cargo_wasm/runner/trap.hpp>

using namespace cargo_wasm;

namespace {

void require(bool holds)
{
  if (!holds) {
    std::abort();
  }
}

class Results final : public runner::LibtestListener
{
public:
  std::vector<std::string> list;

private:
  void on_finished(std::string_view name, const runner::TestResult& result) override
  {
    require(!name.empty());
    list.push_back(std::string(name) + '\n' + std::string(runner::name_of(result.outcome)) + result.detail);
  }
  void on_output(std::string_view name, std::string_view text) override { list.push_back(std::string(name) + '\n' + std::string(text)); }
  void on_summary(const runner::TestSummary& summary) override { list.push_back(std::to_string(summary.passed)); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Results whole, cut;
  runner::LibtestReader of_whole(whole), of_cut(cut);
  of_whole.feed(text);
  of_whole.finish();
  const std::size_t step = size == 0 ? 1 : data[0] % 7 + 1;
  for (std::size_t at = 0; at < size; at += step) {
    of_cut.feed(text.substr(at, step));
  }
  of_cut.finish();
  require(whole.list == cut.list && of_whole.pending() == of_cut.pending());
  require(runner::parse_list(text).size() <= size);

  const runner::TrapText trap = runner::split_trap(text);
  require(trap.before.size() <= size && text.starts_with(trap.before) && (trap.trap || trap.before.size() == size));
  return 0;
}
