#include "http_retry.hpp"

#include <curl/curl.h>

#include <support/catch.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::net;
using std::chrono::milliseconds;

namespace {

std::optional<milliseconds> asked(int status, std::string header)
{
  base::HttpResponse response;
  response.status = status;
  response.headers = {{"retry-after", std::move(header)}};
  // 2021-10-21 07:27:57 UTC
  return retry_after(response, std::chrono::system_clock::from_time_t(1'634'801'277));
}

} // namespace

TEST_CASE("http retry: pauses grow as cargo's do", "[net][retry]")
{
  CHECK(pause_before(1, 0.0) == milliseconds(500));
  CHECK(pause_before(1, 0.999) == milliseconds(1499));
  CHECK(pause_before(2, 0.5) == milliseconds(3500));
  CHECK(pause_before(3, 0.5) == milliseconds(6500));
  CHECK(pause_before(4, 0.5) == milliseconds(9500));
  CHECK(pause_before(5, 0.5) == milliseconds(10'000));
  CHECK(pause_before(4'000'000'000, 0.5) == milliseconds(10'000));
}

TEST_CASE("http retry: a server's Retry-After replaces the pause, within bounds", "[net][retry]")
{
  CHECK(asked(429, "2") == milliseconds(2000));
  CHECK(asked(503, "0") == milliseconds(0));
  CHECK(asked(503, "3600") == milliseconds(10'000));
  CHECK(asked(503, "Thu, 21 Oct 2021 07:28:00 GMT") == milliseconds(3000));
  CHECK_FALSE(asked(503, "Thu, 21 Oct 2021 07:00:00 GMT"));
  CHECK_FALSE(asked(503, "soon"));
  CHECK_FALSE(asked(500, "2"));
}

TEST_CASE("http retry: only troubles that pass are tried again", "[net][retry]")
{
  for (const int status : {429, 500, 502, 503, 599}) {
    CHECK(is_passing_status(status));
  }
  for (const int status : {200, 304, 401, 403, 404, 600}) {
    CHECK_FALSE(is_passing_status(status));
  }
  CHECK(is_passing_trouble(CURLE_HTTP2_STREAM));
  CHECK(is_passing_trouble(CURLE_PARTIAL_FILE));
  CHECK_FALSE(is_passing_trouble(CURLE_PEER_FAILED_VERIFICATION));
  CHECK_FALSE(is_passing_trouble(CURLE_TOO_MANY_REDIRECTS));
}
