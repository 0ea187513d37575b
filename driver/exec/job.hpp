// One action that must run: in its own thread, from removing stale outputs to the record of its success.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/exec/jobserver.hpp>

#include "events.hpp"
#include "freshness.hpp"
#include "remote_units.hpp"
#include "result_cache.hpp"

namespace cargo_wasm::exec {

struct JobOutput
{
  bool success = false;
  std::optional<Error> error; ///< why not; its text is ready to be shown
  std::string child_text;     ///< a failed script's output, shown before the error
  std::string advice_text;    ///< plain text for failure advice
  KnownResult result;
  std::optional<Record> record;
  bool inputs_moved = false;         ///< the inputs changed meanwhile: the record is good for this build and is not kept
  bool wrote_outside = false;        ///< a script wrote, or somebody did meanwhile, where packages lie: what was known of them is void
  std::optional<FoundResult> found;  ///< another machine had it: nothing ran
  std::shared_ptr<Verdict> returned; ///< it could not be done elsewhere: nothing has happened, and it is to run here
  std::vector<ScriptMessage> messages;
  std::chrono::steady_clock::time_point started{}, ended{};
};

struct JobSettings
{
  const Context& context;
  const ExecuteOptions& options;
  const Jobserver& jobserver;
  std::uint32_t jobs = 1;         ///< NUM_JOBS
  ResultCache* results = nullptr; ///< absent: nothing is kept
  int lock_descriptor = -1;       ///< compilers keep it: a build that was killed is over when its compilers are
};

/// Runs action `index`; tells `emit` what happens, last of all `finished`. Never throws.
/// @param elsewhere  who runs it; null: this machine
void run_job(const JobSettings& settings,
             plan::ActionIndex index,
             Verdict verdict,
             RemoteUnits* elsewhere,
             const std::function<void(Event)>& emit,
             std::stop_token stop);

/// The command as a child will get it.
[[nodiscard]] base::Command command_for(const JobSettings& settings, const plan::ActionTemplate& tmpl, const ExpandedCommand& expanded);

/// Commands of actions whose dependencies' results are known, as they run. `settings` and `results` must outlive it.
[[nodiscard]] std::function<base::Command(plan::ActionIndex)> commands_from(const JobSettings& settings,
                                                                            const std::vector<KnownResult>& results);

/// Puts results where users find them. True when something was linked anew.
[[nodiscard]] Result<bool> uplift(const Context& context, const plan::ActionTemplate& tmpl);

} // namespace cargo_wasm::exec
