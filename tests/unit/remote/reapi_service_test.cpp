// The messages themselves are tried on real servers (tests/e2e/remote_cache); here is what those do not do.
#include "reapi_service.hpp"

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/action/protobuf.hpp>

#include <support/catch.hpp>
#include <support/fake_http.hpp>
#include <support/temp_dir.hpp>

#include "grpc_channel.hpp"
#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;
using action::ProtobufWriter;

namespace {

const std::string k_host = "grpc://cache.test:8980/";
const std::string k_capabilities_url = k_host + "build.bazel.remote.execution.v2.Capabilities/GetCapabilities";
const std::string k_result_url = k_host + "build.bazel.remote.execution.v2.ActionCache/GetActionResult";
const std::string k_read_url = k_host + "build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs";
const std::string k_update_url = k_host + "build.bazel.remote.execution.v2.ContentAddressableStorage/BatchUpdateBlobs";
const std::string k_missing_url = k_host + "build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs";

std::string message(std::initializer_list<std::pair<std::uint32_t, std::string>> fields)
{
  ProtobufWriter out;
  for (const auto& [number, bytes] : fields) {
    out.element(number, bytes);
  }
  return std::move(out).take();
}

test::FakeResponse answer(std::string_view bytes, std::string status = "0", std::string said = "")
{
  test::FakeResponse out;
  append_frame(out.body, bytes);
  out.headers = {{"grpc-status", std::move(status)}, {"grpc-message", std::move(said)}};
  return out;
}

void serve(test::FakeHttp& http, const std::string& url, test::FakeResponse response)
{
  http.on(url, [response = std::move(response)](const base::HttpRequest&) -> Result<test::FakeResponse> { return response; });
}

/// SHA-256 alone, packed; results can be stored; `batch_bytes` at once.
std::string capabilities(std::uint64_t batch_bytes, std::string functions = "\x01")
{
  ProtobufWriter update;
  update.varint_field(1, 1);
  ProtobufWriter cache;
  cache.element(1, functions);
  cache.element(2, std::move(update).take());
  cache.varint_field(4, batch_bytes);
  return message({{1, std::move(cache).take()}});
}

std::unique_ptr<CacheService> service(test::FakeHttp& http)
{
  return make_reapi_service(http, {.url = k_host + "main/linux", .token = "s3cr3t"});
}

template <class T> std::string told(const Result<T>& outcome)
{
  REQUIRE_FALSE(outcome);
  return base::render(outcome.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("reapi: a result is asked for with the instance's name, after the capabilities, once", "[remote]")
{
  test::FakeHttp http;
  serve(http, k_capabilities_url, answer(capabilities(0)));
  serve(http, k_result_url, answer("the result"));
  const auto cache = service(http);
  CHECK(cache->get_action_result(samples::k_action).value() == "the result");
  CHECK(cache->get_action_result(samples::k_action).value() == "the result");
  REQUIRE(http.requests.size() == 3);
  ProtobufWriter wanted;
  wanted.element(1, "main/linux");
  wanted.element(2, action::encode(samples::k_action));
  wanted.varint_field(3, 1);
  wanted.varint_field(4, 1);
  std::string body;
  append_frame(body, std::move(wanted).take());
  CHECK(http.requests[1].body == body);
  CHECK(http.requests[1].headers ==
        std::vector<std::string>{"Authorization: Bearer s3cr3t", "Content-Type: application/grpc", "TE: trailers", "grpc-timeout: 10000m"});
}

TEST_CASE("reapi: a status is told with what the server says", "[remote]")
{
  test::FakeHttp http;
  serve(http, k_capabilities_url, answer(capabilities(0)));
  const auto cache = service(http);
  serve(http, k_result_url, {200, "", {{"grpc-status", "5"}, {"grpc-message", "not here"}}});
  CHECK(cache->get_action_result(samples::k_action).value() == std::nullopt);
  serve(http, k_result_url, {200, "", {{"grpc-status", "16"}, {"grpc-message", "who%20are you%3f 100%"}}});
  CHECK(told(cache->get_action_result(samples::k_action)) ==
        "error[CW1266]: it answers with status 16 of gRPC to `build.bazel.remote.execution.v2.ActionCache/GetActionResult`\n"
        "   = note: it says: who are you? 100%\n"
        "   = help: `token-env` of its table in the configuration names the variable that holds a token\n");
  serve(http, k_result_url, {200, "", {}});
  CHECK(told(cache->get_action_result(samples::k_action)) == "error[CW1266]: it answers with status 200, and not by gRPC\n");
  serve(http, k_result_url, {502, "<html>", {}});
  CHECK(told(cache->get_action_result(samples::k_action)) == "error[CW1266]: it answers with what is no message of gRPC\n");
  test::FakeResponse cut = answer("the result");
  cut.body.resize(8);
  serve(http, k_result_url, cut);
  CHECK(told(cache->get_action_result(samples::k_action)) == "error[CW1266]: it answers with a message of gRPC that is cut off\n");
}

TEST_CASE("reapi: a server that does not know SHA-256 is of no use", "[remote]")
{
  test::FakeHttp http;
  serve(http, k_capabilities_url, answer(capabilities(0, "\x02")));
  CHECK(told(service(http)->get_action_result(samples::k_action)) == "error[CW1266]: it answers that it does not know SHA-256\n");
}

TEST_CASE("reapi: blobs are put together as far as the server's limit allows", "[remote]")
{
  test::FakeHttp http;
  serve(http, k_capabilities_url, answer(capabilities(2000)));
  serve(http, k_update_url, answer(""));
  const std::vector<Blob> blobs = {samples::blob(std::string(700, 'a')),
                                   samples::blob(std::string(700, 'b')),
                                   samples::blob(std::string(700, 'c')),
                                   samples::blob(std::string(10, 'd'))};
  REQUIRE(service(http)->upload(blobs));
  REQUIRE(http.requests.size() == 3);
  CHECK(http.requests[1].body.size() < 2000);
  CHECK(http.requests[1].body.find(std::string(700, 'b')) != std::string::npos);
  CHECK(http.requests[2].body.find(std::string(700, 'c')) != std::string::npos);
  CHECK(http.requests[2].body.find("dddddddddd") != std::string::npos);
}

TEST_CASE("reapi: what comes is what was asked for, or nothing", "[remote]")
{
  const test::TempDir directory;
  test::FakeHttp http;
  serve(http, k_capabilities_url, answer(capabilities(0)));
  const Blob good = samples::blob("good"), other = samples::blob("other");
  const std::vector<WantedBlob> wanted = {{good.digest, directory / "a"}};
  const auto cache = service(http);
  const auto one = [](const Digest& digest, std::string bytes) {
    return message({{1, message({{1, action::encode(digest)}, {2, std::move(bytes)}})}});
  };
  serve(http, k_read_url, answer(one(good.digest, "good")));
  CHECK(cache->download(wanted).value().empty());
  CHECK(directory.read("a") == "good");
  serve(http, k_read_url, answer(one(other.digest, "other")));
  CHECK(told(cache->download(wanted)) ==
        "error[CW1266]: it answers to `build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs` with a blob that was not "
        "asked for\n");
  serve(http, k_read_url, answer(""));
  CHECK(told(cache->download(wanted)) ==
        "error[CW1266]: it answers to `build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs` without a blob that was "
        "asked for\n");
  serve(http, k_read_url, answer(one(good.digest, "evil")));
  CHECK(cache->download(wanted).error().id == "CW1267");
  serve(http, k_missing_url, answer(message({{2, action::encode(other.digest)}})));
  const std::vector<Digest> asked = {good.digest};
  CHECK(told(cache->find_missing(asked)) ==
        "error[CW1266]: it answers to `build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs` with a digest that was "
        "not asked for\n");
}
