#include <cargo_wasm/base/processors.hpp>
#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_server/usage_log.hpp>

#include "connections.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

namespace cargo_wasm::registry_server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds k_look{100};
constexpr std::chrono::seconds k_last_answers{1};
/// Between looks at the files of a certificate.
constexpr std::chrono::seconds k_certificate_look{2};

std::string_view text_of(beast::string_view view)
{
  return {view.data(), view.size()};
}

/// Threads for connections, and one for answers that are not files.
constexpr std::uint32_t k_most_threads = 4;
constexpr std::size_t k_file_piece_bytes = 128 * 1024;
constexpr std::chrono::seconds k_least_body_time{20};
/// For what somebody goes on sending behind his refusal.
constexpr std::chrono::seconds k_last_bytes{3};

// A process starts with 1024 descriptors on most systems, and may have more when it asks.
void allow_descriptors(std::uint32_t connections)
{
  constexpr rlim_t k_others = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < connections + k_others) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, connections + k_others);
    (void)::setrlimit(RLIMIT_NOFILE, &limit); // with fewer it serves fewer at a time
  }
}

struct Shared : Connections
{
  asio::io_context* answers = nullptr; ///< its thread calls the answerer
};

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

// Its own reference to what the certificate has now; a later one is for later connections.
asio::ssl::context tls_context(const TlsCertificate& certificate)
{
  const std::shared_ptr<SSL_CTX> context = certificate.context();
  SSL_CTX_up_ref(context.get());
  return asio::ssl::context(context.get()); // takes the reference
}

/// Requests one after the other, until the other side closes, is too slow, or sends what is no request.
template <class Stream> class RegistryConnection : public std::enable_shared_from_this<RegistryConnection<Stream>>
{
public:
  /// `peer` was admitted.
  RegistryConnection(Stream stream, std::string peer, Shared& shared)
      : m_stream(std::move(stream)), m_peer(std::move(peer)), m_shared(shared)
  {
  }
  ~RegistryConnection()
  {
    let_go_of_body();
    m_shared.leave(m_peer);
  }
  RegistryConnection(const RegistryConnection&) = delete;
  RegistryConnection& operator=(const RegistryConnection&) = delete;

  void start()
  {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      expire_after(m_shared.limits.handshake_time);
      m_stream.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](const error_code& code) {
        if (!code) {
          self->read(); // else it speaks no TLS, or does not like the certificate: there is nothing to say to it
        }
      });
    } else {
      read();
    }
  }

