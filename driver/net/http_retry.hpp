// Which troubles pass, and how long to wait for that. The rules are cargo's (util/network/retry.rs), so that a registry sees
// the same behaviour from both.
//
//   retried          curl: resolve, connect, TLS connect, time-out, send, receive, HTTP/2, empty or partial reply
//                    HTTP: 429 and 5xx
//   pause before     1st retry: 0.5 s + up to 1 s at random; then 3.5 s, 6.5 s, 9.5 s …, never above 10 s
//   Retry-After      of a 429 or 503 replaces the pause, seconds or a date, never above 10 s
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::net {

/// `code` is a CURLcode.
[[nodiscard]] bool is_passing_trouble(int code);
[[nodiscard]] bool is_passing_status(int status);

/// Before retry number `retry` (from 1). `jitter` in [0, 1).
[[nodiscard]] std::chrono::milliseconds pause_before(std::uint32_t retry, double jitter);

/// What the server asks for, limited; nullopt when it asks for nothing that can be understood.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const base::HttpResponse& response,
                                                                   std::chrono::system_clock::time_point now);

} // namespace cargo_wasm::net
