#include "http_service.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/http_answer.hpp>

#include "blob_file.hpp"

namespace cargo_wasm::remote {
namespace {

constexpr std::size_t k_requests_at_once = 64;
/// Of bodies that wait to be sent at the same time.
constexpr std::uint64_t k_bytes_at_once = 32ULL << 20U;
/// Beyond a blob's size: the page of an error may be longer than the blob.
constexpr std::uint64_t k_page_bytes = 64U << 10U;

bool is_absent(int status)
{
  return status == 404 || status == 410;
}

Error refusal_of(int status)
{
  if (status == 413 || status == 507) {
    return Error("CW1271", "it has no room for what was sent", Blame::network).note(fmt::format("it answers with status {}", status));
  }
  Error error = wrong_answer(fmt::format("with status {}", status));
  if (status == 401 || status == 403) {
    error.helps.emplace_back("`token-env` of its table in the configuration names the variable that holds a token");
  }
  return error;
}

/// Of a PUT: whoever may not write may well read.
Error refused_upload(int status)
{
  Error error = refusal_of(status);
  if (status >= 400 && status < 500 && error.id == "CW1266") {
    error.id = "CW1248";
  }
  return error;
}

struct Reception
{
  BlobReceiver receiver;
  std::optional<Result<bool>> outcome; ///< whether it was there

  template <class... Arguments> explicit Reception(Arguments&&... arguments) : receiver(std::forward<Arguments>(arguments)...) {}
};

/// The body of a blob. What a server says beside an error is no blob, so the bytes are kept only until the status is known.
class BlobHandler final : public base::HttpHandler
{
public:
  explicit BlobHandler(std::shared_ptr<Reception> reception) : m_reception(std::move(reception)) {}

  void on_start() override { m_began = m_reception->receiver.begin(); }

  Result<> on_data(std::span<const std::byte> chunk) override
  {
    CW_TRY(m_began);
    Result<> taken = m_reception->receiver.write(chunk);
    if (!taken && taken.error().blame == Blame::integrity) {
      // It may be the page of an error: on_done knows.
      m_too_long = std::move(taken.error());
      return {};
    }
    return taken;
  }

  void on_done(Result<base::HttpResponse> outcome) override { m_reception->outcome = conclude(std::move(outcome)); }

private:
  Result<bool> conclude(Result<base::HttpResponse> outcome)
  {
    CW_TRY(m_began);
    CW_TRY_ASSIGN(const base::HttpResponse response, std::move(outcome));
    if (is_absent(response.status)) {
      return false;
    }
    if (response.status != 200) {
      return fail(refusal_of(response.status));
    }
    if (m_too_long) {
      return fail(*m_too_long);
    }
    CW_TRY(m_reception->receiver.finish());
    return true;
  }

  std::shared_ptr<Reception> m_reception;
  Result<> m_began;
  std::optional<Error> m_too_long;
};

class HttpService final : public CacheService
{
public:
  HttpService(base::HttpClientFactory& factory, const ServiceOptions& options) : m_exchange(factory, options), m_url(options.url)
  {
    while (m_url.ends_with('/')) {
      m_url.pop_back();
    }
  }

  Result<std::optional<std::string>> get_action_result(const Digest& action) override
  {
    base::HttpRequest request = m_exchange.request("GET", url("ac", action), 0);
    request.max_body_bytes = k_largest_result_bytes;
    CW_TRY_ASSIGN(const auto answers, exchange(std::move(request)));
    const base::HttpAnswer& answer = *answers.front();
    CW_TRY(*answer.outcome);
    if (is_absent((*answer.outcome)->status)) {
      return std::nullopt;
    }
    if ((*answer.outcome)->status != 200) {
      return fail(refusal_of((*answer.outcome)->status));
    }
    return answer.body;
  }

  Result<> put_action_result(const Digest& action, std::string_view encoded) override
  {
    return put(url("ac", action), std::string(encoded));
  }

  Result<std::vector<Digest>> find_missing(std::span<const Digest> digests) override
  {
    std::vector<Digest> missing;
    while (!digests.empty()) {
      const auto some = digests.first(std::min(digests.size(), k_requests_at_once));
      std::vector<base::HttpRequest> requests;
      for (const Digest& digest : some) {
        requests.push_back(m_exchange.request("HEAD", url("cas", digest), 0));
      }
      CW_TRY_ASSIGN(const auto answers, exchange(std::move(requests)));
      for (std::size_t i = 0; i < some.size(); ++i) {
        CW_TRY(*answers[i]->outcome);
        const int status = (*answers[i]->outcome)->status;
        if (is_absent(status)) {
          missing.push_back(some[i]);
        } else if (status != 200 && status != 204) {
          return fail(refusal_of(status));
        }
      }
      digests = digests.subspan(some.size());
    }
    return missing;
  }

