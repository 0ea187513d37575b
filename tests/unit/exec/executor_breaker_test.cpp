// When an executor is left out because of what does not compile there.
#include "executor_breaker.hpp"

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

constexpr std::size_t k_most = ExecutorBreaker::k_most_in_a_row;

ExecutorBreaker::Failure failure_of(const std::string& unit)
{
  return {unit, "error: no space", {"workspace/a/src/lib.rs"}, {"CARGO_PKG_NAME"}};
}

/// Of a run here that looked at what was sent, and at what was not set anywhere.
Record plain_run()
{
  Record record;
  record.sources = {{"workspace/a/src/lib.rs", {}}};
  record.observed = {{"CARGO_PKG_NAME", "a"}, {"NOT_SET", std::nullopt}};
  return record;
}

std::optional<Error> after_both(ExecutorBreaker& breaker, plan::ActionIndex action, const Record& run)
{
  breaker.failed_there(action, failure_of("`a` (lib)"));
  return breaker.compiled_here(action, run);
}

} // namespace

TEST_CASE("executor: three units in a row that fail there and compile here are reason enough to leave it out, once")
{
  ExecutorBreaker breaker;
  CHECK_FALSE(after_both(breaker, 1, plain_run()));
  CHECK_FALSE(breaker.compiled_here(9, plain_run())); // it was never sent
  CHECK_FALSE(after_both(breaker, 2, plain_run()));
  CHECK_FALSE(breaker.is_in_doubt());
  const auto why = after_both(breaker, 3, plain_run());
  REQUIRE(why);
  CHECK(why->id == "CW1143");
  CHECK(why->message == "3 units in a row did not compile there, and do here; the last was `a` (lib)");
  CHECK(why->notes == std::vector<std::string>{"of that one the compiler says there: error: no space"});
  CHECK_FALSE(after_both(breaker, 4, plain_run()));
}

TEST_CASE("executor: one that compiles there sets the count back")
{
  ExecutorBreaker breaker;
  CHECK_FALSE(after_both(breaker, 1, plain_run()));
  CHECK_FALSE(after_both(breaker, 2, plain_run()));
  breaker.compiled_there();
  CHECK_FALSE(after_both(breaker, 3, plain_run()));
  CHECK_FALSE(after_both(breaker, 4, plain_run()));
  CHECK(after_both(breaker, 5, plain_run()));
}

TEST_CASE("executor: what reads more than was sent, and wrong code, say nothing about it")
{
  ExecutorBreaker breaker;
  Record reads_more = plain_run();
  reads_more.sources.push_back({"workspace/README.md", {}});
  Record looks_at_more = plain_run();
  looks_at_more.observed.emplace_back("GREETING", "hello");
  for (plan::ActionIndex action = 0; action < 2 * k_most; ++action) {
    CHECK_FALSE(after_both(breaker, 3 * action, reads_more));
    CHECK_FALSE(after_both(breaker, 3 * action + 1, looks_at_more));
    breaker.failed_there(3 * action + 2, failure_of("`a` (lib)"));
    breaker.failed_here(3 * action + 2);
  }
  CHECK_FALSE(breaker.is_in_doubt());
}

TEST_CASE("executor: nothing is sent while as many as suffice have failed there and are not yet compiled here")
{
  ExecutorBreaker breaker;
  for (plan::ActionIndex action = 0; action < k_most; ++action) {
    CHECK_FALSE(breaker.is_in_doubt());
    breaker.failed_there(action, failure_of("`a` (lib)"));
  }
  CHECK(breaker.is_in_doubt());
  breaker.failed_here(0);
  CHECK_FALSE(breaker.is_in_doubt());
}
