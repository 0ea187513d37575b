// gRPC calls over libcurl's HTTP/2 (docs/adr/0025-grpc-over-libcurl.md): a POST whose body is messages, each behind a byte for compression
// (never) and four of length; the answer is framed in the same way, and its status comes in the trailers.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "exchange.hpp"

namespace cargo_wasm::remote {

/// The codes that have a meaning here (grpc/statuscodes).
enum class GrpcCode : std::uint8_t {
  ok = 0,
  invalid_argument = 3,
  not_found = 5,
  permission_denied = 7,
  resource_exhausted = 8,
  unimplemented = 12,
  unavailable = 14,
  unauthenticated = 16
};

struct GrpcStatus
{
  GrpcCode code = GrpcCode::ok;
  std::string message;
};

class GrpcChannel
{
public:
  /// `address` is `grpc://HOST:PORT` or `grpcs://HOST:PORT`.
  GrpcChannel(base::HttpClientFactory& factory, const ServiceOptions& options, std::string address);

  struct Request
  {
    std::string_view method;                             ///< "package.Service/Method"
    std::string body;                                    ///< one message or several, framed
    std::uint64_t bytes = 0;                             ///< that are moved, for the patience
    bool is_stream = false;                              ///< is not sent again by itself
    std::optional<std::chrono::milliseconds> limit = {}; ///< absent: that of the options, with the time for the bytes
  };
  using OnMessage = std::function<Result<>(std::string_view message)>;
  /// The status that the server gave, whatever it is. Errors: of the transfer; of `on_message`; CW1266 what answers speaks no gRPC.
  [[nodiscard]] Result<GrpcStatus> call(Request request, const OnMessage& on_message);

private:
  Exchange m_exchange;
  std::string m_address;
};

/// Appends a message with its frame.
void append_frame(std::string& body, std::string_view message);
/// What a status other than `ok` means: CW1271 no room; CW1248 one who may not write has sent something; CW1266 otherwise.
[[nodiscard]] Error error_of(const GrpcStatus& status, std::string_view method);

} // namespace cargo_wasm::remote
