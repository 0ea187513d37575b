#include "executor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "advice_for.hpp"
#include "compiler_output.hpp"
#include "own_inputs.hpp"

namespace cargo_wasm::exec {

Executor::Executor(const JobSettings& settings, StateLog& log, Jobserver& jobserver, EventQueue& queue, BuildOutcome& outcome)
    : m_settings(settings), m_context(settings.context), m_graph(settings.context.graph), m_options(settings.options), m_log(log),
      m_jobserver(jobserver), m_queue(queue), m_outcome(outcome), m_console(settings.context.env, m_graph, settings.options, outcome),
      m_checker(settings.context, log, settings.results != nullptr), m_began(settings.context.env.clock.monotonic()),
      m_results(m_graph.actions.size()), m_missing(m_graph.actions.size()), m_dependents(m_graph.actions.size()),
      m_early_done(m_graph.actions.size()), m_ready(Order{&m_graph}), m_pending(Order{&m_graph}), m_sendable(Order{&m_graph}),
      m_perhaps_sendable(Order{&m_graph}), m_results_of_others(settings.results)
{
  index_dependencies();
  m_jobserver.on_token([this] {
    ++m_tokens;
    --m_requested;
    m_queue.push({});
  });
}

Executor::~Executor()
{
  m_jobserver.on_token(nullptr);
  for (auto& [action, thread] : m_threads) {
    thread.join();
  }
}

void Executor::index_dependencies()
{
  for (plan::ActionIndex i = 0; i < m_graph.actions.size(); ++i) {
    // One edge per dependency, and the stricter one where there are two.
    std::map<plan::ActionIndex, bool> edges;
    for (const plan::TemplateDependency& dependency : m_graph.actions[i].dependencies) {
      const auto [edge, is_new] = edges.emplace(dependency.action, dependency.early_is_enough);
      edge->second = edge->second && dependency.early_is_enough;
    }
    for (const auto& [action, early] : edges) {
      m_dependents[action].emplace_back(i, early);
    }
    m_missing[i] = static_cast<std::uint32_t>(edges.size());
    if (edges.empty()) {
      m_ready.insert(i);
    }
  }
}

bool Executor::may_start() const
{
  return !m_options.stop.stop_requested() && (m_outcome.failed == 0 || m_options.keep_going);
}

Result<> Executor::run()
{
  const std::stop_callback on_stop(m_options.stop, [this] { m_queue.push({}); });
  Result<> result;
  while (true) {
    if (result && may_start()) {
      result = check_ready();
    }
    if (result && may_start()) {
      result = start_jobs();
    }
    if (m_running.empty() && (!result || !may_start() || (m_pending.empty() && m_sendable.empty() && m_perhaps_sendable.empty()))) {
      break;
    }
    balance_tokens();
    m_console.progress(m_running, m_done);
    for (Event& event : m_queue.take()) {
      auto handled = handle(event);
      if (!handled && result) {
        result = std::move(handled);
      }
    }
  }
  m_jobserver.cancel_requests();
  tell_of_elsewhere();
  if (result && m_outcome.failed == 0 && may_start() && !m_options.dry_run && m_options.inspect_link) {
    result = inspect_links();
  }
  if (result && m_outcome.failed == 0 && may_start() && !m_options.dry_run && m_options.inspect_artifacts) {
    result = inspect_artifacts();
  }
  m_outcome.interrupted = m_options.stop.stop_requested();
  if (result && m_outcome.failed == 0 && !m_outcome.interrupted && !m_options.dry_run) {
    result = check_completeness();
  }
  m_outcome.success = result && m_outcome.failed == 0 && !m_outcome.interrupted;
  m_outcome.elapsed = m_context.env.clock.monotonic() - m_began;
  m_console.build_ends(m_outcome.success);
  return result;
}

/// A build that ends well has come to each of its actions; whatever else went wrong is a defect here, and must not look like success.
Result<> Executor::check_completeness() const
{
  const auto missing = std::ranges::find(m_outcome.actions, ActionState::not_reached, &ActionRecord::state);
  if (missing == m_outcome.actions.end()) {
    return {};
  }
  const auto index = static_cast<std::size_t>(missing - m_outcome.actions.begin());
  return fail(Error("CW1243", fmt::format("the build came to its end without {}", m_graph.actions[index].label.description), Blame::bug)
                  .help("`--no-cache` builds it without the store; please report this"));
}

/// Decides about everything that has what it needs. Fresh actions may make others ready.
Result<> Executor::check_ready()
{
  while (!m_ready.empty() && !m_options.stop.stop_requested()) {
    const plan::ActionIndex action = *m_ready.begin();
    m_ready.erase(m_ready.begin());
    CW_TRY(decide(action));
  }
  return {};
}

Result<> Executor::decide(plan::ActionIndex action)
{
  CW_TRY_ASSIGN(Verdict verdict, m_checker.check(action, m_results));
  const bool is_lost = m_made_again.contains(action); // a record and a key say no more than that it was there
  if (is_lost) {
    verdict.dirty = DirtyReason{DirtyKind::output_missing, m_graph.actions[action].outputs[0].path.string(), {}, {}};
  }
  if (!verdict.dirty) {
    bool moved = false;
    CW_TRY_ASSIGN(const bool is_there, bring_for_people(action, *verdict.record, moved));
    if (is_there) {
      verdict.record_moved = verdict.record_moved || moved;
      return finish_fresh(action, verdict, ActionState::fresh);
    }
    verdict.dirty = DirtyReason{DirtyKind::output_missing, m_graph.actions[action].outputs[0].path.string(), {}, {}};
  }
  if (m_options.dry_run) {
    mark_would_run(action, *verdict.dirty);
    return {};
  }
  if (is_lost) {
    (void)m_results_of_others->look_up(action, verdict); // for the key: what is made is kept
  } else if (m_results_of_others != nullptr) {
    CW_TRY_ASSIGN(const bool is_found, finish_found(action, verdict));
    if (is_found) {
      return {};
    }
  }
  (is_for_elsewhere(action, verdict) ? m_perhaps_sendable : m_pending).insert(action);
  m_verdicts.emplace(action, std::move(verdict));
  return {};
}

void Executor::mark_would_run(plan::ActionIndex action, DirtyReason reason)
{
  ActionRecord& record = m_outcome.actions[action];
  if (record.state == ActionState::would_run) {
    return;
  }
  record.state = ActionState::would_run;
  m_console.action_starts(action, reason);
  record.dirty = std::move(reason);
  for (const auto& [dependent, early] : m_dependents[action]) {
    mark_would_run(dependent, {DirtyKind::dependency_dirty, m_graph.actions[action].label.package_display, {}, {}});
  }
}

void Executor::note_outputs(plan::ActionIndex action, const Record& record)
{
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  ActionRecord& out = m_outcome.actions[action];
  out.digest = record.digest;
  out.is_for_once = !record.once_because.empty();
  for (const RecordedOutput& output : record.outputs) {
    const bool is_elsewhere = output.known.identity.is_elsewhere() && !output.is_directory;
    OutputRecord shown;
    shown.path = tmpl.outputs[output.index].path;
    shown.digest = output.known.digest;
    shown.stat.size_bytes = output.known.identity.size_bytes;
    shown.stat.mtime_ns = output.known.identity.mtime_ns;
    shown.stat.ctime_ns = output.known.identity.ctime_ns;
    shown.stat.inode = output.known.identity.inode;
    shown.stat.type = output.is_directory ? base::FileType::directory : base::FileType::regular;
    shown.is_elsewhere = is_elsewhere || (output.is_directory && m_elsewhere.contains(action));
    out.outputs.push_back(std::move(shown));
    if (tmpl.kind == plan::ActionKind::tool) {
      for (const RecordedFile& file : output.files) { // what users look for: a no-op notices when one is gone
        OutputRecord& inside = out.outputs.emplace_back();
        inside.path = m_context.places.path_of(file.name);
        inside.digest = file.known.digest;
        inside.stat.type = base::FileType::regular;
      }
    }
  }
  for (const RecordedFile& file : record.sources) {
    if (file.known.identity.is_elsewhere() && file.known.digest != absent_file().digest) {
      continue; // a script's file that nobody has read here
    }
    out.sources.push_back(m_context.places.path_of(file.name));
  }
  for (const RecordedTree& tree : record.source_trees) {
    out.source_trees.push_back({m_context.places.path_of(tree.name), tree.kind});
  }
  for (const auto& [name, value] : record.observed) {
    out.observed_variables.push_back(name);
  }
}

Result<> Executor::finish_fresh(plan::ActionIndex action, Verdict& verdict, ActionState state)
{
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  if (!m_options.dry_run) {
    CW_TRY_ASSIGN(const bool linked, uplift(m_context, tmpl));
    if (linked) {
      // A new name changes the file's ctime.
      for (RecordedOutput& output : verdict.record->outputs) {
        if (!output.is_directory) {
          CW_TRY_ASSIGN(const auto known, m_context.digests.file_now(tmpl.outputs[output.index].path.string(), &output.known));
          if (known) {
            output.known.identity = known->identity;
          }
        }
      }
    }
    if (linked || verdict.record_moved) {
      CW_TRY(m_log.append(*verdict.record));
    }
  }
  m_console.action_is_fresh(action, state == ActionState::restored);
  if (m_results_of_others != nullptr) {
    m_results_of_others->is_settled(action, *verdict.record);
  }
  const bool show = tmpl.label.is_local || m_options.show_dependency_warnings;
  if (tmpl.kind == plan::ActionKind::rustc && !verdict.record->stderr_text.empty()) {
    CompilerOutput output(m_graph, action, m_options.message_format, show, [this](Event event) { m_console.event(event); });
    for (const std::string_view line : base::split(verdict.record->stderr_text, '\n')) {
      if (!line.empty()) {
        output.stderr_line(line);
      }
    }
  }
  if (tmpl.kind == plan::ActionKind::tool) {
    m_console.tool_text(verdict.record->stderr_text);
  }
  const ScriptOutput* script = verdict.result.script ? &*verdict.result.script : nullptr;
  if (script != nullptr && show) {
    m_console.script_messages(action, script->messages);
  }
  remark_on(action);
  m_console.action_ends(action, true, true, script);
  note_outputs(action, *verdict.record);
  m_outcome.actions[action].state = state;
  ++(state == ActionState::restored ? m_outcome.restored : m_outcome.fresh);
  ++m_done;
  m_results[action] = std::move(verdict.result);
  note_uplifted(action);
  release_readers(action);
  return {};
}

void Executor::note_uplifted(plan::ActionIndex action)
{
  for (const auto& [index, path] : m_graph.actions[action].uplifted) {
    m_outcome.actions[action].uplifted.push_back(path);
  }
}

Result<> Executor::start_jobs()
{
  sort_out_sendable();
  take_back_what_waits();
  while (!m_pending.empty() && running_here() < m_tokens + std::size_t{1}) {
    CW_TRY(start_next(m_pending));
  }
  while (!m_sendable.empty() && m_sent.size() < m_remote_units->jobs()) {
    CW_TRY(start_next(m_sendable));
  }
  return {};
}

Result<> Executor::start_next(std::set<plan::ActionIndex, Order>& waiting)
{
  const plan::ActionIndex action = *waiting.begin();
  waiting.erase(waiting.begin());
  CW_TRY_ASSIGN(const bool complete, bring_inputs(action));
  if (complete) {
    start(action, &waiting == &m_sendable);
    return {};
  }
  m_verdicts.erase(action); // it is looked at once more when what it reads is there
  return check_ready();
}

void Executor::start(plan::ActionIndex action, bool elsewhere)
{
  Verdict verdict = std::move(m_verdicts.at(action));
  m_verdicts.erase(action);
  if (elsewhere) {
    m_sent.insert(action);
  }
  RemoteUnits* const machines = elsewhere ? &*m_remote_units : nullptr;
  ActionRecord& record = m_outcome.actions[action];
  record.dirty = verdict.dirty;
  record.started = m_context.env.clock.monotonic() - m_began;
  m_running.insert(action);
  m_threads.emplace(
      action, std::thread([this, action, machines, moved = std::move(verdict)]() mutable {
        run_job(m_settings, action, std::move(moved), machines, [this](Event event) { m_queue.push(std::move(event)); }, m_options.stop);
      }));
}

/// Slots nobody uses go back before we wait; one is asked for per job that waits for one.
void Executor::balance_tokens()
{
  const std::size_t waiting = running_here() + m_pending.size();
  const std::size_t wanted = waiting > 0 && may_start() ? waiting - 1 : 0;
  if (wanted > m_tokens + m_requested) {
    const auto more = static_cast<std::uint32_t>(wanted - m_tokens - m_requested);
    m_requested += more;
    m_jobserver.request(more);
  }
  const std::size_t used = running_here() == 0 ? 0 : running_here() - 1;
  while (m_pending.empty() && m_tokens > used) {
    --m_tokens;
    m_jobserver.release();
  }
}

Result<> Executor::handle(Event& event)
{
  switch (event.kind) {
  case Event::Kind::early_output:
    early_output(event);
    return {};
  case Event::Kind::finished:
    return finish_job(event.action, *event.job);
  case Event::Kind::wake:
    return {};
  case Event::Kind::running:
    // Not when the job begins: other machines may have the result. Once, though it may come back from there.
    if (m_announced.insert(event.action).second) {
      m_console.action_starts(event.action, *m_outcome.actions[event.action].dirty);
    }
    m_console.event(event);
    return {};
  case Event::Kind::diagnostic:
  case Event::Kind::stderr_text:
  case Event::Kind::stdout_text:
  case Event::Kind::future_incompat:
  case Event::Kind::count:
    m_console.event(event);
    return {};
  }
  return {};
}

void Executor::early_output(const Event& event)
{
  if (!event.digest || m_early_done[event.action]) {
    return;
  }
  KnownResult& result = m_results[event.action];
  result.outputs.resize(m_graph.actions[event.action].outputs.size());
  result.outputs[event.output] = event.digest;
  m_outcome.actions[event.action].rmeta_at = m_context.env.clock.monotonic() - m_began;
  m_early_done[event.action] = true;
  satisfied(event.action, true);
}

/// Dependents that waited for this: for the early outputs only, or for the rest.
void Executor::satisfied(plan::ActionIndex action, bool early_only)
{
  for (const auto& [dependent, early] : m_dependents[action]) {
    const bool now = early_only ? early : !(early && m_early_done[action]);
    if (now && --m_missing[dependent] == 0) {
      m_ready.insert(dependent);
    }
  }
}

Result<> Executor::finish_job(plan::ActionIndex action, JobOutput& job)
{
  m_threads.at(action).join();
  m_threads.erase(action);
  m_running.erase(action);
  m_sent.erase(action);
  if (job.wrote_outside) {
    m_context.digests.forget_outside({m_graph.target_directory.native(), m_graph.cargo_home.native()});
    if (m_results_of_others != nullptr) {
      m_results_of_others->forget_packages();
    }
  }
  if (job.returned) {
    run_here(action, std::move(*job.returned));
    return {};
  }
  compare_with_elsewhere(action, job);
  if (job.success && job.found) {
    return finish_fetched(action, *job.found);
  }
  ++m_done;
  ActionRecord& record = m_outcome.actions[action];
  record.ended = job.ended - m_began;
  if (!job.success) {
    record.state = ActionState::failed;
    report_failure(action, job);
    return {};
  }
  record.state = ActionState::ran;
  ++m_outcome.ran;
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  if (job.result.script && (tmpl.label.is_local || m_options.show_dependency_warnings)) {
    m_console.script_messages(action, job.result.script->messages);
  }
  if (tmpl.kind == plan::ActionKind::tool && job.record) {
    m_console.tool_text(job.record->stderr_text);
  }
  remark_on(action);
  m_console.action_ends(action, true, false, job.result.script ? &*job.result.script : nullptr);
  m_results[action] = std::move(job.result);
  note_uplifted(action);
  release_readers(action);
  if (job.record) {
    note_outputs(action, *job.record);
    const auto& script = m_results[action].script;
    record.is_for_once = record.is_for_once || (script && absent_input(m_context, tmpl, *script));
    if (m_results_of_others != nullptr) {
      m_results_of_others->is_settled(action, *job.record);
    }
    if (job.inputs_moved) {
      record.digest.reset();
    } else {
      CW_TRY(m_log.append(*job.record));
    }
  }
  return {};
}

std::optional<base::Digest> Executor::inputs_of(plan::ActionIndex action) const
{
  auto record = m_log.find(m_graph.actions[action].identity);
  const auto& digest = m_outcome.actions[action].digest;
  const bool is_of_this_build = record && digest && record->digest == *digest;
  if (!is_of_this_build) {
    return std::nullopt;
  }
  put_values_of_today(m_context.env, m_graph.actions[action], *record); // the digest is the same in all checkouts
  return own_inputs_digest(*record, m_context.places);
}

void Executor::remark_on(plan::ActionIndex action)
{
  if (!m_options.remark_on_link || m_options.dry_run || !m_graph.actions[action].link_report) {
    return;
  }
  for (const Remark& remark : m_options.remark_on_link({m_context.env, m_graph, action, commands_from(m_settings, m_results)})) {
    m_console.remark(action, remark);
  }
}

Result<> Executor::inspect_links()
{
  const InspectedAction first{
      m_context.env, m_graph, 0, commands_from(m_settings, m_results), [this](plan::ActionIndex action) { return inputs_of(action); }};
  for (plan::ActionIndex action = 0; action < m_graph.actions.size(); ++action) {
    if (!m_graph.actions[action].link_report) {
      continue;
    }
    CW_TRY_ASSIGN(const auto findings, m_options.inspect_link({first.env, m_graph, action, first.command_of, first.inputs_of}));
    for (const Error& finding : findings) {
      m_console.finding(action, finding);
      ++m_outcome.failed;
    }
  }
  return {};
}

Result<> Executor::inspect_artifacts()
{
  CW_TRY_ASSIGN(const ArtifactReport report, m_options.inspect_artifacts());
  for (const ArtifactReport::Message& message : report.messages) {
    m_console.artifact_message(message);
  }
  for (const auto& [action, finding] : report.findings) {
    m_console.finding(action, finding);
    ++m_outcome.failed;
  }
  return {};
}

void Executor::report_failure(plan::ActionIndex action, JobOutput& job)
{
  if (m_options.stop.stop_requested()) {
    return; // we killed it ourselves
  }
  ++m_outcome.failed;
  m_console.script_messages(action, job.messages);
  m_console.action_ends(action, false, false, nullptr);
  if (m_options.explain_failure) {
    for (const Error& finding : m_options.explain_failure({m_context.env, m_graph, action, commands_from(m_settings, m_results)})) {
      m_console.finding(action, finding);
    }
  }
  Error error = std::move(*job.error);
  add_advice(m_graph, action, job.advice_text, error);
  m_console.failure(error, job.child_text, !m_running.empty());
}

} // namespace cargo_wasm::exec
