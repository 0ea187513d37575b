// Requests led to their end by one client, which is made when it is first needed.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/http.hpp>

#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// A request and who takes its answer.
struct Call
{
  base::HttpRequest request;
  std::unique_ptr<base::HttpHandler> handler;
};

class Exchange
{
public:
  Exchange(base::HttpClientFactory& factory, const ServiceOptions& options);

  /// All of them at the same time, to the end; what became of each its handler has. Errors: CW0012, CW0037 no client; CW1277 stopped.
  [[nodiscard]] Result<> run(std::vector<Call> calls);
  /// With the token, the patience for a body of this size, and one retry.
  [[nodiscard]] base::HttpRequest request(std::string method, std::string url, std::uint64_t bytes) const;

private:
  base::HttpClientFactory& m_factory;
  base::HttpOptions m_http;
  std::string m_token;
  std::chrono::milliseconds m_timeout;
  std::stop_token m_stop;
  std::unique_ptr<base::HttpClient> m_client;
};

/// An answer that is none of the protocol, or a refusal. `what` follows "it answers".
[[nodiscard]] Error wrong_answer(std::string what);

} // namespace cargo_wasm::remote
