// What becomes of an executor that fails, as a build sees it. The end-to-end suite has a real one.
#include <cargo_wasm/remote/execution_pool.hpp>

#include <algorithm>

#include <cargo_wasm/action/protobuf.hpp>

#include <support/catch.hpp>
#include <support/test_env.hpp>

#include "grpc_channel.hpp"
#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;
using action::ProtobufWriter;

namespace {

const std::string k_api = "grpc://pool.test:1/build.bazel.remote.execution.v2.";
const std::string k_execute_url = k_api + "Execution/Execute";

std::string field_of(std::uint32_t number, std::string_view bytes)
{
  ProtobufWriter out;
  out.element(number, bytes);
  return std::move(out).take();
}

std::string flag_of(std::uint32_t number)
{
  ProtobufWriter out;
  out.varint_field(number, 1);
  return std::move(out).take();
}

test::FakeResponse framed(std::string_view message, std::string status = "0")
{
  test::FakeResponse out;
  append_frame(out.body, message);
  out.headers = {{"grpc-status", std::move(status)}, {"grpc-message", "so it is"}};
  return out;
}

ExecutionSettings settings_for(std::string url, std::optional<std::string> token_variable = std::nullopt)
{
  ExecutionSettings out;
  out.url = std::move(url);
  out.token_variable = std::move(token_variable);
  return out;
}

/// A server that has every blob.
class PoolWorld
{
public:
  explicit PoolWorld(bool executes = true)
  {
    const std::string cache = field_of(1, "\x01") + field_of(2, flag_of(1));
    answer("Capabilities/GetCapabilities", framed(field_of(1, cache) + (executes ? field_of(2, flag_of(2)) : "")));
    answer("ContentAddressableStorage/FindMissingBlobs", framed(""));
  }

  void answer(const std::string& method, test::FakeResponse response)
  {
    world.http.on(k_api + method,
                  [response = std::move(response)](const base::HttpRequest&) -> Result<test::FakeResponse> { return response; });
  }

  Result<action::ActionResult> run()
  {
    const std::vector<Blob> common = {samples::blob("a compiler")};
    return pool.run({.action = samples::k_action, .blobs = {samples::blob("an input")}, .common = common});
  }

  [[nodiscard]] std::ptrdiff_t executions() const
  {
    return std::count_if(
        world.http.requests.begin(), world.http.requests.end(), [](const auto& request) { return request.url == k_execute_url; });
  }

  test::TestEnv world;
  ExecutionPool pool{world.env(), settings_for("grpc://pool.test:1"), {}, {}};
};

std::string done_with(const action::ActionResult& result)
{
  return field_of(1, "op") + flag_of(3) + field_of(5, field_of(2, field_of(1, action::encode(result))));
}

} // namespace

TEST_CASE("execution pool: a result comes with its texts, whatever the exit code", "[remote]")
{
  PoolWorld at;
  action::ActionResult result = samples::result({samples::blob("x")});
  result.exit_code = 7;
  at.answer("Execution/Execute", framed(done_with(result)));
  const auto done = at.run();
  REQUIRE(done);
  CHECK(done->exit_code == 7);
  CHECK(done->stdout_raw == "said\n");
  CHECK(at.world.reporter.err().empty());
}

TEST_CASE("execution pool: a server that executes nothing is left out, with one warning", "[remote]")
{
  PoolWorld at(false);
  CHECK_FALSE(at.run());
  CHECK(at.pool.is_left_out());
  CHECK_FALSE(at.run());
  CHECK(at.executions() == 0);
  CHECK(at.world.reporter.err() == "warning[CW1136]: the executor `grpc://pool.test:1` is left out of this build\n"
                                   "   = note: it says that it executes nothing\n"
                                   "   = help: nothing else is lost: what it would have compiled is compiled here\n");
}

TEST_CASE(
    "execution pool: an action that cannot be run is sent once more, whole, then it is given back; after three the server is left out",
    "[remote]")
{
  PoolWorld at;
  at.answer("Execution/Execute", framed("", "9"));
  CHECK_FALSE(at.run());
  CHECK(at.executions() == 2);
  CHECK_FALSE(at.pool.is_left_out());
  CHECK_FALSE(at.run());
  CHECK_FALSE(at.run());
  CHECK(at.pool.is_left_out());
  CHECK(at.world.reporter.err() == "warning[CW1137]: the executor `grpc://pool.test:1` could not compile a unit\n"
                                   "   = note: the action could not be run there\n"
                                   "   = note: status 9 of the execution\n"
                                   "   = note: it says: so it is\n"
                                   "   = help: such units are compiled here; after 3 it is left out\n");
}

TEST_CASE("execution pool: without the variable of its token it is left out", "[remote]")
{
  test::TestEnv world;
  ExecutionPool pool(world.env(), settings_for("grpcs://pool.test", "POOL_TOKEN"), {}, {});
  CHECK_FALSE(pool.run({.action = samples::k_action, .blobs = {}, .common = {}}));
  CHECK(world.http.requests.empty());
  CHECK(world.reporter.err().starts_with("warning[CW1136]: the executor `grpcs://pool.test` is left out of this build\n"
                                         "   = note: variable `POOL_TOKEN`, which should hold its token, is not set\n"));
}
