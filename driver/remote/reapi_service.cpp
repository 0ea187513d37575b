// Small blobs go many to a message (BatchReadBlobs, BatchUpdateBlobs), as far as the server's limit allows; larger ones by ByteStream,
// which goes on where a broken transfer ended. What a server can is asked once a connection.
#include "reapi_service.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/action/protobuf.hpp>
#include <cargo_wasm/base/text.hpp>

#include "blob_file.hpp"
#include "grpc_channel.hpp"
#include "reapi_messages.hpp"

namespace cargo_wasm::remote {
namespace {

using action::ProtobufReader;
using action::ProtobufWriter;

constexpr std::string_view k_find_missing = "build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs";
constexpr std::string_view k_batch_read = "build.bazel.remote.execution.v2.ContentAddressableStorage/BatchReadBlobs";
constexpr std::string_view k_batch_update = "build.bazel.remote.execution.v2.ContentAddressableStorage/BatchUpdateBlobs";
constexpr std::string_view k_get_result = "build.bazel.remote.execution.v2.ActionCache/GetActionResult";
constexpr std::string_view k_update_result = "build.bazel.remote.execution.v2.ActionCache/UpdateActionResult";
constexpr std::string_view k_read = "google.bytestream.ByteStream/Read";
constexpr std::string_view k_write = "google.bytestream.ByteStream/Write";
constexpr std::string_view k_write_status = "google.bytestream.ByteStream/QueryWriteStatus";

/// A message may be 4 MiB at gRPC's default; what else is in it stays below an eighth of that.
constexpr std::uint64_t k_batch_bytes = 3584U << 10U;
constexpr std::uint64_t k_bytes_beside_blob = 160;
constexpr std::size_t k_piece_bytes = 1U << 20U;
constexpr std::size_t k_digests_at_once = 10'000;
constexpr int k_resumptions = 3;

/// SHA-256 in the list of digest functions.
constexpr std::uint64_t k_sha256 = 1;

struct Capabilities
{
  bool is_known = false;
  bool stores_results = false;
  bool has_sha256 = false;
  std::uint64_t batch_bytes = k_batch_bytes;
};

void read_cache_capabilities(std::string_view bytes, Capabilities& out)
{
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) { // one, or packed (each of them is one byte)
      out.has_sha256 = out.has_sha256 || (field->is_bytes ? field->bytes.find(static_cast<char>(k_sha256)) != std::string_view::npos
                                                          : field->value == k_sha256);
    } else if (field->number == 2 && field->is_bytes) {
      ProtobufReader update(field->bytes);
      while (const auto flag = update.next()) {
        out.stores_results = out.stores_results || (flag->number == 1 && flag->value != 0);
      }
    } else if (field->number == 4 && !field->is_bytes && field->value > 0) {
      out.batch_bytes = std::min(field->value, k_batch_bytes);
    }
  }
}

/// A random UUID: what a server tells uploads of the same blob apart by.
std::string fresh_uuid()
{
  std::random_device entropy;
  const auto low = [&] { return entropy() & 0xffffU; };
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:08x}{:04x}", entropy(), low(), low() & 0xfffU, low() & 0xfffU, entropy(), low());
}

struct BatchAnswer
{
  std::optional<Digest> digest;
  std::string_view data;
  GrpcStatus status;
};

/// A response of BatchReadBlobs (digest = 1, data = 2, status = 3) or of BatchUpdateBlobs (digest = 1, status = 2).
BatchAnswer read_batch_answer(std::string_view bytes, std::uint32_t status_number)
{
  BatchAnswer out;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (!field->is_bytes) {
      continue;
    }
    if (field->number == 1) {
      out.digest = action::decode_digest(field->bytes);
    } else if (field->number == status_number) {
      out.status = read_status(field->bytes);
    } else if (field->number == 2) {
      out.data = field->bytes;
    }
  }
  return out;
}

/// Nullopt for what another attempt may mend: a transfer that broke off, a server that says that it did.
std::optional<Error> lasting_failure(const Result<GrpcStatus>& status, std::string_view method)
{
  if (status) {
    return status->code == GrpcCode::unavailable ? std::nullopt : std::optional(error_of(*status, method));
  }
  const std::string& id = status.error().id;
  return id == "CW0030" || id == "CW0031" || id == "CW0032" ? std::nullopt : std::optional(status.error());
}

Error failure(const Result<GrpcStatus>& status, std::string_view method)
{
  return status ? error_of(*status, method) : status.error();
}

class ReapiService final : public CacheService
{
public:
  ReapiService(base::HttpClientFactory& factory, const ServiceOptions& options)
      : m_channel(factory, options, address_of(options.url)), m_instance(instance_of(options.url))
  {
  }

