// What happens to a module behind the linker: which steps, in which order, by which tools. Decided from the profile's settings before
// anything runs; each step is an action of its own.
//
//   link (nothing stripped) → wasm-bindgen → wasm-opt → split → strip → component → compose → record → check against the host
//     → the directory of bindings
//
// The order is not the user's to get wrong: a linker that strips takes away what wasm-opt must know, and nothing reads the module inside a
// component any more.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/plan/actions.hpp>

#include "unit_files.hpp"

namespace cargo_wasm::plan {

struct PostLink
{
  bool has_steps = false;         ///< of those before the record: the link leaves to them what it would do itself
  bool records = false;           ///< the artifact gets the digest of its build record, by a step that also stands alone
  std::optional<Bindgen> bindgen; ///< JavaScript is made around it
  bool keeps_debug_info = false;  ///< where code was written stays known: within the module, or beside it
  bool splits_debug_info = false; ///< beside it
  bool checks_itself = false;     ///< debug assertions are on
  std::string wasm_opt_level;     ///< "z"; empty: it does not run
  std::string wasm_opt_measure;   ///< "gzip"; empty: bytes
  std::vector<std::string> wasm_opt_args;
  base::Path wasm_opt;
  std::string wasm_opt_timeout;              ///< seconds; empty: what the step has
  std::vector<std::string> lowered;          ///< features that wasm-opt replaces by older instructions
  std::shared_ptr<const host::Profile> host; ///< that the artifact is checked against; null: none
  std::vector<std::string> allowed_imports;  ///< that the project says its host provides
  std::string strip;                         ///< "debuginfo", "symbols"; empty: nothing
  std::optional<Component> component;        ///< the module is wrapped
  std::vector<std::string> record_options;   ///< of the step that makes the record: what is known of the build
  std::uint32_t module_output = 0;           ///< of the link action
};

/// Per unit. With --strict-cargo nothing but the link happens.
/// Errors: CW0851 there is no wasm-opt; CW0963 its time limit is none; those of manifest::read_profile_settings.
[[nodiscard]] Result<std::vector<PostLink>> plan_post_links(const base::Env& env,
                                                            const ActionGraphInput& input,
                                                            const BuildRequest& request,
                                                            const std::vector<std::vector<UnitOutput>>& outputs);

/// The actions behind `link`, which stands at index `at - 1` or before: the first reads its module, each other the one before it. What
/// users see of the module (its name in target/) moves from `link` to the last of them. `at` is the index of the first.
[[nodiscard]] std::vector<ActionTemplate>
post_link_actions(const PostLink& steps, const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at);

/// How many these are.
[[nodiscard]] std::uint32_t step_count(const PostLink& steps);

} // namespace cargo_wasm::plan
