// Answers requests from a table; nothing leaves the process.
#pragma once
#include <deque>
#include <map>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/http.hpp>

namespace cargo_wasm::test {

struct FakeResponse
{
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
};

/// Both the factory (what Env wants) and the table every client it makes answers from. It must outlive them.
class FakeHttp final : public base::HttpClientFactory
{
public:
  using Handler = std::function<Result<FakeResponse>(const base::HttpRequest&)>;

  FakeHttp& serve(std::string url, std::string body, int status = 200);
  FakeHttp& on(std::string url, Handler handler);
  FakeHttp& fail_with(std::string url, Error error);

  /// A URL nobody serves answers 404.
  [[nodiscard]] Result<FakeResponse> answer(const base::HttpRequest& request);
  [[nodiscard]] Result<std::unique_ptr<base::HttpClient>> make(const base::HttpOptions& options) override;

  std::vector<base::HttpRequest> requests; ///< in the order they were sent
  std::vector<base::HttpOptions> options;  ///< of every client that was made

private:
  std::map<std::string, Handler> m_handlers;
};

} // namespace cargo_wasm::test
