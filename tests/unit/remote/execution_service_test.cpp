// An executor's answers that the real one of the end-to-end suite does not give.
#include <cargo_wasm/remote/execution.hpp>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/action/protobuf.hpp>

#include <thread>

#include <support/catch.hpp>
#include <support/fake_http.hpp>

#include "grpc_channel.hpp"
#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;
using action::ProtobufWriter;

namespace {

const std::string k_execution = "grpc://executor.test:1/build.bazel.remote.execution.v2.Execution/";

std::string bytes_field(std::uint32_t number, std::string_view bytes)
{
  ProtobufWriter out;
  out.element(number, bytes);
  return std::move(out).take();
}

std::string number_field(std::uint32_t number, std::uint64_t value)
{
  ProtobufWriter out;
  out.varint_field(number, value);
  return std::move(out).take();
}

/// A google.longrunning.Operation that is done, with an ExecuteResponse.
std::string finished(std::string_view response)
{
  return bytes_field(1, "op-1") + number_field(3, 1) + bytes_field(5, bytes_field(1, "type.googleapis.com/x") + bytes_field(2, response));
}

void serve(test::FakeHttp& http, const std::string& method, std::string_view message, std::string status)
{
  test::FakeResponse response;
  if (!message.empty()) {
    append_frame(response.body, message);
  }
  response.headers = {{"grpc-status", std::move(status)}, {"grpc-message", "so it is"}};
  http.on(k_execution + method, [response](const base::HttpRequest&) -> Result<test::FakeResponse> { return response; });
}

std::string told(test::FakeHttp& http)
{
  const auto done = make_execution_service(http, {.url = "grpc://executor.test:1"}).value()->execute({.action = samples::k_action});
  REQUIRE_FALSE(done);
  return base::render(done.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("execution: a stream that ends before the action has is taken up again by the operation's name", "[remote]")
{
  test::FakeHttp http;
  serve(http, "Execute", bytes_field(1, "op-1"), "14");
  serve(http, "WaitExecution", finished(bytes_field(1, "the result") + number_field(2, 1)), "0");
  const auto done = make_execution_service(http, {.url = "grpc://executor.test:1/main"})
                        .value()
                        ->execute({.action = samples::k_action, .skip_cache = true});
  REQUIRE(done);
  CHECK(done->encoded_result == "the result");
  CHECK(done->from_cache);
  REQUIRE(http.requests.size() == 2);
  std::string wanted;
  append_frame(wanted, bytes_field(1, "main") + number_field(3, 1) + bytes_field(6, action::encode(samples::k_action)));
  CHECK(http.requests[0].body == wanted);
  wanted.clear();
  append_frame(wanted, bytes_field(1, "op-1"));
  CHECK(http.requests[1].body == wanted);
}

TEST_CASE("execution: a proxy may end streams as often as it likes until the time is over, which is one for all of them", "[remote]")
{
  test::FakeHttp http;
  int waits = 0;
  const int enough = 6;
  const auto cut = [&](const base::HttpRequest&) -> Result<test::FakeResponse> {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
    test::FakeResponse response;
    append_frame(response.body, ++waits == enough ? finished(bytes_field(1, "the result")) : bytes_field(1, "op-1"));
    response.headers = {{"grpc-status", "0"}};
    return response;
  };
  serve(http, "Execute", bytes_field(1, "op-1"), "14");
  http.on(k_execution + "WaitExecution", cut);
  const auto run = [&](std::chrono::milliseconds timeout) {
    http.requests.clear();
    return make_execution_service(http, {.url = "grpc://executor.test:1", .timeout = timeout})
        .value()
        ->execute({.action = samples::k_action});
  };
  const auto done = run(std::chrono::milliseconds(3000));
  REQUIRE(done);
  CHECK(done->encoded_result == "the result");
  REQUIRE(http.requests.size() == 7);
  for (std::size_t i = 1; i < http.requests.size(); ++i) {
    CHECK(*http.requests[i].limit < *http.requests[i - 1].limit);
  }
  waits = -1000;
  const auto late = run(std::chrono::milliseconds(1000));
  REQUIRE_FALSE(late);
  CHECK(late.error().message == "it answers to `build.bazel.remote.execution.v2.Execution/WaitExecution` without a result");
  CHECK(http.requests.size() > 1);
  CHECK(http.requests.size() <= 1000 / 40 + 2);
}

TEST_CASE("execution: what an executor cannot run is told with its reason", "[remote]")
{
  test::FakeHttp http;
  serve(http, "Execute", finished(bytes_field(3, number_field(1, 9) + bytes_field(2, "an input is missing"))), "0");
  CHECK(told(http) == "error[CW1279]: the action could not be run there\n"
                      "   = note: status 9 of the execution\n"
                      "   = note: it says: an input is missing\n");
  serve(http, "Execute", "", "8");
  CHECK(told(http) == "error[CW1279]: the action could not be run there\n"
                      "   = note: status 8 of the execution\n"
                      "   = note: it says: so it is\n");
  serve(http, "Execute", "", "0");
  CHECK(told(http) == "error[CW1266]: it answers to `build.bazel.remote.execution.v2.Execution/Execute` without a result\n");
  serve(http, "Execute", bytes_field(1, "op-1"), "14");
  serve(http, "WaitExecution", bytes_field(1, "op-1"), "0");
  CHECK(told(http) == "error[CW1266]: it answers to `build.bazel.remote.execution.v2.Execution/WaitExecution` without a result\n");
}

TEST_CASE("execution: a cache without the remote execution API executes nothing", "[remote]")
{
  test::FakeHttp http;
  const auto service = make_execution_service(http, {.url = "https://cache.test/"});
  REQUIRE_FALSE(service);
  CHECK(base::render(service.error(), base::Severity::error, false) == "error[CW1263]: `https://cache.test/` is no address of an executor\n"
                                                                       "   = help: write `grpc://HOST:PORT/INSTANCE` or `grpcs://…`\n");
}
