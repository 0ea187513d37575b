#include "console.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/compiler_message.hpp>

#include "json_messages.hpp"

namespace cargo_wasm::exec {

Console::Console(const Env& env, const plan::ActionGraph& graph, const ExecuteOptions& options, BuildOutcome& outcome)
    : m_env(env), m_graph(graph), m_options(options), m_outcome(outcome)
{
  for (const plan::ActionTemplate& action : graph.actions) {
    ++m_left[action.label.package_id];
  }
}

std::string Console::in_color(std::string_view text) const
{
  return m_env.reporter.color() ? std::string(text) : strip_escapes(text);
}

void Console::show_stderr(std::string_view line)
{
  const std::string text = in_color(line) + '\n';
  m_env.reporter.passthrough(text);
  m_outcome.repeated_stderr += text;
}

void Console::show_stdout(std::string_view line, std::string_view repeated)
{
  m_env.reporter.result(std::string(line) + '\n');
  m_outcome.repeated_stdout += repeated;
  m_outcome.repeated_stdout += '\n';
}

void Console::show_warning(const std::string& message)
{
  const Error warning({}, message);
  m_env.reporter.warning(warning);
  m_outcome.repeated_stderr += base::render(warning, base::Severity::warning, m_env.reporter.color());
}

void Console::action_starts(plan::ActionIndex action, const DirtyReason& reason)
{
  const plan::ActionLabel& name = label(action);
  --m_left[name.package_id];
  if (m_options.explain_rebuild) {
    m_env.reporter.status(
        "Dirty", fmt::format("{} {}: {}", name.package_display, name.progress_name, describe(reason, true)), base::StatusColor::yellow);
  }
  if (name.verb.empty() || !m_announced.insert(name.package_id).second) {
    return;
  }
  if (!m_options.explain_rebuild && reason.kind != DirtyKind::never_built) {
    m_env.reporter.verbose("Dirty", fmt::format("{}: {}", name.package_display, describe(reason, false)));
  }
  m_env.reporter.status(name.verb, name.package_display);
}

void Console::action_is_fresh(plan::ActionIndex action, bool restored)
{
  const plan::ActionLabel& name = label(action);
  if (restored) {
    m_restored.insert(name.package_id);
  }
  if (--m_left[name.package_id] == 0 && m_announced.insert(name.package_id).second) {
    m_env.reporter.verbose(m_restored.contains(name.package_id) ? "Restored" : "Fresh", name.package_display);
  }
}

void Console::count_diagnostic(const Event& event, bool shown)
{
  Count& count = m_counts[event.action];
  if (event.level == "error") {
    count.has_errors = true;
  }
  if (event.level != "warning") {
    return;
  }
  ++count.total;
  if (!shown) {
    ++count.duplicates;
  } else if (event.machine_applicable) {
    ++count.fixable;
  }
}

void Console::event(const Event& event)
{
  switch (event.kind) {
  case Event::Kind::running:
    m_env.reporter.verbose("Running", fmt::format("`{}`{}{}", event.text, event.level.empty() ? "" : " on ", event.level));
    break;
  case Event::Kind::diagnostic: {
    // The same warning comes from a library and its tests, for instance: shown once, counted as a duplicate.
    const bool is_new = m_shown.insert(event.text).second;
    if (is_new) {
      show_stderr(event.text);
    }
    count_diagnostic(event, is_new);
    break;
  }
  case Event::Kind::stderr_text:
    show_stderr(event.text);
    break;
  case Event::Kind::stdout_text:
    show_stdout(event.text, event.text);
    break;
  case Event::Kind::future_incompat: {
    const plan::ActionLabel& name = label(event.action);
    m_outcome.future_incompatible[{name.package_name, name.package_version}].insert(event.text);
    break;
  }
  case Event::Kind::count:
  case Event::Kind::early_output:
  case Event::Kind::finished:
  case Event::Kind::wake:
    break;
  }
}

void Console::script_messages(plan::ActionIndex action, const std::vector<ScriptMessage>& messages)
{
  const plan::ActionLabel& name = label(action);
  for (const ScriptMessage& message : messages) {
    const std::string text = fmt::format("{}@{}: {}", name.package_name, name.package_version, message.text);
    if (message.severity == ScriptMessage::Severity::error) {
      m_env.reporter.error(Error({}, text));
    } else {
      show_warning(text);
    }
  }
}

void Console::action_ends(plan::ActionIndex action, bool success, bool fresh, const ScriptOutput* script)
{
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  if (const auto found = m_counts.find(action); found != m_counts.end() && found->second.total > 0) {
    const Count& count = found->second;
    m_outcome.warnings += count.total;
    m_outcome.actions[action].warnings = count.total;
    std::string text = fmt::format("{} generated {} warning{}", tmpl.label.description, count.total, count.total == 1 ? "" : "s");
    if (count.duplicates > 0) {
      text += fmt::format(" ({} duplicate{})", count.duplicates, count.duplicates == 1 ? "" : "s");
    }
    if (count.fixable > 0 && !count.has_errors && tmpl.label.is_local && !tmpl.label.fix_arguments.empty()) {
      text += fmt::format(
          " (run `cargo fix {}` to apply {} suggestion{})", tmpl.label.fix_arguments, count.fixable, count.fixable == 1 ? "" : "s");
    }
    show_warning(text);
  }
  if (!success || m_options.message_format.kind != MessageFormat::Kind::json) {
    return;
  }
  if (script != nullptr) {
    const std::string message = build_script_json(tmpl, *script);
    show_stdout(message, message);
  }
  if (tmpl.artifact_message && !tmpl.finished_by) {
    announce_artifact(action, fresh);
  }
  if (tmpl.finishes) {
    announce_artifact(*tmpl.finishes, fresh);
  }
}

void Console::announce_artifact(plan::ActionIndex action, bool fresh)
{
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  const auto place_of = [&](std::uint32_t output) { return plan::shown_path(m_graph, action, output).string(); };
  std::vector<std::string> filenames;
  for (const std::uint32_t output : tmpl.artifact_outputs) {
    if (m_env.fs.exists(tmpl.outputs[output].path)) {
      filenames.push_back(place_of(output));
    }
  }
  std::string executable;
  if (tmpl.executable_output) {
    executable = place_of(*tmpl.executable_output);
  }
  const std::string* const program = tmpl.executable_output ? &executable : nullptr;
  const std::string repeated = compiler_artifact_json(tmpl, filenames, program, true);
  show_stdout(fresh ? repeated : compiler_artifact_json(tmpl, filenames, program, false), repeated);
}

void Console::tool_text(std::string_view text)
{
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.empty()) {
      show_stderr(line);
    }
  }
}

