#include <atomic>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include <cargo_wasm/exec/jobserver.hpp>

#include "support/catch.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::exec;

namespace {

/// Waits until the helper thread has delivered `count` slots, or half a minute has passed.
bool arrives(const std::atomic<int>& got, int count)
{
  for (int i = 0; i < 30'000 && got != count; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return got == count;
}

} // namespace

TEST_CASE("jobserver: there is one slot fewer than jobs, and a returned slot is given out again", "[exec][jobserver]")
{
  std::atomic<int> got{0};
  const auto server = Jobserver::make(3, {}).value();
  CHECK_FALSE(server->is_inherited());
  CHECK(server->makeflags() ==
        fmt::format("-j --jobserver-fds={0},{1} --jobserver-auth={0},{1}", server->descriptors()[0], server->descriptors()[1]));
  server->on_token([&] { ++got; });
  server->request(3);
  REQUIRE(arrives(got, 2));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(got == 2);
  server->release();
  CHECK(arrives(got, 3));
  server->on_token(nullptr);
}

TEST_CASE("jobserver: an inherited pipe is used, and everything goes back to it at the end", "[exec][jobserver]")
{
  int fds[2] = {-1, -1};
  REQUIRE(::pipe(fds) == 0);
  REQUIRE(::write(fds[1], "ab", 2) == 2);
  const std::string flags = fmt::format(" -j --jobserver-auth={},{}", fds[0], fds[1]);
  {
    std::atomic<int> got{0};
    const auto server = Jobserver::make(8, {{"MAKEFLAGS", flags}}).value();
    CHECK(server->is_inherited());
    CHECK(server->makeflags() == flags);
    CHECK(server->descriptors() == std::vector<int>{fds[0], fds[1]});
    server->on_token([&] { ++got; });
    server->request(2);
    REQUIRE(arrives(got, 2));
    server->on_token(nullptr);
  }
  char back[3] = {};
  CHECK(::read(fds[0], back, sizeof back) == 2);
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST_CASE("jobserver: descriptors that are not open mean that nothing was inherited", "[exec][jobserver]")
{
  CHECK_FALSE(Jobserver::make(2, {{"MAKEFLAGS", "-j --jobserver-auth=971,972"}}).value()->is_inherited());
  CHECK_FALSE(Jobserver::make(2, {{"MAKEFLAGS", "w -- A=1"}}).value()->is_inherited());
}
