// Is an action fresh? Seals the template with the present state of everything its last success was made from and compares
// the digest with the recorded one; when they differ, says what changed.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/exec/dirty_reason.hpp>
#include <cargo_wasm/exec/file_digests.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/record.hpp>
#include <cargo_wasm/exec/seal.hpp>
#include <cargo_wasm/exec/state_log.hpp>

#include "unsaid_inputs.hpp"

namespace cargo_wasm::exec {

/// What both checking and running need of the world; outlives every job.
struct Context
{
  const Env& env;
  const plan::ActionGraph& graph;
  const PlaceNames& places;
  FileDigests& digests;
  std::string key_of_variables = {}; ///< observed.hpp
};

struct SharedKey;

struct Verdict
{
  std::optional<DirtyReason> dirty; ///< absent: fresh
  ExpandedCommand command;
  SealInput input;                              ///< of a dirty action: dependencies and platform only
  std::optional<Record> record;                 ///< the last success
  bool record_moved = false;                    ///< fresh, but files were touched: the record gets their new stat data
  KnownResult result;                           ///< of a fresh action
  std::vector<NamedInputs> named = {};          ///< files that scripts named and this compilation may read
  std::shared_ptr<const SharedKey> shared = {}; ///< of a dirty action, where there is a store
};

class FreshnessChecker
{
public:
  /// @param has_store  a fresh action's outputs may be elsewhere (FileIdentity::is_elsewhere)
  FreshnessChecker(const Context& context, const StateLog& log, bool has_store) : m_context(context), m_log(log), m_has_store(has_store) {}

  /// `results` hold those of all dependencies (at least the early outputs where these are enough).
  [[nodiscard]] Result<Verdict> check(plan::ActionIndex index, std::span<const KnownResult> results);

private:
  Result<> add_platform(const plan::ActionTemplate& tmpl, SealInput& input);
  Result<std::optional<DirtyReason>> check_outputs(const plan::ActionTemplate& tmpl, Verdict& verdict);
  Result<std::optional<DirtyReason>> check_script(const plan::ActionTemplate& tmpl, Verdict& verdict);

  const Context& m_context;
  const StateLog& m_log;
  bool m_has_store;
  std::map<std::pair<std::string, std::string>, std::string> m_toolchains;
};

/// The directives of a run, with $OUT_DIR where it is now.
[[nodiscard]] Result<ScriptOutput>
parse_for(const Env& env, const plan::ActionTemplate& tmpl, std::string_view stdout_text, const std::string& out_dir_then);

/// As messages show it: without the workspace's root.
[[nodiscard]] std::string path_to_show(const Context& context, const std::string& path);

/// What a script named in `rerun-if-changed` and is not there, as messages show it. As under cargo such a script runs in every build: a
/// pattern of files (`protos/*.proto`) is such a path, and names that nothing has are given for that.
[[nodiscard]] std::optional<std::string> absent_input(const Context& context, const plan::ActionTemplate& tmpl, const ScriptOutput& script);

/// The key's parts become the record's, so that a later difference can be named.
void take_seal(Record& record, const plan::ActionTemplate& tmpl, SealedAction sealed, SealInput input);

/// What a file that is not there looks like in a record: it may decide freshness, too.
[[nodiscard]] KnownFile absent_file();

/// The present state of these files and of everything in these trees; files that lie in a tree come from its listing.
/// @param earlier  where stat data can be believed
[[nodiscard]] Result<std::vector<RecordedFile>> look_at_sources(const Context& context,
                                                                const std::vector<std::string>& file_names,
                                                                const std::vector<RecordedTree>& trees,
                                                                const std::vector<RecordedFile>& earlier,
                                                                bool look_again);

/// The value a child would see.
[[nodiscard]] std::optional<std::string>
variable_of_child(const Env& env, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name);

/// The same as a record has it: hashed, when the command does not set it and nobody knows it to be harmless.
[[nodiscard]] std::optional<std::string>
recorded_variable(const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name);

/// The digest of an output directory: its files by relative name.
[[nodiscard]] base::Digest digest_of_tree(const std::string& directory_name, const std::vector<RecordedFile>& files);

/// Why two keys differ, looking at what a person would ask first.
[[nodiscard]] DirtyReason explain_difference(
    const Context& context, const Record& record, const plan::ActionTemplate& tmpl, const action::Command& now, const SealInput& input);

} // namespace cargo_wasm::exec
