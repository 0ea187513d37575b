// Plain HTTP: `GET`, `HEAD` and `PUT` of `URL/ac/HASH` and `URL/cas/HASH`.
#pragma once
#include "exchange.hpp"

namespace cargo_wasm::remote {

[[nodiscard]] std::unique_ptr<CacheService> make_http_service(base::HttpClientFactory& factory, const ServiceOptions& options);

} // namespace cargo_wasm::remote
