#include <cargo_wasm/base/http.hpp>

#include <fmt/format.h>

namespace cargo_wasm::base {
namespace {

struct Body
{
  std::string bytes;
  std::optional<Result<HttpResponse>> outcome;
};

/// Shares the body with the caller, who outlives the transfer.
class CollectingHandler final : public HttpHandler
{
public:
  explicit CollectingHandler(std::shared_ptr<Body> body) : m_body(std::move(body)) {}
  void on_start() override { m_body->bytes.clear(); }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_body->bytes.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }
  void on_done(Result<HttpResponse> outcome) override { m_body->outcome = std::move(outcome); }

private:
  std::shared_ptr<Body> m_body;
};

} // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view lower_case_name) const
{
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) {
      return value;
    }
  }
  return std::nullopt;
}

Result<std::optional<std::string>> http_get(HttpClient& client, HttpRequest request)
{
  const std::string url = request.url;
  const auto body = std::make_shared<Body>();
  client.enqueue(std::move(request), std::make_unique<CollectingHandler>(body));
  while (!body->outcome.has_value()) {
    CW_TRY_ASSIGN(const bool more, client.poll(std::chrono::milliseconds(500)));
    if (!more && !body->outcome.has_value()) {
      return fail(Error("CW0032", fmt::format("the transfer of `{}` ended without an answer", url), Blame::network));
    }
  }
  CW_TRY_ASSIGN(const HttpResponse response, std::move(*body->outcome));
  if (response.status == 404 || response.status == 410 || response.status == 451) {
    return std::nullopt;
  }
  if (response.status < 200 || response.status >= 300) {
    return fail(Error("CW0036", fmt::format("`{}` answered with status {}", url, response.status), Blame::network));
  }
  return std::move(body->bytes);
}

} // namespace cargo_wasm::base
