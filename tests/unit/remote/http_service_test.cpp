#include "http_service.hpp"

#include <support/catch.hpp>
#include <support/fake_http.hpp>
#include <support/temp_dir.hpp>

#include "samples.hpp"

using namespace cargo_wasm;
using namespace cargo_wasm::remote;

namespace {

const std::string k_url = "https://cache.test/team";

std::string address(std::string_view where, const Digest& digest)
{
  return k_url + "/" + std::string(where) + "/" + base::to_hex(digest.hash);
}

std::unique_ptr<CacheService> service(test::FakeHttp& http, std::string token = {})
{
  return make_http_service(http, {.url = k_url + "/", .token = std::move(token)});
}

template <class T> std::string told(const Result<T>& outcome)
{
  REQUIRE_FALSE(outcome);
  return base::render(outcome.error(), base::Severity::error, false);
}

} // namespace

TEST_CASE("http cache: results and blobs are at their hashes, and a token goes with every request", "[remote]")
{
  test::FakeHttp http;
  http.serve(address("ac", samples::k_action), "the result");
  const auto cache = service(http, "s3cr3t");
  CHECK(cache->get_action_result(samples::k_action).value() == "the result");
  CHECK(cache->get_action_result(base::digest_of("unknown")).value() == std::nullopt);
  REQUIRE(http.requests.size() == 2);
  CHECK(http.requests[0].url == "https://cache.test/team/ac/" + base::to_hex(samples::k_action.hash));
  CHECK(http.requests[0].headers == std::vector<std::string>{"Authorization: Bearer s3cr3t"});
  CHECK_FALSE(http.requests[0].compressed);
}

TEST_CASE("http cache: blobs are sent by PUT and looked for by HEAD", "[remote]")
{
  test::FakeHttp http;
  const Blob there = samples::blob("there"), missing = samples::blob("missing");
  http.serve(address("cas", there.digest), "", 200);
  const auto cache = service(http);
  const std::vector<Digest> digests = {there.digest, missing.digest};
  CHECK(cache->find_missing(digests).value() == std::vector<Digest>{missing.digest});
  CHECK(http.requests[0].method == "HEAD");
  http.serve(address("cas", missing.digest), "", 201);
  const std::vector<Blob> blobs = {missing};
  CHECK(cache->upload(blobs));
  CHECK(http.requests.back().method == "PUT");
  CHECK(http.requests.back().body == "missing");
}

TEST_CASE("http cache: blobs are verified as they arrive", "[remote]")
{
  const test::TempDir directory;
  test::FakeHttp http;
  const Blob good = samples::blob("good"), gone = samples::blob("gone"), empty = samples::blob("");
  http.serve(address("cas", good.digest), "good");
  const auto cache = service(http);
  const std::vector<WantedBlob> wanted = {{good.digest, directory / "a"}, {gone.digest, directory / "b"}, {empty.digest, directory / "c"}};
  CHECK(cache->download(wanted).value() == std::vector<Digest>{gone.digest});
  CHECK(directory.read("a") == "good");
  CHECK(directory.read("c").empty());
  CHECK(http.requests.size() == 2); // what is empty is there, always
  CHECK(cache->read(good.digest).value() == "good");

  http.serve(address("cas", good.digest), "evil");
  CHECK(told(cache->read(good.digest)) ==
        "error[CW1267]: other bytes came than those that were asked for\n"
        "   = note: asked for SHA-256 `770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c`, 4 bytes\n"
        "   = note: what came has SHA-256 `b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73`\n");
  http.serve(address("cas", good.digest), "goo");
  CHECK(told(cache->read(good.digest)).ends_with("   = note: 3 bytes came\n"));
  http.serve(address("cas", good.digest), "good and more");
  CHECK(told(cache->read(good.digest)).ends_with("   = note: at least 13 bytes came\n"));
}

// The page of an error is no blob, however long it is.
TEST_CASE("http cache: an error is told by its status", "[remote]")
{
  test::FakeHttp http;
  const Blob blob = samples::blob("x");
  const auto cache = service(http);
  http.serve(address("cas", blob.digest), "a page that is longer than the blob", 404);
  CHECK(cache->read(blob.digest).value() == std::nullopt);
  http.serve(address("cas", blob.digest), "a page that is longer than the blob", 403);
  CHECK(told(cache->read(blob.digest)) ==
        "error[CW1266]: it answers with status 403\n"
        "   = help: `token-env` of its table in the configuration names the variable that holds a token\n");
  const std::vector<Blob> blobs = {blob};
  http.serve(address("cas", blob.digest), "", 507);
  CHECK(told(cache->upload(blobs)) == "error[CW1271]: it has no room for what was sent\n   = note: it answers with status 507\n");
  http.serve(address("cas", blob.digest), "", 405);
  CHECK(told(cache->upload(blobs)) == "error[CW1248]: it answers with status 405\n");
  http.serve(address("cas", blob.digest), "", 503);
  CHECK(told(cache->upload(blobs)) == "error[CW1266]: it answers with status 503\n");
  http.serve(address("cas", blob.digest), "", 200);
  CHECK(cache->upload(blobs));
  const std::vector<Blob> gone = {{blob.digest, Path("/nowhere/at/all")}};
  CHECK(told(cache->upload(gone)) == "error[CW1273]: cannot read `/nowhere/at/all`\n   = note: no such file or directory\n");
}

TEST_CASE("http cache: a file that has changed since it was offered is not sent", "[remote]")
{
  const test::TempDir directory;
  test::FakeHttp http;
  directory.write("file", "changed!");
  const Digest was = base::digest_of("original");
  const std::vector<Blob> blobs = {{was, directory / "file"}};
  const std::string text = told(service(http)->upload(blobs));
  CHECK(text.starts_with("error[CW1273]: `" + (directory / "file").native() + "` is not what it was\n"));
  CHECK(http.requests.empty());
}