  Result<std::optional<std::string>> get_action_result(const Digest& action) override
  {
    CW_TRY(learn_capabilities());
    ProtobufWriter request;
    request.bytes_field(1, m_instance);
    request.element(2, action::encode(action));
    request.varint_field(3, 1); // standard output and error inline
    request.varint_field(4, 1);
    std::optional<std::string> found;
    CW_TRY_ASSIGN(const GrpcStatus status, unary(k_get_result, std::move(request).take(), 0, [&](std::string_view message) -> Result<> {
                    found = message;
                    return {};
                  }));
    if (status.code == GrpcCode::not_found) {
      return std::nullopt;
    }
    if (status.code != GrpcCode::ok) {
      return fail(error_of(status, k_get_result));
    }
    if (!found) {
      return fail(wrong_answer(fmt::format("to `{}` without a message", k_get_result)));
    }
    return found;
  }

  Result<> put_action_result(const Digest& action, std::string_view encoded) override
  {
    CW_TRY(learn_capabilities());
    if (!m_capabilities.stores_results) {
      return fail(Error("CW1271", "it takes results from nobody", Blame::network).note("its capabilities say so"));
    }
    ProtobufWriter request;
    request.bytes_field(1, m_instance);
    request.element(2, action::encode(action));
    request.element(3, encoded);
    return expect_ok(k_update_result, std::move(request).take(), 0, ignore());
  }

  Result<std::vector<Digest>> find_missing(std::span<const Digest> digests) override
  {
    CW_TRY(learn_capabilities());
    std::vector<Digest> missing;
    while (!digests.empty()) {
      const auto some = digests.first(std::min(digests.size(), k_digests_at_once));
      ProtobufWriter request;
      request.bytes_field(1, m_instance);
      for (const Digest& digest : some) {
        request.element(2, action::encode(digest));
      }
      CW_TRY(expect_ok(k_find_missing, std::move(request).take(), 0, [&](std::string_view message) -> Result<> {
        ProtobufReader reader(message);
        while (const auto field = reader.next()) {
          if (field->number != 2 || !field->is_bytes) {
            continue;
          }
          const auto digest = action::decode_digest(field->bytes);
          if (!digest || std::find(some.begin(), some.end(), *digest) == some.end()) {
            return fail(wrong_answer(fmt::format("to `{}` with a digest that was not asked for", k_find_missing)));
          }
          missing.push_back(*digest);
        }
        return {};
      }));
      digests = digests.subspan(some.size());
    }
    return missing;
  }

  Result<std::vector<Digest>> download(std::span<const WantedBlob> blobs) override
  {
    CW_TRY(learn_capabilities());
    std::vector<Digest> absent;
    std::vector<std::unique_ptr<BlobReceiver>> small;
    std::uint64_t bytes = 0;
    for (const WantedBlob& blob : blobs) {
      auto receiver = std::make_unique<BlobReceiver>(blob.digest, blob.file);
      if (blob.digest.size_bytes == 0) { // there, always
        CW_TRY(receiver->begin());
        CW_TRY(receiver->finish());
      } else if (!fits(blob.digest.size_bytes)) {
        CW_TRY_ASSIGN(const bool was_there, read_stream(*receiver));
        if (!was_there) {
          absent.push_back(blob.digest);
        }
      } else {
        if (!fits(bytes + blob.digest.size_bytes)) {
          CW_TRY(read_batch(small, absent));
          small.clear();
          bytes = 0;
        }
        bytes += blob.digest.size_bytes + k_bytes_beside_blob;
        small.push_back(std::move(receiver));
      }
    }
    CW_TRY(read_batch(small, absent));
    return absent;
  }

  Result<std::optional<std::string>> read(const Digest& digest) override
  {
    CW_TRY(learn_capabilities());
    if (digest.size_bytes > k_largest_result_bytes) {
      return fail(wrong_answer(fmt::format("with a result of {} bytes", digest.size_bytes)));
    }
    BlobReceiver receiver(digest);
    if (digest.size_bytes == 0) {
      return std::string();
    }
    CW_TRY_ASSIGN(const bool was_there, read_stream(receiver));
    return was_there ? std::optional(std::move(receiver).take()) : std::nullopt;
  }

