// What the scheduler does about the store of results: what it has is done without running, what somebody reads of it comes into place then,
// and what it has lost meanwhile is made again before whoever reads it.
#include <algorithm>

#include "executor.hpp"

namespace cargo_wasm::exec {

/// True: the store had the result, and the action is done.
Result<bool> Executor::finish_found(plan::ActionIndex action, Verdict& verdict)
{
  auto found = m_results_of_others->look_up(action, verdict);
  return found ? take(action, *found) : Result<bool>(false);
}

/// False: the store has lost it meanwhile.
Result<bool> Executor::take(plan::ActionIndex action, FoundResult& found)
{
  CW_TRY(m_results_of_others->settle(action, found));
  bool moved = false;
  CW_TRY_ASSIGN(const bool is_there, bring_for_people(action, found.record, moved));
  CW_TRY_ASSIGN(const bool has_out_dir, is_there&& found.names_checkout ? bring_out_dir(action) : Result<bool>(is_there));
  if (!has_out_dir) {
    return false;
  }
  Verdict verdict;
  verdict.record = std::move(found.record);
  verdict.result = std::move(found.result);
  verdict.record_moved = true;
  CW_TRY(finish_fresh(action, verdict, ActionState::restored));
  return true;
}

Result<> Executor::finish_fetched(plan::ActionIndex action, FoundResult& found)
{
  CW_TRY_ASSIGN(const bool is_there, take(action, found));
  if (is_there) {
    m_outcome.actions[action].dirty.reset();
  } else {
    m_ready.insert(action);
  }
  return {};
}

/// What somebody else than a compiler may read is put into place at once; the rest when it is read. False: the store has it no more.
Result<bool> Executor::bring_for_people(plan::ActionIndex action, Record& record, bool& moved)
{
  if (m_results_of_others == nullptr || m_options.dry_run) {
    return true;
  }
  const auto is_elsewhere = [](const RecordedOutput& output) {
    return output.is_directory
               ? std::ranges::any_of(output.files, [](const RecordedFile& file) { return file.known.identity.is_elsewhere(); })
               : output.known.identity.is_elsewhere();
  };
  const bool is_directory_gone = std::ranges::any_of(record.outputs, [&](const RecordedOutput& output) {
    return output.is_directory && output.files.empty() && !m_context.env.fs.is_directory(m_context.places.path_of(output.name));
  });
  if (!is_directory_gone && std::ranges::none_of(record.outputs, is_elsewhere)) {
    return true;
  }
  if (!m_options.everything_on_disk && m_options.message_format.kind != MessageFormat::Kind::json && !is_for_people(m_graph, action)) {
    m_elsewhere.insert(action);
    return true;
  }
  moved = true;
  return m_results_of_others->bring(action, record);
}

/// What names this checkout may name its OUT_DIR, and a program that has it may read there when it runs. False: the store has lost it.
Result<bool> Executor::bring_out_dir(plan::ActionIndex action)
{
  const plan::ActionTemplate& tmpl = m_graph.actions[action];
  if (tmpl.kind != plan::ActionKind::rustc || !tmpl.out_dir || m_options.dry_run) {
    return true;
  }
  for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
    const plan::ActionTemplate& script = m_graph.actions[dependency.action];
    if (script.kind == plan::ActionKind::run_build_script && script.out_dir == tmpl.out_dir && m_elsewhere.contains(dependency.action)) {
      return bring_elsewhere(dependency.action);
    }
  }
  return true;
}

/// False: the store has lost what was known to be there.
Result<bool> Executor::bring_elsewhere(plan::ActionIndex action)
{
  auto record = m_log.find(m_graph.actions[action].identity);
  CW_TRY_ASSIGN(const bool is_there, record ? m_results_of_others->bring(action, *record) : Result<bool>(false));
  if (is_there) {
    m_elsewhere.erase(action);
    CW_TRY(m_log.append(*record));
  }
  return is_there;
}

/// Before an action runs: what it reads lies where it will look. False: something must be made again first.
Result<bool> Executor::bring_inputs(plan::ActionIndex action)
{
  bool complete = true;
  const bool all_is_here = m_elsewhere.empty() && m_made_again.empty();
  for (const plan::ActionIndex read : all_is_here ? std::vector<plan::ActionIndex>{} : read_actions(m_graph, action)) {
    if (const auto again = m_made_again.find(read); again != m_made_again.end()) { // another reader has missed it
      again->second.insert(action);
      complete = false;
      continue;
    }
    if (!m_elsewhere.contains(read)) {
      continue;
    }
    CW_TRY_ASSIGN(const bool is_there, bring_elsewhere(read));
    if (!is_there) {
      m_elsewhere.erase(read);
      make_again(read, action);
      complete = false;
    }
  }
  return complete;
}

void Executor::make_again(plan::ActionIndex action, plan::ActionIndex reader)
{
  std::set<plan::ActionIndex>& waiting = m_made_again[action];
  if (waiting.empty()) {
    ActionRecord& record = m_outcome.actions[action];
    --(record.state == ActionState::restored ? m_outcome.restored : m_outcome.fresh);
    record = {};
    --m_done;
    m_early_done[action] = true; // whoever needed less than all of it has it
    m_ready.insert(action);
  }
  waiting.insert(reader);
}

/// The action is done, whether it ran or its result came from elsewhere: who waited for it may start. Dependents of one that was made again
/// have counted it already; only those wait that missed it.
void Executor::release_readers(plan::ActionIndex action)
{
  const auto again = m_made_again.extract(action);
  if (!again) {
    satisfied(action, false);
    return;
  }
  for (const plan::ActionIndex reader : again.mapped()) {
    const bool waits_for_more = std::ranges::any_of(m_made_again, [&](const auto& entry) { return entry.second.contains(reader); });
    if (!waits_for_more) {
      m_ready.insert(reader);
    }
  }
}

} // namespace cargo_wasm::exec