private:
  void read()
  {
    let_go_of_body();
    m_parser.emplace();
    m_parser->header_limit(m_shared.limits.header_bytes);
    m_parser->body_limit(m_shared.limits.body_bytes);
    expire_after(m_shared.limits.header_time);
    http::async_read_header(m_stream, m_buffer, *m_parser, [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        self->refuse(code);
      } else {
        self->take();
      }
    });
  }

  // The header is there: whoever must not, or asks for what cannot be, hears so before his body is read. A file is answered at once: nobody
  // sends a body with its question.
  void take()
  {
    const http::request<http::empty_body>& request = m_parser->get();
    const auto length = m_parser->content_length();
    const bool has_body = m_parser->chunked() || (length && *length != 0);
    const bool is_file = m_shared.files != nullptr && !is_dynamic(text_of(request.target()));
    if (auto refusal = refusal_of(request)) {
      answer_without_body(std::move(*refusal), has_body);
      return;
    }
    if (is_file && has_body) {
      answer_without_body({.status = 405,
                           .type = "application/json",
                           .body = R"({"errors":[{"detail":"files can only be read"}]})",
                           .etag = {},
                           .cache_control = {}},
                          true);
      return;
    }
    if (is_file) {
      m_keep_alive = request.keep_alive();
      m_file = m_shared.files->answer({.method = text_of(request.method_string()),
                                       .target = text_of(request.target()),
                                       .if_none_match = text_of(request[http::field::if_none_match]),
                                       .range = text_of(request[http::field::range]),
                                       .if_range = text_of(request[http::field::if_range])});
      note_use(request, m_file.status);
      if (request.method() == http::verb::head) {
        m_file.length = 0; // also of what is no file
      }
      send_file();
      return;
    }
    const std::uint64_t longest = longest_body(text_of(request.target()), m_shared.limits);
    if (length && *length > longest) {
      answer_without_body(too_long(), true);
      return;
    }
    m_body_parser.emplace(std::move(*m_parser));
    m_body_parser->body_limit(longest);
    m_body_began = std::chrono::steady_clock::now();
    read_body();
  }

  // Piece by piece: what a body takes in memory is counted, and whoever is too slow is left.
  void read_body()
  {
    if (m_body_parser->is_done()) {
      asio::post(*m_shared.answers, [self = this->shared_from_this()] { self->answer(); });
      return;
    }
    const ServerLimits& limits = m_shared.limits;
    const auto in_all = std::min(limits.body_time, k_least_body_time + std::chrono::seconds(m_held / limits.least_body_bytes_per_s));
    beast::get_lowest_layer(m_stream).expires_at(m_body_began + in_all);
    http::async_read_some(m_stream, m_buffer, *m_body_parser, [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        self->refuse(code);
        return;
      }
      const std::uint64_t now = self->m_body_parser->get().body().size();
      if (!self->m_shared.hold(self->m_peer, now - self->m_held)) {
        self->m_is_unread = true;
        self->m_body_parser->get().body() = {};
        self->send(too_many_bodies(), false, 11, false);
        return;
      }
      self->m_held = now;
      self->read_body();
    });
  }

  void let_go_of_body()
  {
    if (m_held != 0) {
      m_shared.let_go(m_peer, std::exchange(m_held, 0));
    }
    m_body_parser.reset();
  }

  void answer_without_body(HttpAnswer answer, bool has_body)
  {
    const http::request<http::empty_body>& request = m_parser->get();
    note_use(request, answer.status);
    m_is_unread = has_body;
    send(std::move(answer), request.keep_alive() && !has_body, request.version(), request.method() == http::verb::head);
  }

  template <class Body> std::optional<HttpAnswer> refusal_of(const http::request<Body>& request)
  {
    return m_shared.gate == nullptr ? std::nullopt
                                    : m_shared.gate->judge({.peer = m_peer,
                                                            .method = text_of(request.method_string()),
                                                            .target = text_of(request.target()),
                                                            .authorization = text_of(request[http::field::authorization])});
  }

  template <class Body> void note_use(const http::request<Body>& request, int status)
  {
    if (m_shared.usage != nullptr) {
      m_shared.usage->note({m_peer, text_of(request.method_string()), text_of(request.target()), status});
    }
  }

  // On the thread of answers, while this connection waits for nothing else.
  void answer()
  {
    const http::request<http::string_body>& request = m_body_parser->get();
    const std::string method(text_of(request.method_string()));
    auto answer = std::make_shared<HttpAnswer>(
        HttpAnswer{.status = 500, .type = "text/plain", .body = "the registry failed\n", .etag = {}, .cache_control = {}});
    try {
      *answer = m_shared.answerer({.method = method,
                                   .target = text_of(request.target()),
                                   .authorization = text_of(request[http::field::authorization]),
                                   .if_none_match = text_of(request[http::field::if_none_match]),
                                   .body = request.body()});
    } catch (const std::exception&) { // a defect of ours costs this request, not the server
    }
    note_use(request, answer->status);
    asio::post(m_stream.get_executor(), [self = this->shared_from_this(), answer] {
      const http::request<http::string_body>& asked = self->m_body_parser->get();
      self->send(std::move(*answer), asked.keep_alive(), asked.version(), asked.method() == http::verb::head);
    });
  }

  // What is left to say to whoever sends no request: too long, or not HTTP. To who is silent or gone, nothing.
  void refuse(const error_code& code)
  {
    if (code == http::error::header_limit) {
      send({.status = 431, .type = "text/plain", .body = "the header is too long\n", .etag = {}, .cache_control = {}}, false, 11, false);
    } else if (code == http::error::body_limit) {
      m_is_unread = true;
      send(too_long(), false, 11, false);
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
    for (const auto& [name, value] : answer.headers) {
      m_response.insert(name, value); // one may come twice
    }
    if (answer.status != 304) {
      m_response.content_length(answer.body.size());
    }
    m_response.keep_alive(keep_alive);
    if (!head) {
      m_response.body() = std::move(answer.body);
    }
    expire_after(m_shared.send_time(m_response.body().size()));
    http::async_write(m_stream, m_response, [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (!code) {
        self->go_on(self->m_response.keep_alive());
      }
    });
  }

  // The head was made when the file was first asked for: it and the bytes go out as they are in memory.
  void send_file()
  {
    static constexpr std::string_view k_go_on = "\r\n", k_last = "Connection: close\r\n\r\n";
    const std::string_view end = m_keep_alive ? k_go_on : k_last;
    const std::string_view body = m_file.length == 0 ? std::string_view() : m_file.body();
    const std::array<asio::const_buffer, 3> parts{
        asio::buffer(*m_file.head), asio::buffer(end.data(), end.size()), asio::buffer(body.data(), body.size())};
    expire_after(m_shared.send_time(body.size()));
    asio::async_write(m_stream, parts, [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        return;
      }
      if (self->m_file.file && self->m_file.length != 0) {
        self->m_piece.resize(k_file_piece_bytes);
        self->send_piece();
      } else {
        self->sent();
      }
    });
  }

  void send_piece()
  {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(m_piece.size(), m_file.length));
    const std::size_t got = m_file.file->read(m_piece.data(), wanted, m_file.offset);
    if (got == 0) {
      return; // shorter than it was: the connection ends, and the peer sees that bytes are missing
    }
    m_file.offset += got;
    m_file.length -= got;
    expire_after(m_shared.send_time(got));
    asio::async_write(m_stream, asio::buffer(m_piece.data(), got), [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (code) {
        return;
      }
      if (self->m_file.length != 0) {
        self->send_piece();
      } else {
        self->sent();
      }
    });
  }

  void sent()
  {
    m_file = {};
    if (!m_piece.empty()) {
      m_piece = {}; // most connections are idle: they hold no buffers
    }
    go_on(m_keep_alive);
  }

  // The next request, or the end: the last reference goes, and the socket with it. Over TLS it is said that all was sent.
  void go_on(bool keep_alive)
  {
    if (keep_alive) {
      read();
    } else if (m_is_unread) {
      linger();
    } else if constexpr (std::is_same_v<Stream, TlsStream>) {
      expire_after(k_last_answers);
      m_stream.async_shutdown([self = this->shared_from_this()](const error_code&) {});
    }
  }

  // Whoever is still sending would lose the answer if the socket were closed on him: what comes is read and thrown away, for a moment.
  void linger()
  {
    if constexpr (!std::is_same_v<Stream, TlsStream>) {
      error_code gone;
      m_stream.socket().shutdown(tcp::socket::shutdown_send, gone);
    }
    m_piece.resize(k_file_piece_bytes);
    expire_after(k_last_bytes);
    throw_away();
  }

  void throw_away()
  {
    m_stream.async_read_some(asio::buffer(m_piece), [self = this->shared_from_this()](const error_code& code, std::size_t) {
      if (!code) {
        self->throw_away();
      }
    });
  }

  void expire_after(std::chrono::seconds time) { beast::get_lowest_layer(m_stream).expires_after(time); }

  Stream m_stream;
  std::string m_peer; ///< its address
  Shared& m_shared;
  beast::flat_buffer m_buffer;
  std::optional<http::request_parser<http::empty_body>> m_parser;
  std::optional<http::request_parser<http::string_body>> m_body_parser; ///< of a request that is no question for a file
  http::response<http::string_body> m_response;
  FileAnswer m_file;
  std::vector<char> m_piece;
  std::chrono::steady_clock::time_point m_body_began;
  std::uint64_t m_held = 0; ///< bytes of the body that are counted in `m_shared`
  bool m_is_unread = false; ///< a body was not read to its end: nothing can follow it
  bool m_keep_alive = false;
};