  Result<> upload(std::span<const Blob> blobs) override
  {
    CW_TRY(learn_capabilities());
    std::string requests = message_of(m_instance);
    const std::size_t head = requests.size();
    for (const Blob& blob : blobs) {
      CW_TRY_ASSIGN(const std::string content, load(blob));
      if (!fits(content.size())) {
        CW_TRY(write_stream(blob.digest, content));
        continue;
      }
      if (requests.size() > head && !fits(requests.size() + content.size())) {
        CW_TRY(update_batch(std::exchange(requests, message_of(m_instance))));
      }
      ProtobufWriter one;
      one.element(1, action::encode(blob.digest));
      one.bytes_field(2, content);
      ProtobufWriter element;
      element.element(2, std::move(one).take());
      requests += std::move(element).take();
    }
    return requests.size() > head ? update_batch(std::move(requests)) : Result<>();
  }

private:
  static GrpcChannel::OnMessage ignore()
  {
    return [](std::string_view) -> Result<> { return {}; };
  }

  [[nodiscard]] bool fits(std::uint64_t bytes) const { return bytes + k_bytes_beside_blob <= m_capabilities.batch_bytes; }

  Result<GrpcStatus> unary(std::string_view method, std::string_view message, std::uint64_t bytes, const GrpcChannel::OnMessage& on_message)
  {
    std::string body;
    append_frame(body, message);
    return m_channel.call({.method = method, .body = std::move(body), .bytes = bytes}, on_message);
  }

  Result<> expect_ok(std::string_view method, std::string_view message, std::uint64_t bytes, const GrpcChannel::OnMessage& on_message)
  {
    CW_TRY_ASSIGN(const GrpcStatus status, unary(method, message, bytes, on_message));
    return status.code == GrpcCode::ok ? Result<>() : Result<>(fail(error_of(status, method)));
  }

  Result<> learn_capabilities()
  {
    if (m_capabilities.is_known) {
      return {};
    }
    Capabilities learned;
    CW_TRY(expect_ok(k_capabilities, message_of(m_instance), 0, [&](std::string_view message) -> Result<> {
      ProtobufReader reader(message);
      while (const auto field = reader.next()) {
        if (field->number == 1 && field->is_bytes) {
          read_cache_capabilities(field->bytes, learned);
        }
      }
      return {};
    }));
    if (!learned.has_sha256) {
      return fail(wrong_answer("that it does not know SHA-256"));
    }
    learned.is_known = true;
    m_capabilities = learned;
    return {};
  }

  Result<> read_batch(const std::vector<std::unique_ptr<BlobReceiver>>& receivers, std::vector<Digest>& absent)
  {
    if (receivers.empty()) {
      return {};
    }
    ProtobufWriter request;
    request.bytes_field(1, m_instance);
    std::map<Digest, std::vector<BlobReceiver*>> waiting;
    std::uint64_t bytes = 0;
    for (const auto& receiver : receivers) {
      bytes += receiver->wanted().size_bytes;
      auto& those = waiting[receiver->wanted()];
      if (those.empty()) {
        request.element(2, action::encode(receiver->wanted()));
      }
      those.push_back(receiver.get());
    }
    CW_TRY(expect_ok(k_batch_read, std::move(request).take(), bytes, [&](std::string_view message) -> Result<> {
      ProtobufReader reader(message);
      while (const auto field = reader.next()) {
        if (field->number == 1 && field->is_bytes) {
          CW_TRY(take_answer(read_batch_answer(field->bytes, 3), waiting, absent));
        }
      }
      return {};
    }));
    return waiting.empty() ? Result<>()
                           : Result<>(fail(wrong_answer(fmt::format("to `{}` without a blob that was asked for", k_batch_read))));
  }

  static Result<> take_answer(const BatchAnswer& answer, std::map<Digest, std::vector<BlobReceiver*>>& waiting, std::vector<Digest>& absent)
  {
    const auto found = answer.digest ? waiting.find(*answer.digest) : waiting.end();
    if (found == waiting.end()) {
      return fail(wrong_answer(fmt::format("to `{}` with a blob that was not asked for", k_batch_read)));
    }
    if (answer.status.code == GrpcCode::not_found) {
      absent.push_back(found->first);
    } else if (answer.status.code != GrpcCode::ok) {
      return fail(error_of(answer.status, k_batch_read));
    } else {
      for (BlobReceiver* const receiver : found->second) {
        CW_TRY(receiver->begin());
        CW_TRY(receiver->write(answer.data));
        CW_TRY(receiver->finish());
      }
    }
    waiting.erase(found);
    return {};
  }

  [[nodiscard]] std::string resource(std::string_view middle, const Digest& digest) const
  {
    return fmt::format(
        "{}{}{}blobs/{}/{}", m_instance, m_instance.empty() ? "" : "/", middle, base::to_hex(digest.hash), digest.size_bytes);
  }

