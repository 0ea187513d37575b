// What the connections of a server share: its parts, who is connected, and how much memory the bodies of their requests have.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <cargo_wasm/registry_server/http_server.hpp>
#include <cargo_wasm/registry_server/usage_log.hpp>

#include "refusal.hpp"

namespace cargo_wasm::registry_server {

inline constexpr std::chrono::seconds k_least_send_time{10};

// The long ones bring archives and components; the rest are a few names.
inline std::uint64_t longest_body(std::string_view target, const ServerLimits& limits)
{
  const std::string_view path = target.substr(0, target.find('?'));
  const bool brings_much = !path.starts_with("/api/") || path == k_api_publish || path == k_api_set || path.starts_with(k_api_components);
  return brings_much ? limits.body_bytes : std::min(limits.body_bytes, limits.small_body_bytes);
}

inline HttpAnswer too_long()
{
  return {.status = 413, .type = "text/plain", .body = "the body is too long\n", .etag = {}, .cache_control = {}};
}

inline HttpAnswer too_many_bodies()
{
  HttpAnswer answer = error_answer(503, "too much is being sent to this registry at once; nothing of this was kept: send it again later");
  answer.headers.emplace_back("Retry-After", "10");
  return answer;
}

struct Connections
{
  HttpServer::Answerer answerer;
  ServerLimits limits;
  StaticFiles* files = nullptr;
  ReaderGate* gate = nullptr;
  UsageLog* usage = nullptr;
  TlsCertificate* certificate = nullptr;

  std::mutex mutex; ///< of what follows
  struct Peer
  {
    std::uint32_t connections = 0;
    std::uint64_t body_bytes = 0;
  };
  std::uint32_t connections = 0;
  std::uint64_t body_bytes = 0;      ///< that connections hold in memory
  std::map<std::string, Peer> peers; ///< by their addresses

  bool admit(const std::string& peer)
  {
    const std::lock_guard guard(mutex);
    if (connections >= limits.connections || peers[peer].connections >= limits.connections_per_peer) {
      return false;
    }
    ++connections;
    ++peers[peer].connections;
    return true;
  }

  void leave(const std::string& peer)
  {
    const std::lock_guard guard(mutex);
    --connections;
    if (const auto found = peers.find(peer); --found->second.connections == 0) {
      peers.erase(found);
    }
  }

  // Room for more bytes of a body; the peer has a connection.
  bool hold(const std::string& peer, std::uint64_t bytes)
  {
    const std::lock_guard guard(mutex);
    std::uint64_t& here = peers[peer].body_bytes;
    if (body_bytes + bytes > limits.held_body_bytes || here + bytes > limits.held_body_bytes_per_peer) {
      return false;
    }
    body_bytes += bytes;
    here += bytes;
    return true;
  }

  void let_go(const std::string& peer, std::uint64_t bytes)
  {
    const std::lock_guard guard(mutex);
    body_bytes -= bytes;
    peers[peer].body_bytes -= bytes;
  }

  // How long a peer may take for so many bytes.
  [[nodiscard]] std::chrono::seconds send_time(std::uint64_t bytes) const
  {
    return k_least_send_time + std::chrono::seconds(bytes / limits.least_bytes_per_s);
  }
};

} // namespace cargo_wasm::registry_server
