#include <algorithm>

#include <cargo_wasm/action/action.hpp>

#include "protobuf_writer.hpp"

namespace cargo_wasm::action {
namespace {

std::string encode_digest(const Digest& digest)
{
  ProtobufWriter out;
  out.bytes_field(1, base::to_hex(digest.hash));
  out.varint_field(2, digest.size_bytes);
  return std::move(out).take();
}

/// EnvironmentVariable, Property and SymlinkNode share this shape: name = 1, value = 2.
std::string encode_pair(std::string_view name, std::string_view value)
{
  ProtobufWriter out;
  out.bytes_field(1, name);
  out.bytes_field(2, value);
  return std::move(out).take();
}

std::string encode_platform(const std::map<std::string, std::string>& properties)
{
  ProtobufWriter out;
  for (const auto& [name, value] : properties) {
    out.element(1, encode_pair(name, value));
  }
  return std::move(out).take();
}

/// FileNode and OutputFile share this shape: name or path = 1, digest = 2, is_executable = 4; OutputFile has contents = 5, too.
std::string encode_file(std::string_view name, const Digest& digest, bool is_executable, std::string_view contents = {})
{
  ProtobufWriter out;
  out.bytes_field(1, name);
  out.element(2, encode_digest(digest));
  out.varint_field(4, is_executable ? 1 : 0);
  out.bytes_field(5, contents);
  return std::move(out).take();
}

template <class Range, class Name> auto sorted_by(const Range& range, Name name_of)
{
  std::vector<const typename Range::value_type*> order;
  order.reserve(range.size());
  for (const auto& item : range) {
    order.push_back(&item);
  }
  std::sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return name_of(*a) < name_of(*b); });
  return order;
}

} // namespace

std::string encode(const Directory& directory)
{
  ProtobufWriter out;
  for (const FileNode* file : sorted_by(directory.files, [](const FileNode& f) -> const auto& { return f.name; })) {
    out.element(1, encode_file(file->name, file->digest, file->is_executable));
  }
  const auto first = [](const auto& entry) -> const auto& { return entry.first; };
  for (const auto* child : sorted_by(directory.directories, first)) {
    ProtobufWriter node;
    node.bytes_field(1, child->first);
    node.element(2, encode_digest(child->second));
    out.element(2, std::move(node).take());
  }
  for (const auto* link : sorted_by(directory.symlinks, first)) {
    out.element(3, encode_pair(link->first, link->second));
  }
  return std::move(out).take();
}

std::string encode(const Command& command)
{
  ProtobufWriter out;
  for (const std::string& argument : command.arguments) {
    out.element(1, argument);
  }
  for (const auto& [name, value] : command.environment) {
    out.element(2, encode_pair(name, value));
  }
  if (!command.platform.empty()) {
    out.element(5, encode_platform(command.platform));
  }
  out.bytes_field(6, command.working_directory);
  for (const std::string* path : sorted_by(command.output_paths, [](const std::string& p) -> const auto& { return p; })) {
    out.element(7, *path);
  }
  return std::move(out).take();
}

std::string encode(const Action& action)
{
  ProtobufWriter out;
  out.element(1, encode_digest(action.command));
  out.element(2, encode_digest(action.input_root));
  out.varint_field(7, action.do_not_cache ? 1 : 0);
  if (!action.platform.empty()) {
    out.element(10, encode_platform(action.platform));
  }
  return std::move(out).take();
}

std::string encode(const ActionResult& result)
{
  ProtobufWriter out;
  for (const OutputFile* file : sorted_by(result.output_files, [](const OutputFile& f) -> const auto& { return f.path; })) {
    out.element(2, encode_file(file->path, file->digest, file->is_executable, file->contents));
  }
  for (const OutputDirectory* directory :
       sorted_by(result.output_directories, [](const OutputDirectory& d) -> const auto& { return d.path; })) {
    ProtobufWriter node;
    node.bytes_field(1, directory->path);
    node.element(3, encode_digest(directory->tree));
    out.element(3, std::move(node).take());
  }
  // An int32 field is sign-extended to 64 bits on the wire.
  out.varint_field(4, static_cast<std::uint64_t>(static_cast<std::int64_t>(result.exit_code)));
  out.bytes_field(5, result.stdout_raw);
  out.bytes_field(7, result.stderr_raw);
  return std::move(out).take();
}

} // namespace cargo_wasm::action
