#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "commands.hpp"

namespace cargo_wasm::runner {

namespace {

/// What wasmtime takes as `--env NAME`, which hands the value over without showing it in the list of processes.
bool can_be_named(const std::string& name, const std::string& value)
{
  const auto is_word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_word) && base::is_valid_utf8(value);
}

} // namespace

base::Command wasmtime_command(const base::Path& program, const ProgramRequest& request)
{
  base::Command command;
  command.program = program;
  command.args = {"run"};
  if (request.memory_bytes) {
    command.args.emplace_back("-W");
    command.args.push_back(fmt::format("max-memory-size={}", *request.memory_bytes));
  }
  for (const auto& directory : request.directories) {
    command.args.emplace_back("--dir");
    command.args.push_back(directory.host + "::" + directory.guest);
  }
  for (const auto& [name, value] : request.env) {
    if (can_be_named(name, value)) {
      command.args.emplace_back("--env");
      command.args.push_back(name);
    }
  }
  command.args.emplace_back("--");
  command.args.push_back(request.module.string());
  return command;
}

} // namespace cargo_wasm::runner