  /// False when it is not there. A transfer that breaks off goes on where it ended.
  Result<bool> read_stream(BlobReceiver& receiver)
  {
    CW_TRY(receiver.begin());
    const std::string name = resource("", receiver.wanted());
    for (int attempt = 0;; ++attempt) {
      const std::uint64_t had = receiver.received_bytes();
      ProtobufWriter request;
      request.bytes_field(1, name);
      request.varint_field(2, had);
      std::string body;
      append_frame(body, std::move(request).take());
      const auto status =
          m_channel.call({.method = k_read, .body = std::move(body), .bytes = receiver.wanted().size_bytes, .is_stream = true},
                         [&](std::string_view message) -> Result<> {
                           ProtobufReader reader(message);
                           while (const auto field = reader.next()) {
                             if (field->number == 10 && field->is_bytes) {
                               CW_TRY(receiver.write(field->bytes));
                             }
                           }
                           return {};
                         });
      if (status && status->code == GrpcCode::not_found) {
        return false;
      }
      if (status && status->code == GrpcCode::ok) {
        CW_TRY(receiver.finish());
        return true;
      }
      if (lasting_failure(status, k_read) || attempt == k_resumptions || receiver.received_bytes() == had) {
        return fail(failure(status, k_read));
      }
    }
  }

  Result<> update_batch(const std::string& request)
  {
    return expect_ok(k_batch_update, request, request.size(), [&](std::string_view message) -> Result<> {
      ProtobufReader reader(message);
      while (const auto field = reader.next()) {
        if (field->number == 1 && field->is_bytes) {
          const BatchAnswer answer = read_batch_answer(field->bytes, 2);
          if (answer.status.code != GrpcCode::ok) {
            return fail(error_of(answer.status, k_batch_update));
          }
        }
      }
      return {};
    });
  }

  static std::string write_body(const std::string& name, std::string_view content, std::uint64_t offset)
  {
    std::string body;
    body.reserve(content.size() + (content.size() / k_piece_bytes + 1) * 64 + name.size());
    do {
      const std::string_view piece = content.substr(static_cast<std::size_t>(offset), k_piece_bytes);
      ProtobufWriter request;
      request.bytes_field(1, body.empty() ? name : std::string());
      request.varint_field(2, offset);
      request.varint_field(3, offset + piece.size() == content.size() ? 1 : 0);
      request.bytes_field(10, piece);
      append_frame(body, std::move(request).take());
      offset += piece.size();
    } while (offset < content.size());
    return body;
  }

  Result<> write_stream(const Digest& digest, const std::string& content)
  {
    const std::string name = resource(fmt::format("uploads/{}/", fresh_uuid()), digest);
    std::uint64_t offset = 0;
    for (int attempt = 0;; ++attempt) {
      std::uint64_t committed = 0;
      const auto status =
          m_channel.call({.method = k_write, .body = write_body(name, content, offset), .bytes = content.size(), .is_stream = true},
                         [&](std::string_view message) -> Result<> {
                           committed = committed_size(message);
                           return {};
                         });
      if (status && status->code == GrpcCode::ok) {
        return committed == content.size()
                   ? Result<>()
                   : Result<>(fail(wrong_answer(fmt::format("that it has {} bytes of {}", committed, content.size()))));
      }
      if (lasting_failure(status, k_write) || attempt == k_resumptions) {
        return fail(failure(status, k_write));
      }
      // How far it came; a server that cannot say it has nothing.
      ProtobufWriter question;
      question.bytes_field(1, name);
      std::uint64_t known = 0;
      const auto asked = unary(k_write_status, std::move(question).take(), 0, [&](std::string_view message) -> Result<> {
        known = committed_size(message);
        return {};
      });
      if (!asked || (known <= offset && attempt > 0)) {
        return fail(failure(status, k_write));
      }
      offset = asked->code == GrpcCode::ok && known <= content.size() ? known : 0;
      if (offset == content.size()) {
        return {};
      }
    }
  }

  static std::uint64_t committed_size(std::string_view message)
  {
    std::uint64_t size = 0;
    ProtobufReader reader(message);
    while (const auto field = reader.next()) {
      size = field->number == 1 && !field->is_bytes ? field->value : size;
    }
    return size;
  }

  GrpcChannel m_channel;
  std::string m_instance;
  Capabilities m_capabilities;
};

} // namespace

std::unique_ptr<CacheService> make_reapi_service(base::HttpClientFactory& factory, const ServiceOptions& options)
{
  return std::make_unique<ReapiService>(factory, options);
}

} // namespace cargo_wasm::remote
