// What a person sees of a build, in cargo's rhythm: one "Compiling" per package, diagnostics once, a count per crate.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/script_output.hpp>

#include "events.hpp"

namespace cargo_wasm::exec {

class Console
{
public:
  Console(const Env& env, const plan::ActionGraph& graph, const ExecuteOptions& options, BuildOutcome& outcome);

  void action_starts(plan::ActionIndex action, const DirtyReason& reason);
  /// @param restored  it came from the store
  void action_is_fresh(plan::ActionIndex action, bool restored);
  void event(const Event& event);
  void script_messages(plan::ActionIndex action, const std::vector<ScriptMessage>& messages);
  /// The line "… generated 2 warnings", and cargo's JSON message.
  void action_ends(plan::ActionIndex action, bool success, bool fresh, const ScriptOutput* script);
  /// What a step behind the linker said, now or when it ran.
  void tool_text(std::string_view text);
  /// What was found out about a failure.
  void finding(plan::ActionIndex action, const Error& finding);
  void artifact_message(const ArtifactReport::Message& message);
  void remark(plan::ActionIndex action, const Remark& remark);
  void failure(const Error& error, const std::string& child_text, bool others_run);
  void progress(const std::set<plan::ActionIndex>& running, std::size_t done);
  void build_ends(bool success);

private:
  struct Count
  {
    std::uint32_t total = 0, duplicates = 0, fixable = 0;
    bool has_errors = false;
  };

  [[nodiscard]] const plan::ActionLabel& label(plan::ActionIndex action) const { return m_graph.actions[action].label; }
  [[nodiscard]] std::string in_color(std::string_view text) const;
  void show_stderr(std::string_view line);
  /// @param repeated  what a later build will say instead, when everything is fresh
  void show_stdout(std::string_view line, std::string_view repeated);
  void show_warning(const std::string& message);
  /// Whether the output is for programs, which then have it.
  bool show_as_json(plan::ActionIndex action, const Error& said, base::Severity severity);
  void count_diagnostic(const Event& event, bool shown);
  void announce_artifact(plan::ActionIndex action, bool fresh);

  const Env& m_env;
  const plan::ActionGraph& m_graph;
  const ExecuteOptions& m_options;
  BuildOutcome& m_outcome;
  std::unordered_set<std::string> m_restored;            ///< package ids of which something came from the store
  std::unordered_set<std::string> m_announced;           ///< package ids with a status line
  std::unordered_map<std::string, std::uint32_t> m_left; ///< package id → actions that have not begun
  std::unordered_set<std::string> m_shown;               ///< diagnostics
  std::unordered_map<plan::ActionIndex, Count> m_counts;
  bool m_any_failure = false;
};

} // namespace cargo_wasm::exec
