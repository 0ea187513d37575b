#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::plan {

const base::Path& shown_path(const ActionGraph& graph, ActionIndex action, std::uint32_t output)
{
  const ActionTemplate& made_by = graph.actions[action];
  for (const auto& [index, path] : made_by.uplifted) {
    if (index == output) {
      return path;
    }
  }
  const bool has_steps = made_by.finished_by && made_by.finished_output == output;
  return has_steps ? shown_path(graph, *made_by.finished_by, 0) : made_by.outputs[output].path;
}

} // namespace cargo_wasm::plan