class AsioServer final : public HttpServer
{
public:
  AsioServer(Answerer answerer, ServerLimits limits)
  {
    m_shared.answerer = std::move(answerer);
    m_shared.limits = limits;
    m_shared.answers = &m_answers;
    const std::uint32_t threads = limits.threads != 0 ? limits.threads : std::min(base::usable_processors(), k_most_threads);
    for (std::uint32_t i = 0; i < threads; ++i) {
      m_ios.push_back(std::make_unique<asio::io_context>(1));
    }
    m_acceptor.emplace(*m_ios[0]);
    m_timer.emplace(*m_ios[0]);
    m_pause.emplace(*m_ios[0]);
    allow_descriptors(limits.connections);
  }

  /// Throws boost::system::system_error when it cannot.
  void open(const tcp::endpoint& place)
  {
    m_acceptor->open(place.protocol());
    m_acceptor->set_option(asio::socket_base::reuse_address(true));
    m_acceptor->bind(place);
    m_acceptor->listen();
    accept();
  }

  [[nodiscard]] std::string address() const override
  {
    const tcp::endpoint place = m_acceptor->local_endpoint();
    return place.address().is_v6() ? fmt::format("[{}]:{}", place.address().to_string(), place.port())
                                   : fmt::format("{}:{}", place.address().to_string(), place.port());
  }

