// Units that are compiled on other machines, by an executor of the Remote Execution API.
//
// The input root has the places of docs/formats/action.md, and the compiler beside them: `workspace/`, `target/`, `cargo/`, `toolchain/`. A
// worker puts it anywhere. A script in it (`unit.sh`) finds out where, and starts rustc with the arguments of a local run in which the
// places are those of the worker; `--remap-path-prefix` is among them, so the bytes are those of a local run.
//
// What comes back is used when it is what a local run would have left, as far as can be seen: the same variables were looked at with the
// same values, no file outside the input root was read, and no output names the worker's place. Otherwise, and when it does not
// compile there, the unit is compiled here: no build fails because of what an executor says.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/remote/execution_pool.hpp>

#include "executor_breaker.hpp"
#include "freshness.hpp"
#include "remote_places.hpp"
#include "toolchain_tree.hpp"

namespace cargo_wasm::exec {

/// A unit that was compiled. Its outputs and its dep-info are in place.
struct RemoteUnit
{
  std::string stderr_text;                  ///< rustc's lines, as a local run would have written them
  std::map<std::string, base::Digest> sent; ///< place name → what was compiled
};

/// For several threads at a time.
class RemoteUnits
{
public:
  RemoteUnits(const Context& context, const CacheUse& use, remote::ExecutionPool& pool);

  /// Whether this unit can be sent: a library for a wasm target, not incremental, whose command names nothing outside the places. Cheap.
  [[nodiscard]] bool takes(plan::ActionIndex action, const Verdict& verdict) const;
  /// nullopt: it is to be compiled here; a failure of the server was warned of. `command` is that of a local run, all inputs are in place.
  [[nodiscard]] std::optional<RemoteUnit> run(plan::ActionIndex action, const Verdict& verdict, const base::Command& command);

  /// What became of a unit that came back, or of any other. When several did not compile there for no reason that can be seen, the server
  /// is left out, with a warning.
  void compiled_here(plan::ActionIndex action, const Record& record);
  void failed_here(plan::ActionIndex action) { m_breaker.failed_here(action); }
  /// Nothing is sent now: the server is left out, or it is not yet known why units fail there.
  [[nodiscard]] bool is_waiting() const { return m_pool.is_left_out() || m_breaker.is_in_doubt(); }

  /// How many at once.
  [[nodiscard]] std::uint32_t jobs() const { return m_jobs; }
  void set_jobs(std::uint32_t jobs) { m_jobs = jobs; }
  [[nodiscard]] const remote::ExecutionPool& pool() const { return m_pool; }
  [[nodiscard]] std::uint32_t executed() const { return m_executed; }
  /// Why units were compiled here that had been sent: a line each. When nothing runs any more.
  [[nodiscard]] const std::vector<std::string>& came_back() const { return m_came_back; }

private:
  struct Inputs;
  Result<std::optional<RemoteUnit>> run_there(plan::ActionIndex action, const Verdict& verdict, const base::Command& command);
  Result<> add_inputs(plan::ActionIndex action, const Verdict& verdict, Inputs& inputs) const;
  Result<> add_tree(const std::string& place_name, Inputs& inputs) const;
  Result<> add_file(const std::string& place_name, Inputs& inputs) const;
  Result<const ToolchainTree*> toolchain(const plan::ActionTemplate& tmpl, const std::string& triple);
  Result<> fetch_outputs(const plan::ActionTemplate& tmpl, const action::ActionResult& result, const WorkerPlaces& worker);
  /// Why the result would be another one here; empty: it is good.
  Result<std::string> objection_to(const plan::ActionTemplate& tmpl, const Verdict& verdict, const WorkerPlaces& worker) const;
  void note_return(const plan::ActionTemplate& tmpl, const std::string& why);

  const Context& m_context;
  const CacheUse& m_use;
  remote::ExecutionPool& m_pool;
  ExecutorBreaker m_breaker;
  std::uint32_t m_jobs = 1;
  std::atomic<std::uint32_t> m_executed{0};
  std::mutex m_mutex; ///< of `m_came_back` and `m_toolchains`
  std::vector<std::string> m_came_back;
  std::map<std::string, ToolchainTree> m_toolchains; ///< by triple; never changed once they are there
};

} // namespace cargo_wasm::exec
