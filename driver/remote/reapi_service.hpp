// The Remote Execution API v2 over gRPC: ContentAddressableStorage, ByteStream, ActionCache and Capabilities.
#pragma once
#include "exchange.hpp"

namespace cargo_wasm::remote {

/// Of `grpc(s)://HOST:PORT[/INSTANCE]`.
[[nodiscard]] std::unique_ptr<CacheService> make_reapi_service(base::HttpClientFactory& factory, const ServiceOptions& options);

} // namespace cargo_wasm::remote
