#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/base/text.hpp>

#include "job.hpp"

namespace cargo_wasm::exec {

base::Command command_for(const JobSettings& settings, const plan::ActionTemplate& tmpl, const ExpandedCommand& expanded)
{
  const Env& env = settings.context.env;
  base::Command command;
  command.program = expanded.program;
  command.args = expanded.arguments;
  command.args.insert(command.args.end(), tmpl.unkeyed_args.begin(), tmpl.unkeyed_args.end());
  command.env = base::without_secrets(env.vars);
  for (const std::string& name : tmpl.env_removed) {
    command.env.erase(name);
  }
  for (const auto& [name, value] : expanded.environment) {
    command.env.insert_or_assign(name, value);
  }
  command.env.insert_or_assign("CARGO_MAKEFLAGS", settings.jobserver.makeflags());
  // Whoever starts $CARGO from here expects cargo's behaviour, whole.
  command.env.insert_or_assign("CARGO_WASM_STRICT_CARGO", "1");
  command.inherited_fds = settings.jobserver.descriptors();
  if (tmpl.kind == plan::ActionKind::run_build_script) {
    command.env.insert_or_assign("NUM_JOBS", std::to_string(settings.jobs));
  } else {
    // -vv: warnings of dependencies are asked for. What rustc makes does not depend on it, so the key keeps `allow`.
    if (const auto cap = std::find(command.args.begin(), command.args.end(), "--cap-lints");
        settings.options.show_dependency_warnings && cap != command.args.end() && cap + 1 != command.args.end()) {
      *(cap + 1) = "warn";
    }
    const MessageFormat& format = settings.options.message_format;
    if (format.kind == MessageFormat::Kind::short_text || format.short_diagnostics) {
      command.args.emplace_back("--json=diagnostic-short");
    }
    // A wrapper may leave a server behind that would hold the lock for ever.
    if (settings.lock_descriptor >= 0 && command.program.filename() == "rustc") {
      command.inherited_fds.push_back(settings.lock_descriptor);
    }
  }
  command.cwd = tmpl.cwd;
  return command;
}

std::function<base::Command(plan::ActionIndex)> commands_from(const JobSettings& settings, const std::vector<KnownResult>& results)
{
  return [&](plan::ActionIndex index) {
    const plan::ActionGraph& graph = settings.context.graph;
    return command_for(settings, graph.actions[index], expand(graph, index, results));
  };
}

} // namespace cargo_wasm::exec
