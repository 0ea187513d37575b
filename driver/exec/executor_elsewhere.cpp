// What the scheduler does about actions that run on other machines: they wait in a queue of their own, take no job slot of this machine,
// and come back to the queue for this machine when the executor cannot have them.
#include "executor.hpp"

#include <fmt/format.h>

namespace cargo_wasm::exec {
namespace {

constexpr std::uint32_t k_usual_remote_jobs = 16;

}

/// The configuration is read when something must first run.
void Executor::open_executor()
{
  if (std::exchange(m_asked_for_executor, true) || !m_options.cache || !m_options.cache->open_executor) {
    return;
  }
  auto opened = m_options.cache->open_executor();
  if (!opened) {
    m_context.env.reporter.warning(opened.error());
  } else if (*opened != nullptr) {
    m_remote_units.emplace(m_context, *m_options.cache, **opened);
    const std::uint32_t most = m_options.jobs_given ? std::max(m_settings.jobs, k_usual_remote_jobs) : k_usual_remote_jobs;
    m_remote_units->set_jobs((*opened)->settings().jobs.value_or(most));
  }
}

bool Executor::is_for_elsewhere(plan::ActionIndex action, const Verdict& verdict)
{
  if (m_graph.actions[action].kind != plan::ActionKind::rustc || m_returned.contains(action)) {
    return false;
  }
  open_executor();
  return m_remote_units && !m_remote_units->is_waiting() && m_remote_units->takes(action, verdict);
}

/// A unit may be ready before all of what it reads is done: its metadata is enough. Whether that holds a secret is known at its end.
void Executor::sort_out_sendable()
{
  for (auto next = m_perhaps_sendable.begin(); next != m_perhaps_sendable.end();) {
    const plan::ActionIndex action = *next;
    const std::optional<bool> is_private = m_results_of_others->reads_private(action);
    if (!is_private && !m_running.empty()) {
      ++next;
      continue;
    }
    (is_private.value_or(true) ? m_pending : m_sendable).insert(action);
    next = m_perhaps_sendable.erase(next);
  }
}

void Executor::take_back_what_waits()
{
  if (!m_sendable.empty() && m_remote_units->is_waiting()) {
    m_pending.insert(m_sendable.begin(), m_sendable.end());
    m_sendable.clear();
  }
}

void Executor::run_here(plan::ActionIndex action, Verdict verdict)
{
  m_returned.insert(action);
  m_verdicts.emplace(action, std::move(verdict));
  m_pending.insert(action);
}

/// Whether it compiles here says what a failure there was worth.
void Executor::compare_with_elsewhere(plan::ActionIndex action, const JobOutput& job)
{
  if (m_returned.contains(action) && job.success && job.record) {
    m_remote_units->compiled_here(action, *job.record);
  } else if (m_returned.contains(action)) {
    m_remote_units->failed_here(action);
  }
}

void Executor::tell_of_elsewhere()
{
  if (!m_remote_units) {
    return;
  }
  m_context.env.reporter.verbose("Executed",
                                 fmt::format("{} units on {}", m_remote_units->executed(), m_remote_units->pool().settings().url));
  for (const std::string& why : m_remote_units->came_back()) {
    m_context.env.reporter.verbose("Returned", why);
  }
}

} // namespace cargo_wasm::exec
