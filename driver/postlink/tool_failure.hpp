// What a tool that failed said, as notes of our error.
#pragma once
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::postlink {

/// The command with how it ended, then the first lines of what it said.
inline void add_tool_notes(Error& error, const base::Command& command, const base::Exit& exit, std::string_view said)
{
  constexpr std::size_t k_most_lines = 8;
  error.notes.push_back(fmt::format("`{}` ended with {}", base::to_shell_string(command), base::to_string(exit)));
  std::size_t lines = 0;
  for (const std::string_view line : base::split(base::trim(said), '\n')) {
    if (const std::string_view text = base::trim(line); lines < k_most_lines && !text.empty()) {
      error.notes.emplace_back(text);
      ++lines;
    }
  }
}

} // namespace cargo_wasm::postlink