  void serve_files(StaticFiles& files) override { m_shared.files = &files; }
  void guard_by(ReaderGate& gate) override { m_shared.gate = &gate; }
  void note_uses(UsageLog& log) override { m_shared.usage = &log; }
  void speak_tls(TlsCertificate& certificate) override { m_shared.certificate = &certificate; }

  void run(const std::stop_token& stop) override
  {
    look_at(stop);
    std::vector<std::jthread> threads;
    const auto working = asio::make_work_guard(m_answers);
    threads.emplace_back([this] { m_answers.run(); });
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
    for (const auto& io : m_ios) {
      guards.push_back(asio::make_work_guard(*io));
      if (io != m_ios[0]) {
        threads.emplace_back([context = io.get()] { context->run(); });
      }
    }
    m_ios[0]->run();
    m_answers.stop();
  }

private:
  void begin(asio::io_context& io, tcp::socket socket, const std::string& peer)
  {
    const auto start = [&](auto stream) {
      auto connection = std::make_shared<RegistryConnection<decltype(stream)>>(std::move(stream), peer, m_shared);
      asio::post(io, [connection] { connection->start(); });
    };
    if (m_shared.certificate == nullptr) {
      start(PlainStream(std::move(socket)));
    } else {
      asio::ssl::context context = tls_context(*m_shared.certificate); // the stream has a reference of its own to what is in it
      start(TlsStream(PlainStream(std::move(socket)), context));
    }
  }

  void accept()
  {
    asio::io_context& io = *m_ios[m_next++ % m_ios.size()];
    m_acceptor->async_accept(io, [this, &io](const error_code& code, tcp::socket socket) {
      error_code gone;
      const tcp::endpoint peer = code ? tcp::endpoint() : socket.remote_endpoint(gone);
      if (!code && !gone && m_shared.admit(peer.address().to_string())) {
        socket.set_option(tcp::no_delay(true), gone);
        begin(io, std::move(socket), peer.address().to_string());
      }
      if (!code || code == asio::error::connection_aborted) {
        accept();
      } else if (code != asio::error::operation_aborted) {
        // No descriptor is free: trying again at once would take a whole processor until one is.
        m_pause->expires_after(k_look);
        m_pause->async_wait([this](const error_code& stopped) {
          if (!stopped) {
            accept();
          }
        });
      }
    });
  }

  void look_at(const std::stop_token& stop)
  {
    m_timer->expires_after(k_look);
    m_timer->async_wait([this, &stop](const error_code&) {
      if (!stop.stop_requested()) {
        if (m_shared.certificate != nullptr && ++m_looks % (k_certificate_look / k_look) == 0) {
          m_shared.certificate->look();
        }
        look_at(stop);
        return;
      }
      m_acceptor->close();
      m_timer->expires_after(k_last_answers);
      m_timer->async_wait([this](const error_code&) {
        for (const auto& io : m_ios) {
          io->stop();
        }
      });
    });
  }

  Shared m_shared;                                      // before the contexts, whose handlers hold connections
  std::vector<std::unique_ptr<asio::io_context>> m_ios; ///< one a thread
  std::optional<tcp::acceptor> m_acceptor;
  std::optional<asio::steady_timer> m_timer, m_pause;
  asio::io_context m_answers{1}; // goes before the contexts that the connections in its queue are of
  std::size_t m_next = 0;
  std::int64_t m_looks = 0;
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

bool is_dynamic(std::string_view target)
{
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/" || path == "/me" || path.starts_with("/api/") || path.starts_with("/-/");
}

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
