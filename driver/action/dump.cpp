#include <fmt/format.h>

#include <cargo_wasm/action/action.hpp>

namespace cargo_wasm::action {

std::string dump(const Command& command)
{
  std::string out;
  for (const std::string& argument : command.arguments) {
    out += fmt::format("argument {}\n", argument);
  }
  for (const auto& [name, value] : command.environment) {
    out += fmt::format("variable {}={}\n", name, value);
  }
  for (const auto& [name, value] : command.platform) {
    out += fmt::format("platform {}={}\n", name, value);
  }
  out += fmt::format("directory {}\n", command.working_directory);
  for (const std::string& path : command.output_paths) {
    out += fmt::format("output {}\n", path);
  }
  return out;
}

std::string dump(const Directory& directory)
{
  std::string out;
  for (const FileNode& file : directory.files) {
    out +=
        fmt::format("file {} {} {}{}\n", base::to_hex(file.digest.hash), file.digest.size_bytes, file.name, file.is_executable ? " *" : "");
  }
  for (const auto& [name, digest] : directory.directories) {
    out += fmt::format("directory {} {} {}\n", base::to_hex(digest.hash), digest.size_bytes, name);
  }
  for (const auto& [name, target] : directory.symlinks) {
    out += fmt::format("symlink {} -> {}\n", name, target);
  }
  return out;
}

} // namespace cargo_wasm::action
