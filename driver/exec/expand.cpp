#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/seal.hpp>

namespace cargo_wasm::exec {
namespace {

class Expander
{
public:
  Expander(const plan::ActionGraph& graph, std::span<const KnownResult> results) : m_graph(graph), m_results(results) {}

  void argument(const plan::TemplateArg& argument)
  {
    if (argument.size() == 1) {
      if (const auto* script = std::get_if<plan::ScriptArgs>(&argument[0].value)) {
        m_pending_scripts.push_back(script);
        return;
      }
    }
    flush_scripts();
    std::string text;
    for (const plan::ArgPiece& piece : argument) {
      if (const auto* literal = std::get_if<std::string>(&piece.value)) {
        text += *literal;
      } else if (const auto* ref = std::get_if<plan::OutputRef>(&piece.value)) {
        text += path_of(*ref);
      }
    }
    m_out.arguments.push_back(std::move(text));
  }

  /// Neighbouring scripts are one group: see `expand`.
  void flush_scripts()
  {
    std::vector<const LibraryPath*> paths;
    for (const plan::ScriptArgs* args : m_pending_scripts) {
      if (const ScriptOutput* output = output_of(*args); output != nullptr && args->search_paths) {
        for (const LibraryPath& path : output->library_paths) {
          paths.push_back(&path);
        }
      }
    }
    std::stable_sort(paths.begin(), paths.end(), [](const auto* a, const auto* b) { return a->in_out_dir && !b->in_out_dir; });
    for (const LibraryPath* path : paths) {
      add("-L", path->value);
    }
    for (const plan::ScriptArgs* args : m_pending_scripts) {
      if (const ScriptOutput* output = output_of(*args); output != nullptr) {
        libraries(*args, *output);
      }
    }
    for (const plan::ScriptArgs* args : m_pending_scripts) {
      if (const ScriptOutput* output = output_of(*args); output != nullptr && args->own_package) {
        own_package(*output);
      }
    }
    m_pending_scripts.clear();
  }

  /// Proc macros may be linked against libraries that a script built: the loader must find them.
  void library_path(const plan::ActionTemplate& tmpl)
  {
    std::string directories;
    for (const plan::ActionIndex script : tmpl.library_path_scripts) {
      if (!m_results[script].script) {
        continue;
      }
      for (const LibraryPath& path : m_results[script].script->library_paths) {
        const std::string directory = path.value.substr(path.value.find('=') + 1);
        if (directory.starts_with(m_graph.target_directory.native() + "/")) {
          directories += directories.empty() ? directory : ":" + directory;
        }
      }
    }
    if (!directories.empty()) {
      std::string& variable = m_out.environment["LD_LIBRARY_PATH"];
      variable += variable.empty() ? directories : ":" + directories;
    }
  }

  [[nodiscard]] std::string path_of(const plan::OutputRef& ref) const
  {
    return m_graph.actions[ref.action].outputs[ref.output].path.string();
  }

  ExpandedCommand m_out;

private:
  [[nodiscard]] const ScriptOutput* output_of(const plan::ScriptArgs& args) const
  {
    const auto& script = m_results[args.script].script;
    return script ? &*script : nullptr;
  }

  void add(std::string_view flag, const std::string& value)
  {
    m_out.arguments.emplace_back(flag);
    m_out.arguments.push_back(value);
  }

  void libraries(const plan::ScriptArgs& args, const ScriptOutput& output)
  {
    if (args.pass_l) {
      for (const std::string& name : output.library_links) {
        add("-l", name);
      }
    }
    const auto& kinds = args.link_arg_kinds;
    for (const LinkArgument& argument : output.link_args) {
      if (std::find(kinds.begin(), kinds.end(), argument.kind) != kinds.end()) {
        add("-C", "link-arg=" + argument.value);
      }
    }
  }

  void own_package(const ScriptOutput& output)
  {
    for (const std::string& cfg : output.cfgs) {
      add("--cfg", cfg);
    }
    for (const std::string& cfg : output.check_cfgs) {
      add("--check-cfg", cfg);
    }
    for (const auto& [name, value] : output.env) {
      m_out.environment.insert_or_assign(name, value);
    }
  }

  const plan::ActionGraph& m_graph;
  std::span<const KnownResult> m_results;
  std::vector<const plan::ScriptArgs*> m_pending_scripts;
};

bool searches_out_dir(const ScriptOutput& script)
{
  return std::any_of(script.library_paths.begin(), script.library_paths.end(), [](const LibraryPath& path) { return path.in_out_dir; });
}

} // namespace

ExpandedCommand expand(const plan::ActionGraph& graph, plan::ActionIndex index, std::span<const KnownResult> results)
{
  const plan::ActionTemplate& tmpl = graph.actions[index];
  Expander expander(graph, results);
  expander.m_out.environment = tmpl.env;
  for (const plan::TemplateArg& argument : tmpl.args) {
    expander.argument(argument);
  }
  expander.flush_scripts();
  expander.m_out.program = tmpl.program_ref ? expander.path_of(*tmpl.program_ref) : tmpl.program.string();
  expander.library_path(tmpl);
  for (const auto& [links, script] : tmpl.dep_scripts) {
    if (const auto& output = results[script].script; output) {
      for (const auto& [key, value] : output->metadata) {
        expander.m_out.environment.insert_or_assign(fmt::format("DEP_{}_{}", base::envify(links), base::envify(key)), value);
      }
    }
  }
  return std::move(expander.m_out);
}

std::vector<std::pair<std::string, base::Digest>>
used_outputs(const plan::ActionGraph& graph, plan::ActionIndex index, std::span<const KnownResult> results)
{
  const plan::ActionTemplate& tmpl = graph.actions[index];
  std::vector<std::pair<std::string, base::Digest>> used;
  const auto add = [&](plan::ActionIndex action, std::size_t output) {
    const auto& outputs = results[action].outputs;
    if (output < outputs.size() && outputs[output]) {
      used.emplace_back(graph.actions[action].outputs[output].path.string(), *outputs[output]);
    }
  };
  for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
    for (const std::uint32_t output : dependency.outputs) {
      add(dependency.action, output);
    }
  }
  if (tmpl.program_ref) {
    add(tmpl.program_ref->action, tmpl.program_ref->output);
  }
  for (const plan::TemplateArg& argument : tmpl.args) {
    for (const plan::ArgPiece& piece : argument) {
      const auto* args = std::get_if<plan::ScriptArgs>(&piece.value);
      if (args == nullptr || !results[args->script].script) {
        continue;
      }
      if (args->own_package || (args->search_paths && searches_out_dir(*results[args->script].script))) {
        const auto& outputs = graph.actions[args->script].outputs;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
          if (outputs[i].is_directory) {
            add(args->script, i);
          }
        }
      }
    }
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

} // namespace cargo_wasm::exec
