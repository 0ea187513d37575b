#include <cargo_wasm/base/processors.hpp>

#include <support/catch.hpp>

#include <sched.h>

namespace cargo_wasm::base {

TEST_CASE("processors: a process that may use one is told one", "[base]")
{
  cpu_set_t before;
  REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
  CHECK(usable_processors() >= 1);
  CHECK(usable_processors() <= static_cast<std::uint32_t>(CPU_COUNT(&before)));
  std::size_t first = 0;
  while (!CPU_ISSET(first, &before)) {
    ++first;
  }
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  REQUIRE(::sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(usable_processors() == 1);
  CHECK(::sched_setaffinity(0, sizeof before, &before) == 0);
}

TEST_CASE("processors: a group's quota is so many whole ones, at least one", "[base]")
{
  CHECK(processors_of_quota("200000 100000\n") == 2);
  CHECK(processors_of_quota("250000 100000\n") == 2);
  CHECK(processors_of_quota("50000 100000\n") == 1);
  for (const char* const none : {"max 100000\n", "", "200000", "200000 ", "200000 0\n", "200000 x\n"}) {
    CHECK(processors_of_quota(none) == std::nullopt);
  }
}

} // namespace cargo_wasm::base
