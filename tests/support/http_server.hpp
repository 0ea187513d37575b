// A small HTTP/1.1 server on loopback that misbehaves on request: wrong statuses, cut-off bodies, slow bytes.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace cargo_wasm::test {

struct ServerRequest
{
  std::string method;
  std::string target;                         ///< path and query
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
};

struct ServerResponse
{
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// The announced length stays that of the body, but the connection is closed after this many bytes of it.
  std::optional<std::size_t> cut_body_at;
  /// Pause before each piece of `piece_bytes`.
  std::chrono::milliseconds pause{0};
  std::size_t piece_bytes = 65536;
  bool close_without_answer = false;
  std::optional<std::size_t> cut_head_at = {}; ///< only so many bytes of status line and headers, then the connection is closed
};

/// Each connection has a thread, so that a slow answer holds nobody else up. All of them end with the object.
class HttpServer
{
public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  explicit HttpServer(Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "http://127.0.0.1:PORT" + path
  [[nodiscard]] std::string url(std::string_view path = "") const;
  [[nodiscard]] std::uint16_t port() const { return m_port; }
  [[nodiscard]] std::vector<ServerRequest> requests() const; ///< in the order they were read
  [[nodiscard]] std::size_t connections() const { return m_connection_count; }

private:
  void accept_loop();
  void serve(int fd);
  std::optional<ServerRequest> read_request(int fd, std::string& buffer) const;
  bool answer(int fd, const ServerResponse& response) const;

  Handler m_handler;
  std::uint16_t m_port = 0; ///< set while m_listener is made
  int m_listener = -1;
  std::atomic<bool> m_stopping{false};
  std::atomic<std::size_t> m_connection_count{0};
  mutable std::mutex m_mutex;
  std::vector<ServerRequest> m_requests;
  std::set<int> m_open_fds;
  std::vector<std::thread> m_threads;
  std::thread m_acceptor;
};

/// A port of loopback where nobody listens.
[[nodiscard]] std::uint16_t closed_port();

} // namespace cargo_wasm::test
