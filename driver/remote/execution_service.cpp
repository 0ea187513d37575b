#include <cargo_wasm/remote/execution.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <cargo_wasm/action/decode.hpp>

#include "reapi_messages.hpp"

namespace cargo_wasm::remote {
namespace {

constexpr std::string_view k_execute = "build.bazel.remote.execution.v2.Execution/Execute";
constexpr std::string_view k_wait = "build.bazel.remote.execution.v2.Execution/WaitExecution";
/// Streams that end at once: whoever cannot hold one is not asked for ever. A proxy may end them after a minute, as often as it likes.
constexpr int k_most_short_waits = 3;
constexpr std::chrono::milliseconds k_short_wait{1000};

/// A google.longrunning.Operation as it was last heard of: name = 1, done = 3, error = 4, response = 5.
struct Operation
{
  std::string name;
  bool is_done = false;
  GrpcStatus status;
  std::optional<Execution> execution;
};

Error not_run(const GrpcStatus& status)
{
  Error error("CW1279", "the action could not be run there", Blame::network);
  error.notes.push_back(fmt::format("status {} of the execution", static_cast<unsigned>(status.code)));
  if (!status.message.empty()) {
    error.notes.push_back(fmt::format("it says: {}", status.message));
  }
  return error;
}

/// An ExecuteResponse: result = 1, cached_result = 2, status = 3, message = 5.
void read_execute_response(std::string_view bytes, Operation& out)
{
  action::ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->is_bytes) {
      out.execution.emplace(
          Execution{.encoded_result = std::string(field->bytes), .from_cache = out.execution && out.execution->from_cache});
    } else if (field->number == 2 && !field->is_bytes && out.execution) {
      out.execution->from_cache = field->value != 0;
    } else if (field->number == 3 && field->is_bytes) {
      out.status = read_status(field->bytes);
    }
  }
}

void read_operation(std::string_view message, Operation& out)
{
  action::ProtobufReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->is_bytes) {
      out.name = field->bytes;
    } else if (field->number == 3 && !field->is_bytes) {
      out.is_done = field->value != 0;
    } else if (field->number == 4 && field->is_bytes) {
      out.status = read_status(field->bytes);
    } else if (field->number == 5 && field->is_bytes) {
      action::ProtobufReader any(field->bytes);
      while (const auto part = any.next()) {
        if (part->number == 2 && part->is_bytes) {
          read_execute_response(part->bytes, out);
        }
      }
    }
  }
}

class ReapiExecution final : public ExecutionService
{
public:
  ReapiExecution(base::HttpClientFactory& factory, const ServiceOptions& options)
      : m_channel(factory, options, address_of(options.url)), m_instance(instance_of(options.url)), m_timeout(options.timeout)
  {
  }

  Result<bool> executes() override
  {
    bool executes = false;
    CW_TRY_ASSIGN(const GrpcStatus status, call(k_capabilities, message_of(m_instance), [&](std::string_view message) -> Result<> {
                    action::ProtobufReader reader(message);
                    while (const auto field = reader.next()) {
                      if (field->number == 2 && field->is_bytes) { // execution_capabilities: exec_enabled = 2
                        action::ProtobufReader capabilities(field->bytes);
                        while (const auto flag = capabilities.next()) {
                          executes = executes || (flag->number == 2 && flag->value != 0);
                        }
                      }
                    }
                    return {};
                  }));
    return status.code == GrpcCode::ok ? Result<bool>(executes) : Result<bool>(fail(error_of(status, k_capabilities)));
  }

  Result<Execution> execute(const ExecuteRequest& request) override
  {
    action::ProtobufWriter message;
    message.bytes_field(1, m_instance);
    message.varint_field(3, request.skip_cache ? 1 : 0);
    message.element(6, action::encode(request.action));
    Operation operation;
    const auto on_message = [&](std::string_view bytes) -> Result<> {
      read_operation(bytes, operation);
      return {};
    };
    const auto deadline = std::chrono::steady_clock::now() + m_timeout; // of all streams together
    auto ended = call(k_execute, std::move(message).take(), on_message);
    std::string_view method = k_execute;
    int short_waits = 0;
    while (!operation.is_done) {
      // The stream has ended before the action has: with the operation's name it is listened to again.
      const bool is_broken = ended ? ended->code == GrpcCode::unavailable || ended->code == GrpcCode::ok
                                   : ended.error().id == "CW0032" || ended.error().id == "CW0030";
      const auto began = std::chrono::steady_clock::now();
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - began);
      if (!is_broken || operation.name.empty() || short_waits == k_most_short_waits || left.count() <= 0) {
        if (ended && ended->code == GrpcCode::ok) {
          return fail(wrong_answer(fmt::format("to `{}` without a result", method)));
        }
        return fail(ended ? not_run(*ended) : ended.error());
      }
      action::ProtobufWriter wait;
      wait.bytes_field(1, operation.name);
      method = k_wait;
      ended = call(k_wait, std::move(wait).take(), on_message, left);
      const bool is_short = std::chrono::steady_clock::now() - began < std::min(k_short_wait, m_timeout / 100);
      short_waits = is_short ? short_waits + 1 : 0;
    }
    if (operation.status.code != GrpcCode::ok || !operation.execution) {
      return fail(not_run(operation.status));
    }
    return std::move(*operation.execution);
  }

private:
  Result<GrpcStatus> call(std::string_view method,
                          std::string_view message,
                          const GrpcChannel::OnMessage& on_message,
                          std::optional<std::chrono::milliseconds> limit = {})
  {
    std::string body;
    append_frame(body, message);
    return m_channel.call({.method = method, .body = std::move(body), .is_stream = true, .limit = limit}, on_message);
  }

  GrpcChannel m_channel;
  std::string m_instance;
  std::chrono::milliseconds m_timeout;
};

} // namespace

Result<std::unique_ptr<ExecutionService>> make_execution_service(base::HttpClientFactory& factory, const ServiceOptions& options)
{
  if (!options.url.starts_with("grpc://") && !options.url.starts_with("grpcs://")) {
    return fail(Error("CW1263", fmt::format("`{}` is no address of an executor", options.url))
                    .help("write `grpc://HOST:PORT/INSTANCE` or `grpcs://…`"));
  }
  return std::make_unique<ReapiExecution>(factory, options);
}

} // namespace cargo_wasm::remote
