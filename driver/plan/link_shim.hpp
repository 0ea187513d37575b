// How the link of a wasm unit is watched over: rustc is told to start our shim, which is told what to start itself.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "action_context.hpp"

namespace cargo_wasm::plan {

/// What the link of one unit needs besides the plain rustc call.
struct LinkShim
{
  base::Path report;                            ///< written by the shim, an output of the action
  std::vector<std::string> rustc_arguments;     ///< behind all others, so that they win
  std::map<std::string, std::string> variables; ///< what the shim is told, part of the action's key
};

/// nullopt for units that make no module of their own (libraries, checks, the host's) and where no linker was found.
/// Errors: those of manifest::read_wasm_settings and effective_link_settings; CW0382 imports are listed, and a component has none from
/// `env`.
[[nodiscard]] Result<std::optional<LinkShim>> plan_link_shim(const base::Env& env, const ActionContext& context, UnitIndex unit);

/// Where the shim lies: a link to this program under the name that makes rustc, clang and wasm-component-ld talk to it as to a wasm-ld.
[[nodiscard]] base::Path shim_path(const base::Path& state_directory);

} // namespace cargo_wasm::plan
