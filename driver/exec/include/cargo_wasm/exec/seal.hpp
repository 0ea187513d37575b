// Sealing: from a template and the results of what it depends on to a command that can run, and to the digest that
// says whether it must. Pure: nothing here looks at the disk, the environment or the clock.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/script_output.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::exec {

/// What is known of an action that ran, was fresh, or has announced its early outputs.
struct KnownResult
{
  std::vector<std::optional<base::Digest>> outputs; ///< per template output; nullopt: not there (yet)
  std::optional<ScriptOutput> script;               ///< of a build-script run
};

/// A template with its holes filled.
struct ExpandedCommand
{
  std::string program;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment; ///< added to the inherited one
  bool operator==(const ExpandedCommand&) const = default;
};

/// Arguments of several build scripts stand in rustc's order: search paths of all (those in OUT_DIR first), then per script
/// libraries and link arguments, then the own package's cfgs.
/// @param results  one per action; those this one depends on are known
[[nodiscard]] ExpandedCommand expand(const plan::ActionGraph& graph, plan::ActionIndex index, std::span<const KnownResult> results);

/// The outputs of other actions that this one reads: path and digest, sorted. A script's OUT_DIR counts for what is compiled
/// with it and for whoever searches libraries in it.
[[nodiscard]] std::vector<std::pair<std::string, base::Digest>>
used_outputs(const plan::ActionGraph& graph, plan::ActionIndex index, std::span<const KnownResult> results);

/// A file that decides freshness.
struct SealedFile
{
  std::string name; ///< place name
  base::Digest digest;
  bool executable = false;
  auto operator<=>(const SealedFile&) const = default;
};

struct SealInput
{
  std::vector<SealedFile> sources;                                          ///< dep-info, rerun-if-changed or the package's tree
  std::vector<std::pair<std::string, base::Digest>> dependencies;           ///< place name → digest
  std::vector<std::pair<std::string, std::optional<std::string>>> observed; ///< variables that were looked at, with their values
  std::map<std::string, std::string> platform;                              ///< "toolchain", "package"
  std::string key_of_variables = {};                                        ///< secrets of `[env]` are sealed under it; empty: as they are
  std::set<std::string> hidden = {};                                        ///< variables that are sealed under that key, too
  std::set<std::string> left_out = {}; ///< those that count where they were looked at, and nowhere else
  bool with_package_variables = false; ///< all CARGO_PKG_* count, not only those that were looked at
  bool with_library_path = false;      ///< $LD_LIBRARY_PATH counts: what runs here loads libraries from there
};

struct SealedAction
{
  action::Command command; ///< with place names
  action::Action action;
  action::Digest digest; ///< of the encoded action
};

[[nodiscard]] SealedAction
seal(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const SealInput& input, const PlaceNames& places);

} // namespace cargo_wasm::exec
