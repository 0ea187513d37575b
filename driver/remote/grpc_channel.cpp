#include "grpc_channel.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace cargo_wasm::remote {
namespace {

/// Servers send blobs in pieces of 4 MiB at most, and lists of blobs up to their own limit for a message, which is that, too, unless an
/// operator raised it.
constexpr std::size_t k_largest_message_bytes = 64U << 20U;
constexpr std::size_t k_frame_head_bytes = 5;

/// `%41` is `A`: how gRPC writes what is no printable ASCII.
std::string unescaped(std::string_view text)
{
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(static_cast<unsigned char>(value));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Conversation
{
  std::optional<Result<base::HttpResponse>> outcome;
};

/// Cuts the body into messages.
class FrameHandler final : public base::HttpHandler
{
public:
  FrameHandler(std::shared_ptr<Conversation> conversation, GrpcChannel::OnMessage on_message)
      : m_conversation(std::move(conversation)), m_on_message(std::move(on_message))
  {
  }

  void on_start() override { m_pending.clear(); }

  Result<> on_data(std::span<const std::byte> chunk) override
  {
    m_pending.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    std::size_t at = 0;
    while (m_pending.size() - at >= k_frame_head_bytes) {
      const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(m_pending[at + i])); };
      const std::size_t size = byte(1) << 24U | byte(2) << 16U | byte(3) << 8U | byte(4);
      if (byte(0) != 0 || size > k_largest_message_bytes) {
        return fail(wrong_answer("with what is no message of gRPC"));
      }
      if (m_pending.size() - at - k_frame_head_bytes < size) {
        break;
      }
      CW_TRY(m_on_message(std::string_view(m_pending).substr(at + k_frame_head_bytes, size)));
      at += k_frame_head_bytes + size;
    }
    m_pending.erase(0, at);
    return {};
  }

  void on_done(Result<base::HttpResponse> outcome) override
  {
    if (outcome && !m_pending.empty()) {
      outcome = fail(wrong_answer("with a message of gRPC that is cut off"));
    }
    m_conversation->outcome = std::move(outcome);
  }

private:
  std::shared_ptr<Conversation> m_conversation;
  GrpcChannel::OnMessage m_on_message;
  std::string m_pending;
};

} // namespace

void append_frame(std::string& body, std::string_view message)
{
  const std::size_t size = message.size();
  body += '\0';
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    body += static_cast<char>(static_cast<unsigned char>(size >> shift));
  }
  body += message;
}

Error error_of(const GrpcStatus& status, std::string_view method)
{
  const bool sends =
      method.ends_with("/BatchUpdateBlobs") || method.ends_with("/UpdateActionResult") || method.ends_with("ByteStream/Write");
  const bool is_forbidden = status.code == GrpcCode::unauthenticated || status.code == GrpcCode::permission_denied;
  const std::string said = fmt::format("status {} of gRPC to `{}`", static_cast<unsigned>(status.code), method);
  if (status.code == GrpcCode::resource_exhausted) {
    Error error("CW1271", "it has no room for what was sent", Blame::network);
    error.notes.push_back(fmt::format("it answers with {}", said));
    if (!status.message.empty()) {
      error.notes.push_back(fmt::format("it says: {}", status.message));
    }
    return error;
  }
  Error error = wrong_answer("with " + said);
  if (!status.message.empty()) {
    error.notes.push_back(fmt::format("it says: {}", status.message));
  }
  if (is_forbidden && sends) { // whoever may not write may well read
    error.id = "CW1248";
  }
  if (is_forbidden) {
    error.helps.emplace_back("`token-env` of its table in the configuration names the variable that holds a token");
  }
  return error;
}

GrpcChannel::GrpcChannel(base::HttpClientFactory& factory, const ServiceOptions& options, std::string address)
    : m_exchange(factory, options), m_address(std::move(address))
{
}

Result<GrpcStatus> GrpcChannel::call(Request request, const OnMessage& on_message)
{
  base::HttpRequest post = m_exchange.request("POST", fmt::format("{}/{}", m_address, request.method), request.bytes);
  post.limit = request.limit ? request.limit : post.limit;
  post.headers.emplace_back("Content-Type: application/grpc");
  post.headers.emplace_back("TE: trailers");
  post.headers.push_back(fmt::format("grpc-timeout: {}m", post.limit->count()));
  post.body = std::move(request.body);
  post.max_redirects = 0;
  if (request.is_stream) {
    post.retries = 0;
  }
  const auto conversation = std::make_shared<Conversation>();
  std::vector<Call> calls;
  calls.push_back({std::move(post), std::make_unique<FrameHandler>(conversation, on_message)});
  CW_TRY(m_exchange.run(std::move(calls)));
  CW_TRY_ASSIGN(const base::HttpResponse response, *conversation->outcome);
  const auto code = response.header("grpc-status");
  if (response.status != 200 || !code) {
    return fail(wrong_answer(fmt::format("with status {}, and not by gRPC", response.status)));
  }
  unsigned number = 2; // UNKNOWN
  std::from_chars(code->data(), code->data() + code->size(), number);
  return GrpcStatus{static_cast<GrpcCode>(number & 0xffU), unescaped(response.header("grpc-message").value_or(""))};
}

} // namespace cargo_wasm::remote
