// A cache on another machine, as the protocols have it: results by the digest of their action, blobs by their own. What comes is hashed
// while it arrives; whether a result is to be believed is not decided here (entry.hpp), nor what a failure means (remotes.hpp).
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::remote {

using base::Digest;

/// Bytes to send: in memory or in a file, which must stay as it is until they are sent.
struct Blob
{
  Digest digest;
  std::variant<std::string, Path> content;
};

/// A blob to be fetched into a file, which is made or replaced. It is complete only when the call says that the blob was there.
struct WantedBlob
{
  Digest digest;
  Path file;
};

/// Larger ones are neither sent nor asked for: a request is held in memory.
inline constexpr std::uint64_t k_largest_blob_bytes = 512ULL << 20U;
/// Of an encoded ActionResult.
inline constexpr std::uint64_t k_largest_result_bytes = 8ULL << 20U;

/// One connection to a server: for one thread at a time, kept for the next call.
///
/// Errors of all calls: those of base::HttpClient (CW0030 to CW0038: not reached, too slow, broken off); CW1266 it answers against the
/// protocol, or refuses; CW1248 it refuses what was sent; CW1267 other bytes than the digest's (blame integrity); CW1271 it has no room;
/// CW1273 a file here cannot be written or read (blame environment); CW1277 the stop token fired.
class CacheService
{
public:
  virtual ~CacheService() = default;

  /// The encoded ActionResult, as the server has it; nullopt when it has none. Cost: one round trip.
  [[nodiscard]] virtual Result<std::optional<std::string>> get_action_result(const Digest& action) = 0;
  [[nodiscard]] virtual Result<> put_action_result(const Digest& action, std::string_view encoded) = 0;
  /// Which of them it does not have.
  [[nodiscard]] virtual Result<std::vector<Digest>> find_missing(std::span<const Digest> digests) = 0;
  /// Fetches blobs into files; the digests of those that were not there. Bytes are hashed as they arrive.
  [[nodiscard]] virtual Result<std::vector<Digest>> download(std::span<const WantedBlob> blobs) = 0;
  /// A blob in memory, of at most `k_largest_result_bytes`; nullopt when it is not there.
  [[nodiscard]] virtual Result<std::optional<std::string>> read(const Digest& digest) = 0;
  [[nodiscard]] virtual Result<> upload(std::span<const Blob> blobs) = 0;
};

struct ServiceOptions
{
  std::string url;                           ///< http(s)://…, or grpc(s)://HOST:PORT[/INSTANCE]
  std::string token = {};                    ///< empty: none
  std::chrono::milliseconds timeout{10'000}; ///< of a call, to which the size of what is moved adds (1 s a MiB)
  base::HttpOptions http = {};               ///< proxy, certificates; time-outs and retries are set here
  std::stop_token stop = {};                 ///< fires: the call under way ends with CW1277
};

/// By the scheme of the address. Nothing is sent yet. The factory must outlive it. Errors: CW1263 another scheme.
[[nodiscard]] Result<std::unique_ptr<CacheService>> make_service(base::HttpClientFactory& factory, const ServiceOptions& options);

/// How long something of this size may take.
[[nodiscard]] std::chrono::milliseconds time_for(std::chrono::milliseconds timeout, std::uint64_t bytes);

} // namespace cargo_wasm::remote
