#include <support/http_server.hpp>

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cargo_wasm::test {
namespace {

/// @param port  0: whichever the system gives; the one that it is, when it succeeds.
int listen_on_loopback(std::uint16_t& port)
{
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, generic, length) != 0 || ::listen(fd, 128) != 0 || ::getsockname(fd, generic, &length) != 0) {
    ::close(fd);
    throw std::runtime_error("cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
  return fd;
}

bool send_all(int fd, std::string_view bytes)
{
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_more(int fd, std::string& buffer)
{
  std::array<char, 16384> piece;
  const ssize_t got = ::recv(fd, piece.data(), piece.size(), 0);
  if (got <= 0) {
    return false;
  }
  buffer.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

} // namespace

HttpServer::HttpServer(Handler handler) : m_handler(std::move(handler)), m_listener(listen_on_loopback(m_port))
{
  m_acceptor = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer()
{
  m_stopping = true;
  ::shutdown(m_listener, SHUT_RDWR);
  m_acceptor.join();
  ::close(m_listener);
  {
    const std::lock_guard lock(m_mutex);
    for (const int fd : m_open_fds) {
      ::shutdown(fd, SHUT_RDWR);
    }
  }
  for (std::thread& thread : m_threads) {
    thread.join();
  }
}

std::string HttpServer::url(std::string_view path) const
{
  return fmt::format("http://127.0.0.1:{}{}", m_port, path);
}

std::vector<ServerRequest> HttpServer::requests() const
{
  const std::lock_guard lock(m_mutex);
  return m_requests;
}

void HttpServer::accept_loop()
{
  while (!m_stopping) {
    const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      continue;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++m_connection_count;
    const std::lock_guard lock(m_mutex);
    m_open_fds.insert(fd);
    m_threads.emplace_back([this, fd] { serve(fd); });
  }
}

void HttpServer::serve(int fd)
{
  std::string buffer;
  while (!m_stopping) {
    const auto request = read_request(fd, buffer);
    if (!request) {
      break;
    }
    {
      const std::lock_guard lock(m_mutex);
      m_requests.push_back(*request);
    }
    const ServerResponse response = m_handler(*request);
    if (response.close_without_answer || !answer(fd, response)) {
      break;
    }
  }
  const std::lock_guard lock(m_mutex);
  m_open_fds.erase(fd);
  ::close(fd);
}

std::optional<ServerRequest> HttpServer::read_request(int fd, std::string& buffer) const
{
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!receive_more(fd, buffer)) {
      return std::nullopt;
    }
  }
  const std::string head = buffer.substr(0, end);
  buffer.erase(0, end + 4);
  ServerRequest request;
  bool first = true;
  for (const std::string_view raw : base::split(head, '\n')) {
    const std::string_view line = base::trim(raw);
    if (first) {
      const auto words = base::split(line, ' ');
      request.method = words[0];
      request.target = words.size() > 1 ? words[1] : "";
      first = false;
    } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      request.headers[base::to_lower(line.substr(0, colon))] = base::trim(line.substr(colon + 1));
    }
  }
  if (const auto length = request.headers.find("content-length"); length != request.headers.end()) {
    const std::size_t wanted = std::stoul(length->second);
    while (buffer.size() < wanted) {
      if (!receive_more(fd, buffer)) {
        return std::nullopt;
      }
    }
    request.body = buffer.substr(0, wanted);
    buffer.erase(0, wanted);
  }
  return request;
}

/// False when the connection is of no more use.
bool HttpServer::answer(int fd, const ServerResponse& response) const
{
  std::string head = fmt::format("HTTP/1.1 {} Status\r\n", response.status);
  for (const auto& [name, value] : response.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  const bool has_body = response.status != 304 && response.status != 204;
  if (has_body) {
    head += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  if (response.cut_head_at) {
    (void)send_all(fd, head.substr(0, *response.cut_head_at));
    return false;
  }
  if (!send_all(fd, head + "\r\n")) {
    return false;
  }
  std::string_view body = has_body ? std::string_view(response.body) : std::string_view();
  if (response.cut_body_at) {
    body = body.substr(0, *response.cut_body_at);
  }
  while (!body.empty()) {
    for (auto waited = std::chrono::milliseconds(0); waited < response.pause; waited += std::chrono::milliseconds(10)) {
      if (m_stopping) {
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const std::size_t piece = std::min(response.piece_bytes, body.size());
    if (!send_all(fd, body.substr(0, piece))) {
      return false;
    }
    body.remove_prefix(piece);
  }
  return !response.cut_body_at;
}

std::uint16_t closed_port()
{
  // Below those that Linux gives to whoever asks for any: nobody gets it meanwhile.
  std::random_device random;
  for (;;) {
    auto port = static_cast<std::uint16_t>(20'000 + random() % 12'000);
    try {
      ::close(listen_on_loopback(port));
      return port;
    } catch (const std::runtime_error&) {
    }
  }
}

} // namespace cargo_wasm::test
