#include "dep_info_files.hpp"

#include <algorithm>
#include <memory>

#include <cargo_wasm/exec/dep_info.hpp>

namespace cargo_wasm::exec {
namespace {

using Files = std::shared_ptr<const std::vector<std::string>>;

class Collector
{
public:
  Collector(const Context& context, const BuildOutcome& outcome, const std::vector<KnownResult>& results)
      : m_context(context), m_outcome(outcome), m_results(results), m_known(context.graph.actions.size())
  {
  }

  /// Dependencies come first in the graph, so this recursion is as deep as the graph at most.
  Files files_of(plan::ActionIndex action)
  {
    if (m_known[action]) {
      return m_known[action];
    }
    const plan::ActionTemplate& tmpl = m_context.graph.actions[action];
    std::vector<std::string> files;
    if (tmpl.kind == plan::ActionKind::rustc) {
      for (const std::string& source : m_outcome.actions[action].sources) {
        if (!is_made_for_another(tmpl, source)) {
          files.push_back(source);
        }
      }
    } else if (m_results[action].script) {
      for (const std::string& path : m_results[action].script->rerun_if_changed) {
        files.push_back((tmpl.package_root / path).lexically_normal().string());
      }
    }
    for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
      if (m_context.graph.actions[dependency.action].label.is_local) {
        const Files more = files_of(dependency.action);
        files.insert(files.end(), more->begin(), more->end());
      }
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return m_known[action] = std::make_shared<const std::vector<std::string>>(std::move(files));
  }

private:
  /// A library in the OUT_DIR of another package, which was searched for what is linked. cargo names none, and where results come from the
  /// store there is none.
  [[nodiscard]] bool is_made_for_another(const plan::ActionTemplate& tmpl, const std::string& source) const
  {
    return source.starts_with(m_made) && !(tmpl.out_dir && source.starts_with(tmpl.out_dir->native() + "/"));
  }

  const Context& m_context;
  const std::string m_made = (m_context.graph.target_directory / ".cargo-wasm").native() + "/";
  const BuildOutcome& m_outcome;
  const std::vector<KnownResult>& m_results;
  std::vector<Files> m_known;
};

} // namespace

Result<> write_dep_info_files(const Context& context, const BuildOutcome& outcome, const std::vector<KnownResult>& results)
{
  Collector collector(context, outcome, results);
  for (plan::ActionIndex i = 0; i < context.graph.actions.size(); ++i) {
    const ActionState state = outcome.actions[i].state;
    if (state != ActionState::fresh && state != ActionState::ran && state != ActionState::restored) {
      continue;
    }
    const plan::ActionTemplate& action = context.graph.actions[i];
    for (const auto& [output, destination] : action.uplifted) {
      const bool is_beside = action.kind == plan::ActionKind::tool && action.outputs[output].optional; // lines in a file of their own
      if (is_beside || action.outputs[output].path == destination || !context.env.fs.exists(destination)) {
        continue; // a tool's own directory; what this compiler does not make
      }
      base::Path file = destination;
      file.replace_extension("d");
      const std::string text = write_dep_info(destination.string(), *collector.files_of(i));
      CW_TRY_ASSIGN(const auto present, context.env.fs.read_if_exists(file));
      if (!present || *present != text) {
        CW_TRY(context.env.fs.write_atomic(file, text));
      }
    }
  }
  return {};
}

} // namespace cargo_wasm::exec
