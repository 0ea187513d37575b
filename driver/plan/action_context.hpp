// What the steps that write actions share.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/plan/actions.hpp>

#include "defects.hpp"
#include "post_link.hpp"
#include "script_links.hpp"
#include "unit_files.hpp"

namespace cargo_wasm::plan {

struct ActionContext
{
  const ActionGraphInput& input;
  const BuildRequest& request;
  const UnitFiles& files;
  const std::vector<ScriptLinks>& scripts;
  const std::vector<std::vector<UnitOutput>>& outputs;     ///< per unit
  const std::vector<std::vector<UnitIndex>>& linked_below; ///< per unit: every library it reads, transitively
  const std::map<toolchain::CompileKind, std::string>& linkers;
  const std::vector<bool>& is_root;
  const std::map<std::string, std::string>& user_env; ///< `[env]` of the configuration
  const DefectDecisions& defects;
  const std::vector<PostLink>& post_links;  ///< per unit
  std::vector<std::string> token_variables; ///< of remote caches: no child gets them
  std::string library_path;                 ///< LD_LIBRARY_PATH we were started with

  [[nodiscard]] const Unit& unit(UnitIndex index) const { return input.graph.units[index]; }
  /// Metadata is enough: both make rlibs (cargo: only_requires_rmeta).
  [[nodiscard]] bool only_needs_metadata(UnitIndex parent, UnitIndex dependency) const;
  [[nodiscard]] bool is_member(UnitIndex index) const { return input.workspace.is_member(unit(index).package->id()); }
  /// Its package was asked for: CARGO_PRIMARY_PACKAGE.
  [[nodiscard]] bool is_primary(UnitIndex index) const;
  /// `--cap-lints`: "allow" or nothing.
  [[nodiscard]] std::string_view cap_lints(UnitIndex index) const;
};

/// Where rustc runs and how the root source file is called there: relative to the workspace for packages in it.
struct SourceArgument
{
  std::string argument;
  base::Path cwd;
};
[[nodiscard]] SourceArgument source_argument(const ActionContext& context, UnitIndex index);

/// rustc's command line in cargo's order, up to what build scripts add at run time.
[[nodiscard]] std::vector<TemplateArg> rustc_arguments(const ActionContext& context, UnitIndex unit);
/// What build scripts add, as one group at the end.
[[nodiscard]] std::vector<ScriptArgs> script_arguments(const ActionContext& context, UnitIndex index);

/// Environment of rustc and of a build script (cargo-internals §5 has both lists). DEP_ variables are left to exec.
[[nodiscard]] std::map<std::string, std::string> rustc_environment(const ActionContext& context, UnitIndex index);
[[nodiscard]] std::map<std::string, std::string> script_environment(const ActionContext& context, UnitIndex index);

[[nodiscard]] ActionLabel action_label(const ActionContext& context, UnitIndex index);
/// The "compiler-artifact" message without filenames, executable and fresh.
[[nodiscard]] std::shared_ptr<const nlohmann::json> artifact_message(const ActionContext& context, UnitIndex index);

} // namespace cargo_wasm::plan
