// ActionResult as servers and stores give it: fields that are not ours are passed over.
#include <cargo_wasm/action/action.hpp>

#include "protobuf_reader.hpp"

namespace cargo_wasm::action {
namespace {

std::optional<Digest> decode_digest(std::string_view message)
{
  Digest digest;
  bool has_hash = false;
  ProtobufReader in(message);
  while (const auto field = in.next()) {
    if (field->number == 1 && field->is_bytes) {
      const auto hash = base::parse_sha256(field->bytes);
      if (!hash) {
        return std::nullopt;
      }
      digest.hash = *hash;
      has_hash = true;
    } else if (field->number == 2 && !field->is_bytes) {
      digest.size_bytes = field->varint;
    }
  }
  return in.ok() && has_hash ? std::optional(digest) : std::nullopt;
}

std::optional<OutputFile> decode_output_file(std::string_view message)
{
  OutputFile file;
  bool has_digest = false;
  ProtobufReader in(message);
  while (const auto field = in.next()) {
    if (field->number == 1 && field->is_bytes) {
      file.path = field->bytes;
    } else if (field->number == 2 && field->is_bytes) {
      const auto digest = decode_digest(field->bytes);
      if (!digest) {
        return std::nullopt;
      }
      file.digest = *digest;
      has_digest = true;
    } else if (field->number == 4) {
      file.is_executable = field->varint != 0;
    } else if (field->number == 5 && field->is_bytes) {
      file.contents = field->bytes;
    }
  }
  return in.ok() && has_digest && !file.path.empty() ? std::optional(std::move(file)) : std::nullopt;
}

std::optional<OutputDirectory> decode_output_directory(std::string_view message)
{
  OutputDirectory directory;
  ProtobufReader in(message);
  while (const auto field = in.next()) {
    if (field->number == 1 && field->is_bytes) {
      directory.path = field->bytes;
    } else if (field->number == 3 && field->is_bytes) {
      const auto digest = decode_digest(field->bytes);
      if (!digest) {
        return std::nullopt;
      }
      directory.tree = *digest;
    }
  }
  return in.ok() ? std::optional(std::move(directory)) : std::nullopt;
}

} // namespace

std::optional<ActionResult> decode_action_result(std::string_view bytes)
{
  ActionResult result;
  ProtobufReader in(bytes);
  while (const auto field = in.next()) {
    if (field->number == 2 && field->is_bytes) {
      auto file = decode_output_file(field->bytes);
      if (!file) {
        return std::nullopt;
      }
      result.output_files.push_back(std::move(*file));
    } else if (field->number == 3 && field->is_bytes) {
      auto directory = decode_output_directory(field->bytes);
      if (!directory) {
        return std::nullopt;
      }
      result.output_directories.push_back(std::move(*directory));
    } else if (field->number == 4 && !field->is_bytes) {
      result.exit_code = static_cast<std::int32_t>(field->varint);
    } else if (field->number == 5 && field->is_bytes) {
      result.stdout_raw = field->bytes;
    } else if (field->number == 7 && field->is_bytes) {
      result.stderr_raw = field->bytes;
    }
  }
  return in.ok() ? std::optional(std::move(result)) : std::nullopt;
}

} // namespace cargo_wasm::action
