#include <support/fake_http.hpp>

namespace cargo_wasm::test {
namespace {

class FakeHttpClient final : public base::HttpClient
{
public:
  explicit FakeHttpClient(FakeHttp& http) : m_http(&http) {}

  void enqueue(base::HttpRequest request, std::unique_ptr<base::HttpHandler> handler) override
  {
    m_queue.emplace_back(std::move(request), std::move(handler));
  }

  Result<bool> poll(std::chrono::milliseconds) override
  {
    if (m_queue.empty()) {
      return false;
    }
    auto [request, handler] = std::move(m_queue.front());
    m_queue.pop_front();
    handler->on_done(transfer(request, *handler));
    return !m_queue.empty();
  }

  base::HttpProgress progress() const override { return {0, m_queue.size(), m_received_bytes}; }

private:
  Result<base::HttpResponse> transfer(const base::HttpRequest& request, base::HttpHandler& handler)
  {
    CW_TRY_ASSIGN(const FakeResponse response, m_http->answer(request));
    handler.on_start();
    // In two pieces, so that nobody comes to rely on bodies that arrive whole.
    const std::span<const std::byte> body(reinterpret_cast<const std::byte*>(response.body.data()), response.body.size());
    const std::size_t half = body.size() / 2;
    for (const auto piece : {body.first(half), body.subspan(half)}) {
      if (!piece.empty()) {
        CW_TRY(handler.on_data(piece));
        m_received_bytes += piece.size();
      }
    }
    return base::HttpResponse{response.status, response.headers, request.url};
  }

  FakeHttp* m_http;
  std::deque<std::pair<base::HttpRequest, std::unique_ptr<base::HttpHandler>>> m_queue;
  std::uint64_t m_received_bytes = 0;
};

} // namespace

FakeHttp& FakeHttp::serve(std::string url, std::string body, int status)
{
  return on(std::move(url),
            [body = std::move(body), status](const base::HttpRequest&) { return Result<FakeResponse>(FakeResponse{status, body, {}}); });
}

FakeHttp& FakeHttp::on(std::string url, Handler handler)
{
  m_handlers.insert_or_assign(std::move(url), std::move(handler));
  return *this;
}

FakeHttp& FakeHttp::fail_with(std::string url, Error error)
{
  return on(std::move(url), [error = std::move(error)](const base::HttpRequest&) { return Result<FakeResponse>(fail(error)); });
}

Result<FakeResponse> FakeHttp::answer(const base::HttpRequest& request)
{
  requests.push_back(request);
  const auto handler = m_handlers.find(request.url);
  return handler == m_handlers.end() ? Result<FakeResponse>(FakeResponse{404, "not found", {}}) : handler->second(request);
}

Result<std::unique_ptr<base::HttpClient>> FakeHttp::make(const base::HttpOptions& wanted)
{
  options.push_back(wanted);
  return std::make_unique<FakeHttpClient>(*this);
}

} // namespace cargo_wasm::test