bool Console::show_as_json(plan::ActionIndex action, const Error& said, base::Severity severity)
{
  if (m_options.message_format.kind != MessageFormat::Kind::json || m_options.message_format.render_diagnostics) {
    return false;
  }
  const std::string message = finding_json(m_graph.actions[action], said, severity);
  show_stdout(message, message);
  return true;
}

void Console::finding(plan::ActionIndex action, const Error& finding)
{
  if (!show_as_json(action, finding, base::Severity::error)) {
    m_env.reporter.error(finding);
  }
}

void Console::artifact_message(const ArtifactReport::Message& message)
{
  if (m_options.message_format.kind == MessageFormat::Kind::json) {
    show_stdout(message.now, message.repeated);
  }
}

void Console::remark(plan::ActionIndex action, const Remark& remark)
{
  if (show_as_json(action, remark.text, remark.severity)) {
    return;
  }
  const std::string text = base::render(remark.text, remark.severity, m_env.reporter.color());
  m_env.reporter.passthrough(text);
  m_outcome.repeated_stderr += text;
}

void Console::failure(const Error& error, const std::string& child_text, bool others_run)
{
  // The child's own words first, whole; ours follow, where they are still on the screen.
  if (!child_text.empty()) {
    m_env.reporter.passthrough(child_text);
  }
  m_env.reporter.error(error);
  if (!m_any_failure && others_run) {
    m_env.reporter.warning(Error({}, "build failed, waiting for other jobs to finish..."));
  }
  m_any_failure = true;
}

void Console::progress(const std::set<plan::ActionIndex>& running, std::size_t done)
{
  std::vector<std::string> names;
  names.reserve(running.size());
  for (const plan::ActionIndex action : running) {
    names.push_back(label(action).progress_name);
  }
  m_env.reporter.progress({"Building", done, m_graph.actions.size(), base::join(names, ", ")});
}

void Console::build_ends(bool success)
{
  m_env.reporter.clear_progress();
  if (m_options.message_format.kind == MessageFormat::Kind::json) {
    const std::string message = build_finished_json(success);
    show_stdout(message, message);
  }
}

} // namespace cargo_wasm::exec
