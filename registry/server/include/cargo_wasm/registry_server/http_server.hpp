// HTTP/1.1 for a registry. Connections are events on a few threads, each with deadlines and limits, so that slow peers cost a socket and a
// few kilobytes and nothing else. What is not a file is answered by one thread of its own: a publication that waits for the disk holds up
// other publications, not readers.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/registry_server/api.hpp>
#include <cargo_wasm/registry_server/reader_gate.hpp>
#include <cargo_wasm/registry_server/static_files.hpp>
#include <cargo_wasm/registry_server/tls_certificate.hpp>

namespace cargo_wasm::registry_server {

struct ServerLimits
{
  std::uint32_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = k_max_publication_bytes;
  std::chrono::seconds handshake_time{10}; ///< of TLS, from the first byte that is waited for
  std::chrono::seconds header_time{30};    ///< from the first wait for a request to the end of its header
  std::chrono::seconds body_time{300};
  std::uint64_t least_bytes_per_s = 1024;                    ///< who takes an answer slower than that is left
  std::uint64_t small_body_bytes = 64 * 1024;                ///< of a request of the API that brings no archive
  std::uint64_t least_body_bytes_per_s = 16 * 1024;          ///< who sends a body slower than that is left
  std::uint64_t held_body_bytes = std::uint64_t{160} << 20U; ///< of all requests that are being read or answered
  std::uint64_t held_body_bytes_per_peer = std::uint64_t{80} << 20U;
  std::uint32_t connections = 16384;
  std::uint32_t connections_per_peer = 4096;
  std::uint32_t threads = 0; ///< 0: as many as there are processors, 4 at most
};

/// Whether a request is answered by a program, not by a file: `/`, `/me`, `/api/…` and `/-/…`, which are no paths of files.
[[nodiscard]] bool is_dynamic(std::string_view target);

class UsageLog;

class HttpServer
{
public:
  /// Called by one thread at a time.
  using Answerer = std::function<HttpAnswer(const HttpQuestion&)>;

  /// Listens on "ADDRESS:PORT" ("127.0.0.1:0": a free port). Errors: CW1204 the address cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(const std::string& address, Answerer answerer, ServerLimits limits = {});
  virtual ~HttpServer() = default;

  [[nodiscard]] virtual std::string address() const = 0; ///< "127.0.0.1:8080"
  /// What is not dynamic is answered by these files, which outlive the server. Without them, the answerer has everything.
  virtual void serve_files(StaticFiles& files) = 0;
  /// Asked before everything else, by several threads. It outlives the server. Without it, everybody is let in.
  virtual void guard_by(ReaderGate& gate) = 0;
  /// What is served and changed is noted there, from now on; it outlives the server.
  virtual void note_uses(UsageLog& log) = 0;
  /// From now on TLS alone is spoken, with this certificate, which outlives the server and is looked at again every few seconds.
  virtual void speak_tls(TlsCertificate& certificate) = 0;
  /// Answers until `stop` is requested, which is looked at ten times a second; then lets answers that are being sent go out, for a second.
  virtual void run(const std::stop_token& stop) = 0;
};

} // namespace cargo_wasm::registry_server
