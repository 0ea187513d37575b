#include <algorithm>
#include <cstdint>
#include <set>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/action/protobuf.hpp>

namespace cargo_wasm::action {
namespace {

/// Relative, with `/` between names, and nothing that leads out of the directory where outputs are put.
bool is_output_path(std::string_view path)
{
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return false;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    if (name.empty() || name == "." || name == "..") {
      return false;
    }
    begin = end + 1;
  }
  return true;
}

std::optional<OutputFile> decode_output_file(std::string_view bytes)
{
  OutputFile file;
  bool has_digest = false;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->is_bytes) {
      file.path = field->bytes;
    } else if (field->number == 2 && field->is_bytes) {
      const auto digest = decode_digest(field->bytes);
      if (!digest) {
        return std::nullopt;
      }
      file.digest = *digest;
      has_digest = true;
    } else if (field->number == 4 && !field->is_bytes) {
      file.is_executable = field->value != 0;
    } else if (field->number == 5 && field->is_bytes) {
      file.contents = field->bytes;
    }
  }
  return reader.ok() && has_digest && is_output_path(file.path) ? std::optional(std::move(file)) : std::nullopt;
}

std::optional<OutputDirectory> decode_output_directory(std::string_view bytes)
{
  OutputDirectory directory;
  bool has_digest = false;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->is_bytes) {
      directory.path = field->bytes;
    } else if (field->number == 3 && field->is_bytes) {
      const auto digest = decode_digest(field->bytes);
      if (!digest) {
        return std::nullopt;
      }
      directory.tree = *digest;
      has_digest = true;
    }
  }
  return reader.ok() && has_digest && is_output_path(directory.path) ? std::optional(std::move(directory)) : std::nullopt;
}

/// ExecutedActionMetadata: who ran it and when is of no interest here.
bool read_metadata(std::string_view bytes, std::vector<std::string>& auxiliary)
{
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 11 && field->is_bytes) {
      auxiliary.emplace_back(field->bytes);
    }
  }
  return reader.ok();
}

/// One bytes field of an ActionResult; false when the result cannot be used.
bool read_result_field(const ProtobufField& field, DecodedResult& out)
{
  switch (field.number) {
  case 2: {
    auto file = decode_output_file(field.bytes);
    return file && (out.result.output_files.push_back(*std::move(file)), true);
  }
  case 3: {
    auto directory = decode_output_directory(field.bytes);
    return directory && (out.result.output_directories.push_back(*std::move(directory)), true);
  }
  case 5:
    out.result.stdout_raw = field.bytes;
    return true;
  case 6:
    return (out.stdout_digest = decode_digest(field.bytes)).has_value();
  case 7:
    out.result.stderr_raw = field.bytes;
    return true;
  case 8:
    return (out.stderr_digest = decode_digest(field.bytes)).has_value();
  case 9:
    return read_metadata(field.bytes, out.auxiliary_metadata);
  case 10: // links to files
  case 11: // links to directories
  case 12: // links
    return false;
  default:
    return true;
  }
}

bool has_paths_once(const ActionResult& result)
{
  std::set<std::string_view> paths;
  const auto is_new = [&](const auto& output) { return paths.insert(output.path).second; };
  return std::all_of(result.output_files.begin(), result.output_files.end(), is_new) &&
         std::all_of(result.output_directories.begin(), result.output_directories.end(), is_new);
}

bool add_files(std::string_view directory, std::vector<Digest>& files)
{
  ProtobufReader reader(directory);
  while (const auto field = reader.next()) {
    if (field->number != 1 || !field->is_bytes) {
      continue;
    }
    bool has_digest = false;
    ProtobufReader node(field->bytes);
    while (const auto part = node.next()) {
      if (part->number == 2 && part->is_bytes) {
        const auto digest = decode_digest(part->bytes);
        if (!digest) {
          return false;
        }
        files.push_back(*digest);
        has_digest = true;
      }
    }
    if (!node.ok() || !has_digest) {
      return false;
    }
  }
  return reader.ok();
}

} // namespace

std::optional<Digest> decode_digest(std::string_view bytes)
{
  Digest digest;
  bool has_hash = false;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->is_bytes) {
      const auto hash = base::parse_sha256(field->bytes);
      if (!hash || base::to_hex(*hash) != field->bytes) {
        return std::nullopt;
      }
      digest.hash = *hash;
      has_hash = true;
    } else if (field->number == 2 && !field->is_bytes) {
      digest.size_bytes = field->value;
    }
  }
  const bool is_size = digest.size_bytes <= static_cast<std::uint64_t>(INT64_MAX);
  return reader.ok() && has_hash && is_size ? std::optional(digest) : std::nullopt;
}

std::optional<DecodedResult> decode_action_result(std::string_view bytes)
{
  DecodedResult out;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes ? !read_result_field(*field, out) : false) {
      return std::nullopt;
    }
    if (!field->is_bytes && field->number == 4) {
      out.result.exit_code = static_cast<std::int32_t>(static_cast<std::uint32_t>(field->value));
    }
  }
  return reader.ok() && has_paths_once(out.result) ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::vector<Digest>> files_of_tree(std::string_view bytes)
{
  std::vector<Digest> files;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if ((field->number == 1 || field->number == 2) && field->is_bytes && !add_files(field->bytes, files)) {
      return std::nullopt;
    }
  }
  return reader.ok() ? std::optional(std::move(files)) : std::nullopt;
}

} // namespace cargo_wasm::action
