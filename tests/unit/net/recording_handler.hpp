// Keeps all events of a transfer where the test can look at them afterwards.
#pragma once
#include <cargo_wasm/base/http.hpp>

#include <fmt/format.h>

namespace cargo_wasm::test {

struct Recording
{
  int starts = 0;
  std::string body;
  std::vector<std::string> retries; ///< "MESSAGE; PAUSE ms; LEFT left"
  std::optional<Result<base::HttpResponse>> outcome;
  std::optional<Error> refuse_data_with;
  std::function<void()> when_done, when_retried;
  bool wanted = true;
};

class RecordingHandler final : public base::HttpHandler
{
public:
  explicit RecordingHandler(Recording& recording) : m_recording(&recording) {}
  [[nodiscard]] bool is_wanted() const override { return m_recording->wanted; }
  void on_start() override
  {
    ++m_recording->starts;
    m_recording->body.clear();
  }
  void on_retry(const Error& why, std::chrono::milliseconds pause, std::uint32_t left) override
  {
    m_recording->retries.push_back(fmt::format("{}; {} ms; {} left", why.message, pause.count(), left));
    if (m_recording->when_retried) {
      m_recording->when_retried();
    }
  }
  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_recording->body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return m_recording->refuse_data_with ? Result<>(fail(*m_recording->refuse_data_with)) : Result<>();
  }
  void on_done(Result<base::HttpResponse> outcome) override
  {
    m_recording->outcome = std::move(outcome);
    if (m_recording->when_done) {
      m_recording->when_done();
    }
  }

private:
  Recording* m_recording;
};

inline void drive(base::HttpClient& client)
{
  while (true) {
    const auto more = client.poll(std::chrono::milliseconds(100));
    if (!more.has_value() || !*more) {
      return;
    }
  }
}

} // namespace cargo_wasm::test
