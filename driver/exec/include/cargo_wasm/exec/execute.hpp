// Runs an action graph: what is fresh is reported, what is dirty is sealed, run and recorded.
//
// An action is fresh iff the digest of its sealed form equals the one recorded at its last success and its outputs
// are as they were left (design.md §2). Results lie in target/.cargo-wasm; the record of successes is the
// append-only file `state` there (docs/formats/state.md). One thread per running job; everything else, reporting
// included, happens on the calling thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/exec/dirty_reason.hpp>
#include <cargo_wasm/exec/record.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::cache {
class Store;
}
namespace cargo_wasm::remote {
class ExecutionPool;
class Remotes;
} // namespace cargo_wasm::remote

namespace cargo_wasm::exec {

/// `--message-format`; the JSON ones write cargo's messages to stdout.
struct MessageFormat
{
  enum class Kind : std::uint8_t { human, short_text, json } kind = Kind::human;
  bool short_diagnostics = false;  ///< json-diagnostic-short: `rendered` is the short form
  bool ansi = false;               ///< json-diagnostic-rendered-ansi
  bool render_diagnostics = false; ///< json-render-diagnostics: diagnostics as text on stderr, the rest as JSON
  auto operator<=>(const MessageFormat&) const = default;
};
/// Reads a comma-separated list of cargo's names ("human", "short", "json", "json-diagnostic-short" …).
/// Errors: CW0620 unknown name, CW0621 names that exclude one another (blame usage).
[[nodiscard]] Result<MessageFormat> parse_message_format(std::string_view text);

/// An action that failed or made a module, for whoever says more about it than the program did.
struct InspectedAction
{
  const Env& env;
  const plan::ActionGraph& graph;
  plan::ActionIndex action = 0;
  /// The command of this action or of one that it depends on, as it ran.
  std::function<base::Command(plan::ActionIndex)> command_of;
  /// The digest of what an action was made from by itself: command, sources, variables, toolchain, without other actions' results, and
  /// the same in every checkout. nullopt: not known, because something moved while it ran.
  std::function<std::optional<base::Digest>(plan::ActionIndex)> inputs_of = {};
};
/// Called after the program's own text was shown, in the thread that called `execute`; other jobs go on meanwhile.
using FailureExplainer = std::function<std::vector<Error>(const InspectedAction&)>;

/// What is worth saying of an action that succeeded.
struct Remark
{
  base::Severity severity = base::Severity::warning;
  Error text;
};
/// Called when an action that links a wasm module has succeeded, and when it is fresh, as rustc's warnings are said again.
using LinkRemarks = std::function<std::vector<Remark>(const InspectedAction&)>;

/// What is to be said of what was built.
struct ArtifactReport
{
  struct Message
  {
    std::string now, repeated; ///< JSON, and what a build that finds everything fresh says instead
  };
  std::vector<Message> messages;                             ///< shown where messages are JSON
  std::vector<std::pair<plan::ActionIndex, Error>> findings; ///< with the action that made the artifact; they make the build fail
};

/// The store of results, and what a key needs to know that stands in no template.
struct CacheUse
{
  cache::Store* store = nullptr;
  base::Path memo_directory; ///< digests of toolchains and programs by their stat data
  base::Path driver_program; ///< this program: its steps and its linker shim are part of results
  std::string home;          ///< $HOME: a result that contains it is this user's
  /// The caches on other machines, asked for when the store first lacks something; null: there are none. May be empty.
  std::function<Result<remote::Remotes*>()> open_remotes;
  /// The executor, asked for when something must first run; null: there is none. May be empty.
  std::function<Result<remote::ExecutionPool*>()> open_executor = {};
};

struct ExecuteOptions
{
  std::uint32_t jobs = 0;  ///< 0: as many as the machine runs threads at once
  bool jobs_given = false; ///< by `-j`: warned about when a jobserver is inherited
  bool keep_going = false;
  MessageFormat message_format;
  std::optional<CacheUse> cache;         ///< absent: nothing is taken from a store or kept in one
  bool everything_on_disk = false;       ///< also what only a compiler would read: somebody else is going to
  bool dry_run = false;                  ///< says what would run, changes nothing
  bool explain_rebuild = false;          ///< a line per dirty action, with old and new values
  bool show_dependency_warnings = false; ///< -vv: diagnostics of packages that are not local
  bool empties_out_dirs = false;         ///< build scripts find nothing in OUT_DIR of what an earlier run left
  std::stop_token stop;                  ///< requested on Ctrl-C and SIGTERM
  FailureExplainer explain_failure;      ///< may be empty
  LinkRemarks remark_on_link;            ///< may be empty
  /// Called when everything is done, once for each action that linked a wasm module, fresh ones included; may be empty. What it finds
  /// makes the build fail.
  std::function<Result<std::vector<Error>>(const InspectedAction&)> inspect_link;
  /// Called once, when everything is done and nothing failed, before a JSON build says that it is finished; may be empty.
  std::function<Result<ArtifactReport>()> inspect_artifacts;
};

/// `-j N`: positive, negative (threads + N) or "default". Errors: CW0622 (blame usage).
[[nodiscard]] Result<std::uint32_t> parse_jobs(std::string_view text, std::uint32_t hardware_threads);

enum class ActionState : std::uint8_t { not_reached, fresh, ran, failed, would_run, restored };

struct OutputRecord
{
  base::Path path;           ///< where users find it when uplifted, else the file in target/.cargo-wasm
  base::FileStat stat;       ///< of a directory: of the directory itself
  base::Digest digest;       ///< of a directory: its tree
  bool is_elsewhere = false; ///< only the store has it: nobody here has read it
};

struct ActionRecord
{
  ActionState state = ActionState::not_reached;
  std::optional<DirtyReason> dirty;                            ///< of ran, failed and would_run
  std::optional<action::Digest> digest;                        ///< the sealed action; absent when it was not recorded
  std::chrono::steady_clock::duration started{}, ended{};      ///< since the call of `execute`; of ran and failed
  std::optional<std::chrono::steady_clock::duration> rmeta_at; ///< when dependents could start
  std::vector<OutputRecord> outputs;                           ///< as in the template, absent optional ones left out
  std::vector<base::Path> uplifted;
  std::vector<std::string> sources;            ///< absolute paths of files that decided freshness
  std::vector<RecordedTree> source_trees;      ///< directories whose set of files did, by absolute path
  std::vector<std::string> observed_variables; ///< names of environment variables that did
  std::uint32_t warnings = 0;
  bool is_for_once = false; ///< the next build makes it again, whatever else changes
};

struct BuildOutcome
{
  bool success = false;
  std::vector<ActionRecord> actions; ///< one per template, same order
  std::uint32_t fresh = 0, ran = 0, failed = 0, warnings = 0;
  std::uint32_t restored = 0; ///< taken from the store
  std::chrono::steady_clock::duration elapsed{};
  std::chrono::system_clock::time_point started_at{};
  bool interrupted = false; ///< `stop` was requested: exit with 128 + the signal
  std::uint32_t jobs = 1;   ///< the limit that was in force
  /// Package name and version → what a future compiler will refuse in it, rendered with escapes. Of fresh actions, too.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> future_incompatible;
  /// What the next build says on stderr and stdout if everything is fresh then (warnings, JSON messages): for the no-op snapshot.
  std::string repeated_stderr, repeated_stdout;
};

/// Takes the lock of the target directory (waits, and says so), loads the record, runs what is dirty.
///
/// A failed action is reported through env.reporter when it fails; the outcome then has `success == false` and there is
/// no Error. Does not print cargo's `Finished` line: the caller knows artifact and size.
/// Errors: CW0630 the target directory cannot be written, CW0631 the record cannot be written (full disk),
///         CW0632 an inherited jobserver cannot be used.
[[nodiscard]] Result<BuildOutcome> execute(const Env& env, const plan::ActionGraph& graph, const ExecuteOptions& options);

} // namespace cargo_wasm::exec
