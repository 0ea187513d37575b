// The server over real sockets: what the headers of Site's answers become.
#include <cargo_wasm/browser/page_server.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <support/catch.hpp>
#include <support/fake_filesystem.hpp>

using namespace cargo_wasm;
using namespace cargo_wasm::browser;

namespace {

/// What comes back for these bytes, until the server closes the connection.
std::string exchange(std::uint16_t port, std::string_view request)
{
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(port);
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
  REQUIRE(::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(fd);
  return text;
}

std::string answer_to(std::string_view request)
{
  const test::FakeFilesystem fs;
  Site site;
  site.add("/a.js", "alert(1)");
  const auto server = PageServer::start(std::move(site), fs);
  REQUIRE(server);
  return exchange((*server)->port(), request);
}

} // namespace

TEST_CASE("an answer isolates the page, and is kept by nobody", "[browser][server]")
{
  CHECK(answer_to("GET /a.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: text/javascript; charset=utf-8\r\n"
        "Cache-Control: no-store\r\n"
        "Cross-Origin-Opener-Policy: same-origin\r\n"
        "Cross-Origin-Embedder-Policy: require-corp\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Length: 8\r\n"
        "Connection: close\r\n\r\n"
        "alert(1)");
}

TEST_CASE("HEAD has the length, and no body", "[browser][server]")
{
  const std::string answer = answer_to("HEAD /a.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(answer.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("several requests go over one connection", "[browser][server]")
{
  const std::string answer = answer_to("GET /a.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                       "GET /b.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("alert(1)HTTP/1.1 404 Not Found\r\n") != std::string::npos);
}

TEST_CASE("what is no HTTP closes the connection, and the server stays", "[browser][server]")
{
  const test::FakeFilesystem fs;
  Site site;
  site.add("/a.js", "1");
  const auto server = PageServer::start(std::move(site), fs);
  REQUIRE(server);
  CHECK(exchange((*server)->port(), "\x16\x03\x01 nonsense\r\n\r\n").empty());
  CHECK(exchange((*server)->port(), "GET /a.js HTTP/1.0\r\nHost: localhost\r\n\r\n").ends_with("\r\n\r\n1"));
}

TEST_CASE("a port that somebody else has is told", "[browser][server]")
{
  const test::FakeFilesystem fs;
  const auto first = PageServer::start({}, fs);
  REQUIRE(first);
  const auto second = PageServer::start({}, fs, (*first)->port());
  REQUIRE(!second);
  CHECK(base::render(second.error(), base::Severity::error, false) == "error[CW0978]: cannot serve on port " +
                                                                          std::to_string((*first)->port()) +
                                                                          "\n   = note: address already in use\n"
                                                                          "   = help: without `--port` a free one is taken\n");
}
