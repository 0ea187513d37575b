// The scheduler: what is ready is checked; what is dirty waits for a job slot, most important first.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/jobserver.hpp>
#include <cargo_wasm/exec/state_log.hpp>

#include "console.hpp"
#include "freshness.hpp"
#include "job.hpp"
#include "remote_units.hpp"
#include "result_cache.hpp"

namespace cargo_wasm::exec {

class Executor
{
public:
  Executor(const JobSettings& settings, StateLog& log, Jobserver& jobserver, EventQueue& queue, BuildOutcome& outcome);
  ~Executor();

  Result<> run();

  /// Results of all actions that are done; for the `.d` files of final artifacts.
  [[nodiscard]] const std::vector<KnownResult>& results() const { return m_results; }

private:
  struct Order
  {
    const plan::ActionGraph* graph;
    bool operator()(plan::ActionIndex a, plan::ActionIndex b) const
    {
      const std::uint64_t x = graph->actions[a].priority;
      const std::uint64_t y = graph->actions[b].priority;
      return x != y ? x > y : a < b;
    }
  };

  void index_dependencies();
  Result<> check_ready();
  [[nodiscard]] Result<> check_completeness() const;
  Result<> decide(plan::ActionIndex action);
  Result<bool> finish_found(plan::ActionIndex action, Verdict& verdict);
  Result<> finish_fetched(plan::ActionIndex action, FoundResult& found);
  Result<bool> take(plan::ActionIndex action, FoundResult& found);
  Result<bool> bring_for_people(plan::ActionIndex action, Record& record, bool& moved);
  Result<bool> bring_out_dir(plan::ActionIndex action);
  Result<bool> bring_elsewhere(plan::ActionIndex action);
  Result<bool> bring_inputs(plan::ActionIndex action);
  void make_again(plan::ActionIndex action, plan::ActionIndex reader);
  void release_readers(plan::ActionIndex action);
  Result<> finish_fresh(plan::ActionIndex action, Verdict& verdict, ActionState state);
  Result<> start_jobs();
  Result<> start_next(std::set<plan::ActionIndex, Order>& waiting);
  void start(plan::ActionIndex action, bool elsewhere);
  [[nodiscard]] bool is_for_elsewhere(plan::ActionIndex action, const Verdict& verdict);
  void open_executor();
  void sort_out_sendable();
  void take_back_what_waits();
  void run_here(plan::ActionIndex action, Verdict verdict);
  void compare_with_elsewhere(plan::ActionIndex action, const JobOutput& job);
  void tell_of_elsewhere();
  [[nodiscard]] std::size_t running_here() const { return m_running.size() - m_sent.size(); }
  void balance_tokens();
  Result<> handle(Event& event);
  Result<> finish_job(plan::ActionIndex action, JobOutput& job);
  void report_failure(plan::ActionIndex action, JobOutput& job);
  [[nodiscard]] std::optional<base::Digest> inputs_of(plan::ActionIndex action) const;
  void remark_on(plan::ActionIndex action);
  Result<> inspect_links();
  Result<> inspect_artifacts();
  void early_output(const Event& event);
  void satisfied(plan::ActionIndex action, bool early_only);
  void mark_would_run(plan::ActionIndex action, DirtyReason reason);
  void note_uplifted(plan::ActionIndex action);
  void note_outputs(plan::ActionIndex action, const Record& record);
  [[nodiscard]] bool may_start() const;

  const JobSettings& m_settings;
  const Context& m_context;
  const plan::ActionGraph& m_graph;
  const ExecuteOptions& m_options;
  StateLog& m_log;
  Jobserver& m_jobserver;
  EventQueue& m_queue;
  BuildOutcome& m_outcome;
  Console m_console;
  FreshnessChecker m_checker;
  std::chrono::steady_clock::time_point m_began;

  std::vector<KnownResult> m_results;
  std::vector<std::uint32_t> m_missing;                                      ///< unsatisfied dependencies per action
  std::vector<std::vector<std::pair<plan::ActionIndex, bool>>> m_dependents; ///< (dependent, early is enough)
  std::vector<bool> m_early_done;
  std::set<plan::ActionIndex, Order> m_ready, m_pending;
  std::map<plan::ActionIndex, Verdict> m_verdicts; ///< of pending and sendable actions
  std::optional<RemoteUnits> m_remote_units;       ///< absent: everything runs here
  bool m_asked_for_executor = false;
  std::set<plan::ActionIndex, Order> m_sendable;         ///< as `m_pending`, for the executor: they need no job slot of this machine
  std::set<plan::ActionIndex, Order> m_perhaps_sendable; ///< before it is known whether what they read is private
  std::set<plan::ActionIndex> m_sent, m_returned;        ///< running there; that came back
  std::set<plan::ActionIndex> m_announced;               ///< whose start was said
  ResultCache* m_results_of_others = nullptr;            ///< absent: no store
  std::set<plan::ActionIndex> m_elsewhere;               ///< done, with outputs that only the store has
  /// Actions that looked fresh, but whose outputs the store has lost → those that wait until they are made again.
  std::map<plan::ActionIndex, std::set<plan::ActionIndex>> m_made_again;
  std::map<plan::ActionIndex, std::thread> m_threads;
  std::set<plan::ActionIndex> m_running;
  std::atomic<std::uint32_t> m_tokens{0};
  std::atomic<std::uint32_t> m_requested{0};
  std::size_t m_done = 0;
};

} // namespace cargo_wasm::exec
