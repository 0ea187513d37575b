#include <cargo_wasm/browser/page_server.hpp>

#include <chrono>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace cargo_wasm::browser {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds k_idle_time{60};

/// One connection: requests one after the other, until the other side closes it or is silent for a minute.
class Connection : public std::enable_shared_from_this<Connection>
{
public:
  Connection(tcp::socket socket, const Site& site, const base::ReadOnlyFilesystem& fs) : m_stream(std::move(socket)), m_site(site), m_fs(fs)
  {
  }

  void read()
  {
    m_request = {};
    m_stream.expires_after(k_idle_time);
    http::async_read(m_stream, m_buffer, m_request, [self = shared_from_this()](const error_code& code, std::size_t) {
      if (!code) {
        self->answer();
      }
    });
  }

private:
  void answer()
  {
    const auto text = [](auto view) { return std::string_view(view.data(), view.size()); };
    Answer answer = m_site.answer(m_fs, text(m_request.method_string()), text(m_request.target()), text(m_request[http::field::host]));
    m_response = {static_cast<http::status>(answer.status), m_request.version()};
    m_response.set(http::field::content_type, answer.type);
    m_response.set(http::field::cache_control, "no-store");
    m_response.set("Cross-Origin-Opener-Policy", "same-origin");
    m_response.set("Cross-Origin-Embedder-Policy", "require-corp");
    m_response.set("Cross-Origin-Resource-Policy", "same-origin");
    m_response.set("X-Content-Type-Options", "nosniff");
    if (!answer.location.empty()) {
      m_response.set(http::field::location, answer.location);
    }
    m_response.content_length(answer.body.size());
    m_response.keep_alive(m_request.keep_alive());
    if (m_request.method() != http::verb::head) {
      m_response.body() = std::move(answer.body);
    }
    http::async_write(m_stream, m_response, [self = shared_from_this()](const error_code& code, std::size_t) {
      if (!code && self->m_response.keep_alive()) {
        self->read(); // else the last reference goes, and the socket with it
      }
    });
  }

  beast::tcp_stream m_stream;
  const Site& m_site;
  const base::ReadOnlyFilesystem& m_fs;
  beast::flat_buffer m_buffer{64 * 1024};
  http::request<http::string_body> m_request;
  http::response<http::string_body> m_response;
};

class LoopbackServer final : public PageServer
{
public:
  LoopbackServer(Site site, const base::ReadOnlyFilesystem& fs) : m_site(std::move(site)), m_fs(fs) {}
  ~LoopbackServer() override
  {
    m_io.stop();
    if (m_thread.joinable()) {
      m_thread.join();
    }
  }

  /// Throws boost::system::system_error when it cannot.
  void listen(std::uint16_t port)
  {
    const tcp::endpoint place(asio::ip::address_v4::loopback(), port);
    m_acceptor.open(place.protocol());
    m_acceptor.set_option(asio::socket_base::reuse_address(true));
    m_acceptor.bind(place);
    m_acceptor.listen();
    m_port = m_acceptor.local_endpoint().port();
    accept();
    m_thread = std::thread([this] { m_io.run(); });
  }

  std::uint16_t port() const override { return m_port; }

private:
  void accept()
  {
    m_acceptor.async_accept([this](const error_code& code, tcp::socket socket) {
      if (!code) {
        std::make_shared<Connection>(std::move(socket), m_site, m_fs)->read();
      }
      if (code != asio::error::operation_aborted) {
        accept();
      }
    });
  }

  Site m_site;
  const base::ReadOnlyFilesystem& m_fs;
  asio::io_context m_io{1};
  tcp::acceptor m_acceptor{m_io};
  std::uint16_t m_port = 0;
  std::thread m_thread;
};

} // namespace

Result<std::unique_ptr<PageServer>> PageServer::start(Site site, const base::ReadOnlyFilesystem& fs, std::uint16_t port)
{
  try {
    auto server = std::make_unique<LoopbackServer>(std::move(site), fs);
    server->listen(port);
    return server;
  } catch (const boost::system::system_error& error) { // a port that is taken, or no descriptor is left
    const bool is_wished = port != 0;
    Error problem("CW0978",
                  is_wished ? fmt::format("cannot serve on port {}", port) : "cannot serve pages",
                  is_wished ? Blame::user : Blame::environment);
    problem.notes.push_back(base::describe_errno(error.code().value()));
    if (is_wished) {
      problem.helps.emplace_back("without `--port` a free one is taken");
    }
    return fail(std::move(problem));
  }
}

} // namespace cargo_wasm::browser
