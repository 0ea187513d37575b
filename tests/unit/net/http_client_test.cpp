// Against a real server on loopback. Time is the test's: pauses pass at once and are recorded.
#include "http_client.hpp"

#include "recording_handler.hpp"

#include <zlib.h>

#include <support/catch.hpp>
#include <support/http_server.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::base;
using namespace cargo_wasm::net;
using std::chrono::milliseconds;
using test::HttpServer;
using test::Recording;
using test::ServerRequest;
using test::ServerResponse;

namespace {

/// A client whose clock jumps over pauses.
struct TestClient
{
  explicit TestClient(HttpOptions options = {})
  {
    HttpHooks hooks = real_hooks();
    hooks.now = [this] { return std::chrono::steady_clock::now() + skipped; };
    hooks.sleep = [this](milliseconds pause) {
      skipped += pause;
      slept += pause;
    };
    hooks.jitter = [] { return 0.25; };
    auto made = make_curl_client(options, hooks);
    REQUIRE(made.has_value());
    client = std::move(*made);
  }

  Recording& get(const std::string& url, std::vector<std::string> headers = {}, std::uint64_t limit = 0)
  {
    recordings.push_back(std::make_unique<Recording>());
    client->enqueue({url, std::move(headers), limit}, std::make_unique<test::RecordingHandler>(*recordings.back()));
    return *recordings.back();
  }

  Recording& fetch(const std::string& url, std::vector<std::string> headers = {}, std::uint64_t limit = 0)
  {
    Recording& recording = get(url, std::move(headers), limit);
    test::drive(*client);
    REQUIRE(recording.outcome.has_value());
    return recording;
  }

  Recording& send(HttpRequest request)
  {
    recordings.push_back(std::make_unique<Recording>());
    client->enqueue(std::move(request), std::make_unique<test::RecordingHandler>(*recordings.back()));
    test::drive(*client);
    REQUIRE(recordings.back()->outcome.has_value());
    return *recordings.back();
  }

  milliseconds skipped{0}, slept{0};
  std::unique_ptr<HttpClient> client;
  std::vector<std::unique_ptr<Recording>> recordings;
};

ServerResponse text(std::string body, int status = 200)
{
  return {status, {}, std::move(body), {}, {}, 65536, false};
}

std::string first_line(const Result<HttpResponse>& outcome)
{
  REQUIRE_FALSE(outcome.has_value());
  return outcome.error().id + ": " + outcome.error().message;
}

} // namespace

