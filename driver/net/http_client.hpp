// The libcurl client behind base/http.hpp.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::net {

/// Time and chance, which tests replace.
struct HttpHooks
{
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<std::chrono::system_clock::time_point()> wall_now;
  /// Called when nothing but pauses is left to wait for.
  std::function<void(std::chrono::milliseconds)> sleep;
  std::function<double()> jitter; ///< [0, 1)
};

[[nodiscard]] HttpHooks real_hooks();

/// Errors: CW0037 when the certificate file of the options cannot be read.
[[nodiscard]] Result<std::unique_ptr<base::HttpClient>> make_curl_client(const base::HttpOptions& options, HttpHooks hooks = real_hooks());

/// "libcurl/7.88.1 OpenSSL/3.0.22 …"
[[nodiscard]] std::string curl_versions();

} // namespace cargo_wasm::net
