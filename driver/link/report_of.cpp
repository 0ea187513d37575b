#include "report_of.hpp"

namespace cargo_wasm::link {

Result<std::optional<shim::LinkReport>> report_of(const exec::InspectedAction& link)
{
  const plan::ActionTemplate& action = link.graph.actions[link.action];
  if (!action.link_report) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(const auto text, link.env.fs.read_if_exists(action.outputs[*action.link_report].path));
  if (!text) {
    return std::nullopt;
  }
  CW_TRY_ASSIGN(shim::LinkReport report, shim::parse_link_report(*text));
  return report;
}

} // namespace cargo_wasm::link
