// Turns what rustc says, live or replayed from the record, into events in the format the user asked for.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <cargo_wasm/exec/execute.hpp>

#include "events.hpp"
#include "real_paths.hpp"

namespace cargo_wasm::exec {

class CompilerOutput
{
public:
  /// @param show  false: diagnostics are counted by nobody (a dependency's, replayed)
  CompilerOutput(
      const plan::ActionGraph& graph, plan::ActionIndex action, const MessageFormat& format, bool show, std::function<void(Event)> emit)
      : m_template(graph.actions[action]), m_action(action), m_format(format), m_show(show), m_emit(std::move(emit)), m_paths(graph, action)
  {
  }

  void stderr_line(std::string_view line);
  void stdout_line(std::string_view line);

  std::uint32_t errors = 0, warnings = 0;
  std::string cached;     ///< lines to replay when the action is fresh, as rustc wrote them
  std::string plain_text; ///< what was said, without escapes, for failure advice; at most 256 KiB

private:
  void diagnostic(std::string_view line, const struct CompilerMessage& message);
  void early_output(const std::string& path);
  void remember(std::string_view text);

  const plan::ActionTemplate& m_template;
  plan::ActionIndex m_action;
  const MessageFormat& m_format;
  bool m_show;
  std::function<void(Event)> m_emit;
  RealPaths m_paths;
};

} // namespace cargo_wasm::exec
