// What the services of the Remote Execution API have in common.
#pragma once
#include <string>
#include <string_view>

#include <cargo_wasm/action/protobuf.hpp>

#include "grpc_channel.hpp"

namespace cargo_wasm::remote {

inline constexpr std::string_view k_capabilities = "build.bazel.remote.execution.v2.Capabilities/GetCapabilities";

/// `grpc://HOST:PORT` of `grpc://HOST:PORT/INSTANCE`.
[[nodiscard]] inline std::string address_of(const std::string& url)
{
  return url.substr(0, url.find('/', url.find("://") + 3));
}

/// `INSTANCE` of it; empty when it has none.
[[nodiscard]] inline std::string instance_of(const std::string& url)
{
  const std::size_t slash = url.find('/', url.find("://") + 3);
  std::string instance = slash == std::string::npos ? std::string() : url.substr(slash + 1);
  while (instance.ends_with('/')) {
    instance.pop_back();
  }
  return instance;
}

/// A message that has the instance's name alone: instance_name = 1.
[[nodiscard]] inline std::string message_of(std::string_view instance)
{
  action::ProtobufWriter out;
  out.bytes_field(1, instance);
  return std::move(out).take();
}

/// code = 1 and message = 2 of a google.rpc.Status.
[[nodiscard]] inline GrpcStatus read_status(std::string_view bytes)
{
  GrpcStatus status;
  action::ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1 && !field->is_bytes) {
      status.code = static_cast<GrpcCode>(field->value & 0xffU);
    } else if (field->number == 2 && field->is_bytes) {
      status.message = field->bytes;
    }
  }
  return status;
}

} // namespace cargo_wasm::remote