TEST_CASE("http: a body arrives with its status and headers", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) {
    return ServerResponse{200, {{"ETag", "\"abc\""}, {"X-Path", request.target}}, std::string(300'000, 'b'), {}, {}, 65536, false};
  });
  TestClient client;
  const Recording& got = client.fetch(server.url("/a?b=c"), {"Accept: text/plain"});
  REQUIRE(got.outcome->has_value());
  CHECK((*got.outcome)->status == 200);
  CHECK((*got.outcome)->header("etag") == "\"abc\"");
  CHECK((*got.outcome)->header("x-path") == "/a?b=c");
  CHECK(got.body == std::string(300'000, 'b'));
  const auto request = server.requests().at(0);
  CHECK(request.headers.at("accept") == "text/plain");
  CHECK(request.headers.at("user-agent").starts_with("cargo-wasm/"));
  CHECK(client.client->progress().received_bytes == 300'000);
}

TEST_CASE("http: statuses that stay are handed over at once", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) { return text("why", std::stoi(request.target.substr(1))); });
  TestClient client;
  for (const int status : {304, 401, 403, 404, 410, 451}) {
    const Recording& got = client.fetch(server.url("/" + std::to_string(status)));
    REQUIRE(got.outcome->has_value());
    CHECK((*got.outcome)->status == status);
    CHECK(got.body == (status == 304 ? "" : "why"));
  }
  CHECK(server.requests().size() == 6);
  CHECK(client.slept == milliseconds(0));
}

TEST_CASE("http: passing troubles of a server are tried again with cargo's pauses", "[net][http][retry]")
{
  int count = 0;
  const HttpServer server([&](const ServerRequest&) {
    ++count;
    return count == 1 ? text("wrong", 500) : count == 2 ? text("wrong", 502) : count == 3 ? text("wrong", 429) : text("right");
  });
  TestClient client;
  const Recording& got = client.fetch(server.url("/x"));
  CHECK((*got.outcome)->status == 200);
  CHECK(got.body == "right");
  CHECK(got.starts == 4);
  CHECK(got.retries == std::vector<std::string>{
                           "`" + server.url("/x") + "` answered with status 500; 750 ms; 3 left",
                           "`" + server.url("/x") + "` answered with status 502; 3500 ms; 2 left",
                           "`" + server.url("/x") + "` answered with status 429; 6500 ms; 1 left",
                       });
  CHECK(client.slept >= milliseconds(10'600));
}

TEST_CASE("http: after the last retry the status itself is the answer", "[net][http][retry]")
{
  const HttpServer server([](const ServerRequest&) { return text("down", 503); });
  HttpOptions options;
  options.retries = 2;
  TestClient client(options);
  const Recording& got = client.fetch(server.url());
  CHECK((*got.outcome)->status == 503);
  CHECK(got.body == "down");
  CHECK(server.requests().size() == 3);
}

TEST_CASE("http: a server's Retry-After is honoured", "[net][http][retry]")
{
  std::atomic<int> count{0};
  const HttpServer server([&](const ServerRequest&) {
    if (++count == 1) {
      return ServerResponse{429, {{"Retry-After", "2"}}, "", {}, {}, 65536, false};
    }
    return text("ok");
  });
  TestClient client;
  const Recording& got = client.fetch(server.url());
  CHECK(got.retries.at(0).ends_with("; 2000 ms; 3 left"));
  CHECK(client.slept <= milliseconds(2100));
}

TEST_CASE("http: a body that is cut off is fetched again from its start", "[net][http][retry]")
{
  std::atomic<int> count{0};
  const HttpServer server([&](const ServerRequest&) {
    ServerResponse response = text(std::string(10'000, 'z'));
    if (++count == 1) {
      response.cut_body_at = 5000;
    }
    return response;
  });
  TestClient client;
  const Recording& got = client.fetch(server.url());
  REQUIRE(got.outcome->has_value());
  CHECK(got.body == std::string(10'000, 'z'));
  CHECK(got.starts == 2);
}

TEST_CASE("http: bodies that are always cut off fail with their code", "[net][http][retry]")
{
  const HttpServer server([](const ServerRequest&) {
    ServerResponse response = text("0123456789");
    response.cut_body_at = 5;
    return response;
  });
  TestClient client;
  const Recording& got = client.fetch(server.url("/t"));
  CHECK(first_line(*got.outcome) == "CW0032: the transfer of `" + server.url("/t") + "` failed");
  CHECK(got.outcome->error().blame == Blame::network);
  CHECK(server.requests().size() == 4);
}

// libcurl takes such an answer for a complete one without a body: a "404" of which half the headers came would be believed.
TEST_CASE("http: an answer that ends among its headers is none", "[net][http][retry]")
{
  std::atomic<int> count{0};
  const HttpServer server([&](const ServerRequest& request) {
    ServerResponse response = text("ok", request.target == "/gone" ? 404 : 200);
    if (++count <= 2 || request.target == "/gone") {
      response.cut_head_at = count == 1 ? 12 : 30; // in the status line; in a header
    }
    return response;
  });
  TestClient client;
  CHECK(client.fetch(server.url("/late")).body == "ok");
  const Recording& got = client.fetch(server.url("/gone"));
  CHECK(first_line(*got.outcome) == "CW0032: the transfer of `" + server.url("/gone") + "` failed");
  CHECK(got.outcome->error().notes == std::vector<std::string>{"the connection was closed before the headers had ended"});
}

TEST_CASE("http: a server that hangs up without an answer is tried again", "[net][http][retry]")
{
  std::atomic<int> count{0};
  const HttpServer server([&](const ServerRequest&) {
    ServerResponse response = text("ok");
    response.close_without_answer = ++count <= 2;
    return response;
  });
  TestClient client;
  CHECK(client.fetch(server.url()).body == "ok");
}

TEST_CASE("http: nobody listening is a failure to connect", "[net][http]")
{
  TestClient client;
  const std::string url = "http://127.0.0.1:" + std::to_string(test::closed_port()) + "/";
  const Recording& got = client.fetch(url);
  CHECK(first_line(*got.outcome) == "CW0030: cannot connect for `" + url + "`");
  CHECK(got.starts == 4);
}

TEST_CASE("http: a transfer without bytes ends in time", "[net][http]")
{
  const HttpServer server([](const ServerRequest&) {
    ServerResponse response = text(std::string(100, 's'));
    response.pause = std::chrono::seconds(60);
    return response;
  });
  HttpOptions options;
  options.timeout = std::chrono::seconds(1);
  options.retries = 0;
  TestClient client(options);
  const Recording& got = client.fetch(server.url("/slow"));
  CHECK(first_line(*got.outcome) == "CW0031: the transfer of `" + server.url("/slow") + "` timed out");
  CHECK(got.outcome->error().notes == std::vector<std::string>{"0 bytes in 1 s is too slow"});
}

TEST_CASE("http: slow bytes above the limit are waited for", "[net][http]")
{
  const HttpServer server([](const ServerRequest&) {
    ServerResponse response = text(std::string(60, 's'));
    response.pause = milliseconds(50);
    response.piece_bytes = 2;
    return response;
  });
  HttpOptions options;
  options.timeout = std::chrono::seconds(1);
  TestClient client(options);
  CHECK(client.fetch(server.url()).body == std::string(60, 's'));
}

TEST_CASE("http: redirects are followed, with the headers of the last answer only", "[net][http][redirect]")
{
  const HttpServer server([](const ServerRequest& request) {
    if (request.target == "/new") {
      return text("here");
    }
    return ServerResponse{302, {{"Location", "/new"}, {"X-Old", "1"}}, "moved", {}, {}, 65536, false};
  });
  TestClient client;
  const Recording& got = client.fetch(server.url("/old"));
  CHECK(got.body == "here");
  CHECK((*got.outcome)->effective_url == server.url("/new"));
  CHECK_FALSE((*got.outcome)->header("x-old"));
}

TEST_CASE("http: a request that follows no redirects is answered with the first", "[net][http][redirect]")
{
  const HttpServer server([](const ServerRequest&) { return ServerResponse{302, {{"Location", "/new"}}, "moved", {}, {}, 65536, false}; });
  TestClient client;
  HttpRequest request{server.url("/old"), {}};
  request.max_redirects = 0;
  const Recording& got = client.send(std::move(request));
  CHECK((*got.outcome)->status == 302);
  CHECK((*got.outcome)->header("location") == "/new");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("http: a body is sent with its method and without headers of a form", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) { return text(request.method + " " + request.body); });
  TestClient client;
  for (const std::string method : {"PUT", "POST", "PATCH", "DELETE"}) {
    HttpRequest request{server.url("/"), {}};
    request.method = method;
    request.body = method == "DELETE" ? "" : std::string("a\0b", 3);
    const std::string sent = request.body;
    CHECK(client.send(std::move(request)).body == method + " " + sent);
    CHECK_FALSE(server.requests().back().headers.contains("content-type"));
    CHECK_FALSE(server.requests().back().headers.contains("expect"));
    CHECK(server.requests().back().headers.at("content-length") == std::to_string(sent.size()));
  }
  HttpRequest head{server.url("/"), {}};
  head.method = "HEAD";
  CHECK(client.send(std::move(head)).body.empty());
  CHECK(server.requests().back().method == "HEAD");
}

TEST_CASE("http: a request has retries and a limit of its own", "[net][http][retry]")
{
  const HttpServer failing([](const ServerRequest&) { return text("no", 503); });
  TestClient client;
  HttpRequest once{failing.url("/"), {}};
  once.retries = 0;
  CHECK((*client.send(std::move(once)).outcome)->status == 503);
  CHECK(failing.requests().size() == 1);

  const HttpServer slow([](const ServerRequest&) {
    ServerResponse response = text("a body that takes its time");
    response.pause = milliseconds(200);
    response.piece_bytes = 1;
    return response;
  });
  HttpRequest limited{slow.url("/"), {}};
  limited.retries = 0;
  limited.limit = milliseconds(300);
  CHECK(first_line(*client.send(std::move(limited)).outcome) == "CW0031: the transfer of `" + slow.url("/") + "` timed out");
}

TEST_CASE("http: a request with a delay is sent behind it, and keeps no other one", "[net][http]")
{
  const HttpServer server([](const ServerRequest&) { return text("here"); });
  TestClient client;
  client.recordings.push_back(std::make_unique<Recording>());
  HttpRequest later{server.url("/later"), {}};
  later.delay = milliseconds(5000);
  client.client->enqueue(std::move(later), std::make_unique<test::RecordingHandler>(*client.recordings.back()));
  CHECK(client.fetch(server.url("/now")).body == "here");
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].target == "/now");
  CHECK(server.requests()[1].target == "/later");
  CHECK(client.skipped >= milliseconds(4000)); // the rest of it passed while the other one was answered
  CHECK(client.recordings[0]->body == "here");
}

TEST_CASE("http: endless redirects end", "[net][http][redirect]")
{
  const HttpServer server(
      [](const ServerRequest& request) { return ServerResponse{301, {{"Location", request.target + "x"}}, "", {}, {}, 65536, false}; });
  TestClient client;
  const Recording& got = client.fetch(server.url("/a"));
  REQUIRE_FALSE(got.outcome->has_value());
  CHECK(render(got.outcome->error(), Severity::error, false) ==
        "error[CW0034]: `" + server.url("/a") +
            "` is redirected too often\n"
            "   = note: after 10 redirects it was given up\n"
            "   = note: the last one led to `" +
            server.url("/axxxxxxxxxx") +
            "`\n"
            "   = help: open the address in a browser: a login page may stand in its place, or the registry may have moved\n");
  CHECK(server.requests().size() == 11);
}

TEST_CASE("http: a token does not follow a redirect to another host", "[net][http][secret]")
{
  const HttpServer other([](const ServerRequest&) { return text("other"); });
  const HttpServer server([&](const ServerRequest&) {
    return ServerResponse{302, {{"Location", fmt::format("http://localhost:{}/", other.port())}}, "", {}, {}, 65536, false};
  });
  TestClient client;
  CHECK(client.fetch(server.url(), {"Authorization: s3cret"}).body == "other");
  CHECK(server.requests().at(0).headers.contains("authorization"));
  CHECK_FALSE(other.requests().at(0).headers.contains("authorization"));
}

TEST_CASE("http: secrets appear in no message and no debug line", "[net][http][secret]")
{
  const HttpServer server([](const ServerRequest&) {
    ServerResponse response = text("x");
    response.headers = {{"Set-Cookie", "session=c00kie"}};
    return response;
  });
  std::string lines;
  HttpOptions options;
  options.debug = true;
  options.on_debug = [&](std::string_view line) { lines += std::string(line) + "\n"; };
  options.retries = 0;
  TestClient client(options);
  client.fetch(server.url(), {"Authorization: s3cret"});
  CHECK(lines.find("> Authorization: [REDACTED]") != std::string::npos);
  CHECK(lines.find("s3cret") == std::string::npos);
  CHECK(lines.find("c00kie") == std::string::npos);

  const Recording& got = client.fetch(fmt::format("http://joe:pa55@127.0.0.1:{}/p", test::closed_port()));
  CHECK(render(got.outcome->error(), Severity::error, false).find("pa55") == std::string::npos);
  CHECK(got.outcome->error().message.find("http://127.0.0.1:") != std::string::npos);
}

TEST_CASE("http: gzip is offered and unpacked, unless the file is compressed itself", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) {
    if (!request.headers.contains("accept-encoding")) {
      return text("plain");
    }
    std::string packed(200, '\0');
    z_stream stream{};
    ::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string source(50'000, 'g');
    stream.next_in = reinterpret_cast<Bytef*>(source.data());
    stream.avail_in = static_cast<uInt>(source.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return ServerResponse{200, {{"Content-Encoding", "gzip"}}, packed, {}, {}, 65536, false};
  });
  TestClient client;
  CHECK(client.fetch(server.url()).body == std::string(50'000, 'g'));
  // The limit is for what is unpacked: a compressed answer cannot fill the memory.
  CHECK(first_line(*client.fetch(server.url("/b"), {}, 1000).outcome) ==
        "CW0033: the answer of `" + server.url("/b") + "` is longer than 1000 bytes");
  Recording recording;
  client.client->enqueue({server.url(), {}, 0, false}, std::make_unique<test::RecordingHandler>(recording));
  test::drive(*client.client);
  CHECK(recording.body == "plain");
}

TEST_CASE("http: a handler's refusal ends the transfer without a retry", "[net][http]")
{
  const HttpServer server([](const ServerRequest&) { return text("wrong bytes"); });
  TestClient client;
  Recording& recording = client.get(server.url());
  recording.refuse_data_with = Error("CW0400", "the checksum differs", Blame::integrity);
  test::drive(*client.client);
  REQUIRE(recording.outcome);
  CHECK(first_line(*recording.outcome) == "CW0400: the checksum differs");
  CHECK(server.requests().size() == 1);
}

TEST_CASE("http: handlers may ask for more, and all of many transfers arrive", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) { return text(request.target); });
  TestClient client;
  for (int i = 0; i < 300; ++i) {
    const std::string path = "/" + std::to_string(i);
    Recording& recording = client.get(server.url(path));
    recording.when_done = [&client, &server, path] { client.get(server.url(path + "/more")); };
  }
  test::drive(*client.client);
  CHECK(client.recordings.size() == 600);
  for (const auto& recording : client.recordings) {
    REQUIRE(recording->outcome);
    REQUIRE(recording->outcome->has_value());
    CHECK(server.url(recording->body) == (*recording->outcome)->effective_url);
  }
  // http.max_host_connections
  CHECK(server.connections() <= 2);
  const auto progress = client.client->progress();
  CHECK(progress.in_flight == 0);
  CHECK(progress.queued == 0);
}

TEST_CASE("http: what waits for a slow server does not keep what another one answers from its turn", "[net][http]")
{
  const HttpServer slow([](const ServerRequest&) {
    ServerResponse late = text("late");
    late.pause = milliseconds(250);
    return late;
  });
  const HttpServer quick([](const ServerRequest&) { return text("soon"); });
  TestClient client;
  std::size_t late = 0, late_at_the_last_quick_one = 0;
  for (int i = 0; i < 12; ++i) {
    client.get(slow.url()).when_done = [&] { ++late; };
  }
  for (int i = 0; i < 40; ++i) {
    client.get(quick.url()).when_done = [&] { late_at_the_last_quick_one = late; };
  }
  test::drive(*client.client);
  CHECK(late == 12);
  CHECK(late_at_the_last_quick_one <= 4);
}

TEST_CASE("http: what is not wanted any more when its turn comes is not sent", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) { return text("why", request.target == "/again" ? 500 : 200); });
  HttpOptions options;
  options.max_host_connections = 1;
  TestClient client(options);
  Recording& first = client.get(server.url("/first"));
  Recording& second = client.get(server.url("/second"));
  const Recording& third = client.get(server.url("/third"));
  Recording& again = client.get(server.url("/again"));
  first.when_done = [&] { second.wanted = false; };
  again.when_retried = [&] { again.wanted = false; };
  test::drive(*client.client);
  std::vector<std::string> sent;
  for (const ServerRequest& request : server.requests()) {
    sent.push_back(request.target);
  }
  CHECK(sent == std::vector<std::string>{"/first", "/third", "/again"});
  REQUIRE((second.outcome && third.outcome && again.outcome));
  CHECK(second.starts == 0);
  CHECK(first_line(*second.outcome) == "CW0032: `" + server.url("/second") + "` is not wanted any more");
  CHECK(third.body == "why");
  CHECK((again.starts == 1 && again.retries.size() == 1));
  CHECK(first_line(*again.outcome) == "CW0032: `" + server.url("/again") + "` is not wanted any more");
}

TEST_CASE("http: a proxy of the options is asked", "[net][http]")
{
  const HttpServer proxy([](const ServerRequest& request) { return text("via proxy: " + request.target); });
  HttpOptions options;
  options.proxy = proxy.url();
  TestClient client(options);
  CHECK(client.fetch("http://example.invalid/x").body == "via proxy: http://example.invalid/x");
}

TEST_CASE("http: what is no address says so", "[net][http]")
{
  TestClient client;
  CHECK(first_line(*client.fetch("ftp://host/file").outcome) == "CW0038: `ftp://host/file` is not a usable address");
  CHECK(first_line(*client.fetch("file:///etc/passwd").outcome) == "CW0038: `file:///etc/passwd` is not a usable address");
  CHECK(first_line(*client.fetch("http://").outcome) == "CW0038: `http://` is not a usable address");
}

TEST_CASE("http: a missing certificate file is reported before anything is sent", "[net][http]")
{
  HttpOptions options;
  options.cainfo = "/no/such/ca.pem";
  const auto made = make_curl_client(options);
  REQUIRE_FALSE(made);
  CHECK(made.error().id == "CW0037");
  CHECK(made.error().message == "the certificates of `/no/such/ca.pem` cannot be read");
}

TEST_CASE("http: small bodies in one call; not found is not an error", "[net][http]")
{
  const HttpServer server([](const ServerRequest& request) {
    return request.target == "/there" ? text("body") : text("", std::stoi(request.target.substr(1)));
  });
  TestClient client;
  CHECK(http_get(*client.client, {server.url("/there"), {}, 0}).value() == std::optional<std::string>("body"));
  CHECK(http_get(*client.client, {server.url("/404"), {}, 0}).value() == std::optional<std::string>());
  CHECK(http_get(*client.client, {server.url("/403"), {}, 0}).error() ==
        Error("CW0036", "`" + server.url("/403") + "` answered with status 403", Blame::network));
}
