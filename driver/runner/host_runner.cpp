#include <cargo_wasm/runner/host_runner.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "commands.hpp"

namespace cargo_wasm::runner {

std::span<const HostRunner> host_runners()
{
  static const std::array<HostRunner, 6> k_runners = {{
      {.id = "wasmtime",
       .hosts = {"wasmtime", "wasmtime-threads"},
       .programs = {"wasmtime"},
       .how_to_get = "`cargo install wasmtime-cli` builds it",
       .targets = {"wasm32-wasi*"},
       .limits_memory = true,
       .maps_directories = true,
       .command = wasmtime_command},
      {.id = "node",
       .hosts = {"node", "node20", "node22", "node24"},
       .programs = {"node"},
       .how_to_get = "`apt-get install nodejs` brings it, on other systems https://nodejs.org",
       .targets = {"wasm32-wasip1*"},
       .limits_memory = true,
       .maps_directories = true,
       .command = node_command},
      {.id = "wazero",
       .hosts = {"wazero"},
       .programs = {"wazero"},
       .how_to_get = "`go install github.com/tetratelabs/wazero/cmd/wazero@latest` builds it",
       .targets = {"wasm32-wasip1"},
       .limits_memory = false,
       .maps_directories = true,
       .command = wazero_command},
      {.id = "wasmi",
       .hosts = {"wasmi", "embedded"},
       .programs = {"wasmi"},
       .how_to_get = "`cargo install wasmi_cli` builds it",
       .targets = {"wasm32-wasip1"},
       .limits_memory = false,
       .maps_directories = false,
       .command = wasmi_command},
      {.id = "wasm3",
       .hosts = {"wasm3"},
       .programs = {"wasm3"},
       .how_to_get = "https://github.com/wasm3/wasm3 has it as a program and as source",
       .targets = {"wasm32-wasip1"},
       .limits_memory = false,
       .maps_directories = false,
       .command = wasm3_command},
      {.id = "browser",
       .hosts = {"browser", "browser-threads", "chrome"},
       .programs = {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"},
       .how_to_get = "`apt-get install chromium` brings it",
       .targets = {"wasm32-wasip1*"},
       .limits_memory = true,
       .maps_directories = false,
       .takes_bindings = true,
       .command = browser_command},
  }};
  return k_runners;
}

const HostRunner* runner_of_host(std::string_view host)
{
  host = host.substr(0, host.find('@'));
  const auto runners = host_runners();
  const auto found = std::find_if(runners.begin(), runners.end(), [&](const HostRunner& runner) {
    return std::find(runner.hosts.begin(), runner.hosts.end(), host) != runner.hosts.end();
  });
  return found == runners.end() ? nullptr : &*found;
}

bool takes_target(const HostRunner& runner, std::string_view triple)
{
  return std::any_of(
      runner.targets.begin(), runner.targets.end(), [&](std::string_view pattern) { return base::glob_matches(pattern, triple); });
}

Result<base::Path> find_host_program(const Env& env, const HostRunner& runner, const base::Path& own)
{
  if (runner.programs.empty()) {
    return own;
  }
  for (const std::string_view name : runner.programs) {
    if (auto found = env.program_on_path(name)) {
      return std::move(*found);
    }
  }
  return fail(Error("CW0930",
                    fmt::format("host `{}` is not on this machine: no `{}` on PATH", runner.id, runner.programs.front()),
                    Blame::environment)
                  .help(std::string(runner.how_to_get)));
}

base::Command host_command(const HostRunner& runner, const base::Path& program, const ProgramRequest& request)
{
  base::Command command = runner.command(program, request);
  command.args.insert(command.args.end(), request.arguments.begin(), request.arguments.end());
  command.env = request.env;
  command.cwd = request.cwd;
  return command;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text)
{
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value == 0) {
    return std::nullopt;
  }
  const std::string unit = base::to_lower(base::trim(text.substr(static_cast<std::size_t>(end - text.data()))));
  constexpr std::pair<std::string_view, unsigned> k_units[] = {
      {"", 0}, {"b", 0}, {"k", 10}, {"kb", 10}, {"kib", 10}, {"m", 20}, {"mb", 20}, {"mib", 20}, {"g", 30}, {"gb", 30}, {"gib", 30}};
  for (const auto& [name, shift] : k_units) {
    if (unit == name) {
      return value > (UINT64_MAX >> shift) ? std::nullopt : std::optional(value << shift);
    }
  }
  return std::nullopt;
}

} // namespace cargo_wasm::runner
