#include "dry_run.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::exec {

namespace {

/// Packages whose build scripts decide some of this action's flags and have not run.
std::vector<std::string>
awaited_scripts(const plan::ActionTemplate& action, const plan::ActionGraph& graph, std::span<const KnownResult> results)
{
  std::vector<std::string> packages;
  for (const plan::TemplateArg& argument : action.args) {
    for (const plan::ArgPiece& piece : argument) {
      if (const auto* script = std::get_if<plan::ScriptArgs>(&piece.value); script != nullptr && !results[script->script].script) {
        packages.push_back(graph.actions[script->script].label.package_name);
      }
    }
  }
  std::sort(packages.begin(), packages.end());
  packages.erase(std::unique(packages.begin(), packages.end()), packages.end());
  return packages;
}

std::string as_json(const plan::ActionTemplate& action, const ExpandedCommand& command, const std::vector<std::string>& awaited)
{
  nlohmann::json arguments = nlohmann::json::array({command.program});
  for (const auto* list : {&command.arguments, &action.unkeyed_args}) {
    for (const auto& argument : *list) {
      arguments.push_back(argument);
    }
  }
  return nlohmann::json{{"reason", "cargo-wasm-would-run"},
                        {"package_id", action.label.package_id},
                        {"arguments", std::move(arguments)},
                        {"env", command.environment},
                        {"cwd", action.cwd.string()},
                        {"waits-for", awaited}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string as_shell_line(const plan::ActionTemplate& action, const ExpandedCommand& expanded, const std::vector<std::string>& awaited)
{
  base::Command command;
  command.program = expanded.program;
  command.args = expanded.arguments;
  command.args.insert(command.args.end(), action.unkeyed_args.begin(), action.unkeyed_args.end());
  const std::string line = base::to_shell_string(command);
  return awaited.empty() ? line : fmt::format("{} # and what the build script prints of: {}", line, base::join(awaited, ", "));
}

} // namespace

void print_commands(const Env& env,
                    const plan::ActionGraph& graph,
                    const ExecuteOptions& options,
                    const BuildOutcome& outcome,
                    std::span<const KnownResult> results)
{
  for (plan::ActionIndex i = 0; i < graph.actions.size(); ++i) {
    const plan::ActionTemplate& action = graph.actions[i];
    if (outcome.actions[i].state != ActionState::would_run || action.replaced_script_output) {
      continue;
    }
    const ExpandedCommand command = expand(graph, i, results);
    const auto awaited = awaited_scripts(action, graph, results);
    const bool json = options.message_format.kind == MessageFormat::Kind::json;
    env.reporter.result((json ? as_json(action, command, awaited) : as_shell_line(action, command, awaited)) + '\n');
  }
}

} // namespace cargo_wasm::exec
