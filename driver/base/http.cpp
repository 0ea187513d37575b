#include <cargo_wasm/base/http_answer.hpp>

#include <fmt/format.h>

namespace cargo_wasm::base {
namespace {

class CollectingHandler final : public HttpHandler
{
public:
  explicit CollectingHandler(std::shared_ptr<HttpAnswer> answer) : m_answer(std::move(answer)) {}
  void on_start() override { m_answer->body.clear(); }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_answer->body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }
  void on_done(Result<HttpResponse> outcome) override { m_answer->outcome = std::move(outcome); }

private:
  std::shared_ptr<HttpAnswer> m_answer;
};

} // namespace

std::unique_ptr<HttpHandler> collect_into(std::shared_ptr<HttpAnswer> answer)
{
  return std::make_unique<CollectingHandler>(std::move(answer));
}

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
  const auto answer = std::make_shared<HttpAnswer>();
  client.enqueue(std::move(request), collect_into(answer));
  while (!answer->outcome.has_value()) {
    CW_TRY_ASSIGN(const bool more, client.poll(std::chrono::milliseconds(500)));
    if (!more && !answer->outcome.has_value()) {
      return fail(Error("CW0032", fmt::format("the transfer of `{}` ended without an answer", url), Blame::network));
    }
  }
  CW_TRY_ASSIGN(const HttpResponse response, std::move(*answer->outcome));
  if (response.status == 404 || response.status == 410 || response.status == 451) {
    return std::nullopt;
  }
  if (response.status < 200 || response.status >= 300) {
    return fail(Error("CW0036", fmt::format("`{}` answered with status {}", url, response.status), Blame::network));
  }
  return std::move(answer->body);
}

} // namespace cargo_wasm::base