  Result<std::vector<Digest>> download(std::span<const WantedBlob> blobs) override
  {
    std::vector<Digest> absent;
    while (!blobs.empty()) {
      const auto some = blobs.first(std::min(blobs.size(), k_requests_at_once));
      std::vector<std::shared_ptr<Reception>> receptions;
      for (const WantedBlob& blob : some) {
        receptions.push_back(std::make_shared<Reception>(blob.digest, blob.file));
      }
      CW_TRY(receive(receptions));
      for (std::size_t i = 0; i < some.size(); ++i) {
        CW_TRY_ASSIGN(const bool was_there, *receptions[i]->outcome);
        if (!was_there) {
          absent.push_back(some[i].digest);
        }
      }
      blobs = blobs.subspan(some.size());
    }
    return absent;
  }

  Result<std::optional<std::string>> read(const Digest& digest) override
  {
    if (digest.size_bytes > k_largest_result_bytes) {
      return fail(wrong_answer(fmt::format("with a result of {} bytes", digest.size_bytes)));
    }
    const auto reception = std::make_shared<Reception>(digest);
    CW_TRY(receive({reception}));
    CW_TRY_ASSIGN(const bool was_there, *reception->outcome);
    return was_there ? std::optional(std::move(reception->receiver).take()) : std::nullopt;
  }

  Result<> upload(std::span<const Blob> blobs) override
  {
    std::vector<base::HttpRequest> requests;
    std::uint64_t bytes = 0;
    for (const Blob& blob : blobs) {
      CW_TRY_ASSIGN(std::string content, load(blob));
      bytes += blob.digest.size_bytes;
      requests.push_back(put_request(url("cas", blob.digest), std::move(content), std::max(bytes, k_bytes_at_once)));
      if (bytes >= k_bytes_at_once || requests.size() >= k_requests_at_once) {
        CW_TRY(send(std::exchange(requests, {})));
        bytes = 0;
      }
    }
    return send(std::move(requests));
  }

private:
  using Answers = std::vector<std::shared_ptr<base::HttpAnswer>>;

  [[nodiscard]] std::string url(std::string_view where, const Digest& digest) const
  {
    return fmt::format("{}/{}/{}", m_url, where, base::to_hex(digest.hash));
  }

  Result<Answers> exchange(std::vector<base::HttpRequest> requests)
  {
    Answers answers;
    std::vector<Call> calls;
    for (base::HttpRequest& request : requests) {
      answers.push_back(std::make_shared<base::HttpAnswer>());
      calls.push_back({std::move(request), base::collect_into(answers.back())});
    }
    CW_TRY(m_exchange.run(std::move(calls)));
    return answers;
  }

  Result<Answers> exchange(base::HttpRequest request)
  {
    std::vector<base::HttpRequest> one;
    one.push_back(std::move(request));
    return exchange(std::move(one));
  }

  Result<> receive(const std::vector<std::shared_ptr<Reception>>& receptions)
  {
    std::vector<Call> calls;
    std::uint64_t bytes = 0;
    for (const auto& reception : receptions) {
      bytes += reception->receiver.wanted().size_bytes;
    }
    for (const auto& reception : receptions) {
      const Digest& wanted = reception->receiver.wanted();
      if (wanted.size_bytes == 0) { // there, always
        CW_TRY(reception->receiver.begin());
        CW_TRY(reception->receiver.finish());
        reception->outcome = true;
      } else {
        base::HttpRequest request = m_exchange.request("GET", url("cas", wanted), bytes);
        request.max_body_bytes = wanted.size_bytes + k_page_bytes;
        calls.push_back({std::move(request), std::make_unique<BlobHandler>(reception)});
      }
    }
    return calls.empty() ? Result<>() : m_exchange.run(std::move(calls));
  }

  [[nodiscard]] base::HttpRequest put_request(std::string url, std::string body, std::uint64_t bytes_at_once) const
  {
    base::HttpRequest request = m_exchange.request("PUT", std::move(url), bytes_at_once);
    request.body = std::move(body);
    request.max_body_bytes = k_largest_result_bytes;
    request.headers.emplace_back("Content-Type: application/octet-stream");
    return request;
  }

  Result<> put(std::string url, std::string body)
  {
    std::vector<base::HttpRequest> requests;
    requests.push_back(put_request(std::move(url), std::move(body), 0));
    return send(std::move(requests));
  }

  Result<> send(std::vector<base::HttpRequest> requests)
  {
    if (requests.empty()) {
      return {};
    }
    CW_TRY_ASSIGN(const Answers answers, exchange(std::move(requests)));
    for (const auto& answer : answers) {
      CW_TRY(*answer->outcome);
      const int status = (*answer->outcome)->status;
      if (status < 200 || status > 204) {
        return fail(refused_upload(status));
      }
    }
    return {};
  }

  Exchange m_exchange;
  std::string m_url;
};

} // namespace

std::unique_ptr<CacheService> make_http_service(base::HttpClientFactory& factory, const ServiceOptions& options)
{
  return std::make_unique<HttpService>(factory, options);
}

} // namespace cargo_wasm::remote
