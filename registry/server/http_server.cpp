#include <cargo_wasm/registry_server/http_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace cargo_wasm::registry_server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds k_look{100};
constexpr std::chrono::seconds k_last_answers{1};

std::string_view text_of(beast::string_view view)
{
  return {view.data(), view.size()};
}

struct Shared
{
  HttpServer::Answerer answerer;
  ServerLimits limits;
  std::uint32_t connections = 0;
};

/// Requests one after the other, until the other side closes, is too slow, or sends what is no request.
class RegistryConnection : public std::enable_shared_from_this<RegistryConnection>
{
public:
  RegistryConnection(tcp::socket socket, Shared& shared) : m_stream(std::move(socket)), m_shared(shared) { ++m_shared.connections; }
  ~RegistryConnection() { --m_shared.connections; }
  RegistryConnection(const RegistryConnection&) = delete;
  RegistryConnection& operator=(const RegistryConnection&) = delete;

  void read()
  {
    m_parser.emplace();
    m_parser->header_limit(m_shared.limits.header_bytes);
    m_parser->body_limit(m_shared.limits.body_bytes);
    m_stream.expires_after(m_shared.limits.header_time);
    http::async_read_header(m_stream, m_buffer, *m_parser, [self = shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        self->refuse(code);
      } else {
        self->read_body();
      }
    });
  }

private:
  void read_body()
  {
    m_stream.expires_after(m_shared.limits.body_time);
    http::async_read(m_stream, m_buffer, *m_parser, [self = shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        self->refuse(code);
      } else {
        self->answer();
      }
    });
  }

  void answer()
  {
    const http::request<http::string_body>& request = m_parser->get();
    const std::string method(text_of(request.method_string()));
    HttpAnswer answer{.status = 500, .type = "text/plain", .body = "the registry failed\n", .etag = {}, .cache_control = {}};
    try {
      answer = m_shared.answerer({.method = method,
                                  .target = text_of(request.target()),
                                  .authorization = text_of(request[http::field::authorization]),
                                  .if_none_match = text_of(request[http::field::if_none_match]),
                                  .body = request.body()});
    } catch (const std::exception&) { // a defect of ours costs this request, not the server
    }
    send(std::move(answer), request.keep_alive(), request.version(), request.method() == http::verb::head);
  }

  // What is left to say to whoever sends no request: too long, or not HTTP. To who is silent or gone, nothing.
  void refuse(const error_code& code)
  {
    if (code == http::error::header_limit) {
      send({.status = 431, .type = "text/plain", .body = "the header is too long\n", .etag = {}, .cache_control = {}}, false, 11, false);
    } else if (code == http::error::body_limit) {
      send({.status = 413, .type = "text/plain", .body = "the body is too long\n", .etag = {}, .cache_control = {}}, false, 11, false);
    } else if (code.category() == http::make_error_code(http::error::bad_method).category() && code != http::error::end_of_stream &&
               code != http::error::partial_message) {
      send({.status = 400, .type = "text/plain", .body = "this is not HTTP/1.1\n", .etag = {}, .cache_control = {}}, false, 11, false);
    }
  }

  void send(HttpAnswer answer, bool keep_alive, unsigned version, bool head)
  {
    m_response = {static_cast<http::status>(answer.status), version};
    m_response.set(http::field::content_type, answer.type);
    m_response.set("X-Content-Type-Options", "nosniff");
    if (!answer.etag.empty()) {
      m_response.set(http::field::etag, answer.etag);
    }
    if (!answer.cache_control.empty()) {
      m_response.set(http::field::cache_control, answer.cache_control);
    }
    if (answer.status != 304) {
      m_response.content_length(answer.body.size());
    }
    m_response.keep_alive(keep_alive);
    if (!head) {
      m_response.body() = std::move(answer.body);
    }
    m_stream.expires_after(m_shared.limits.body_time);
    http::async_write(m_stream, m_response, [self = shared_from_this()](const error_code& code, std::size_t) {
      if (!code && self->m_response.keep_alive()) {
        self->read(); // else the last reference goes, and the socket with it
      }
    });
  }

  beast::tcp_stream m_stream;
  Shared& m_shared;
  beast::flat_buffer m_buffer;
  std::optional<http::request_parser<http::string_body>> m_parser;
  http::response<http::string_body> m_response;
};

class AsioServer final : public HttpServer
{
public:
  AsioServer(Answerer answerer, ServerLimits limits) : m_shared{.answerer = std::move(answerer), .limits = limits} {}

  /// Throws boost::system::system_error when it cannot.
  void open(const tcp::endpoint& place)
  {
    m_acceptor.open(place.protocol());
    m_acceptor.set_option(asio::socket_base::reuse_address(true));
    m_acceptor.bind(place);
    m_acceptor.listen();
    accept();
  }

  [[nodiscard]] std::string address() const override
  {
    const tcp::endpoint place = m_acceptor.local_endpoint();
    return place.address().is_v6() ? fmt::format("[{}]:{}", place.address().to_string(), place.port())
                                   : fmt::format("{}:{}", place.address().to_string(), place.port());
  }

  void run(const std::stop_token& stop) override
  {
    look_at(stop);
    m_io.run();
  }

private:
  void accept()
  {
    m_acceptor.async_accept([this](const error_code& code, tcp::socket socket) {
      if (!code && m_shared.connections < m_shared.limits.connections) {
        std::make_shared<RegistryConnection>(std::move(socket), m_shared)->read();
      }
      if (code != asio::error::operation_aborted) {
        accept();
      }
    });
  }

  void look_at(const std::stop_token& stop)
  {
    m_timer.expires_after(k_look);
    m_timer.async_wait([this, &stop](const error_code&) {
      if (!stop.stop_requested()) {
        look_at(stop);
        return;
      }
      m_acceptor.close();
      m_timer.expires_after(k_last_answers);
      m_timer.async_wait([this](const error_code&) { m_io.stop(); });
    });
  }

  Shared m_shared; // before the context, whose handlers hold connections
  asio::io_context m_io{1};
  tcp::acceptor m_acceptor{m_io};
  asio::steady_timer m_timer{m_io};
};

std::optional<tcp::endpoint> endpoint_of(const std::string& text)
{
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::uint16_t port = 0;
  const auto [rest, wrong] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  error_code code;
  const asio::ip::address address = asio::ip::make_address(host, code);
  return code || wrong != std::errc() || rest != text.data() + text.size() ? std::nullopt : std::optional(tcp::endpoint(address, port));
}

} // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const std::string& address, Answerer answerer, ServerLimits limits)
{
  const std::optional<tcp::endpoint> place = endpoint_of(address);
  if (!place) {
    return fail(Error("CW1204", fmt::format("`{}` is not an address to listen on", address), Blame::usage)
                    .help("an address is `127.0.0.1:8080`, `[::1]:8080`, or with port 0 for a free one"));
  }
  try {
    auto server = std::make_unique<AsioServer>(std::move(answerer), limits);
    server->open(*place);
    return server;
  } catch (const boost::system::system_error& error) { // a port that is taken, an address of another machine
    return fail(
        Error("CW1204", fmt::format("cannot listen on `{}`: {}", address, base::describe_errno(error.code().value())), Blame::environment)
            .help("port 0 takes a free one"));
  }
}

} // namespace cargo_wasm::registry_server
