// What the known defects of the compiler (profiles/toolchain-defects) mean for one build.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/plan/actions.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>

namespace cargo_wasm::plan {

/// An argument for the linker that makes a defect harmless.
struct DefectArgument
{
  std::string argument;
  std::string defect; ///< the entry's id
};

struct DefectDecisions
{
  std::map<toolchain::CompileKind, std::vector<DefectArgument>> link_args; ///< where the user's flags say nothing of the kind
  std::set<toolchain::CompileKind> check_imports; ///< crates are expanded, and their declared imports compared before the link
};

/// Warns of defects that concern this build (CW0902), and tells what else they ask for.
/// Errors: CW0901 a defect that makes the result useless, CW0903 `--ignore-defect` of an unknown id; CW0900 a file of the user's.
/// With --strict-cargo all of them only warn, and nothing is set.
[[nodiscard]] Result<DefectDecisions> consider_defects(const Env& env, const ActionGraphInput& input, const BuildRequest& request);

/// Whether one of the linker arguments `given` has the name of `argument`: `--max-memory=…`; `--export=NAME` counts with its value.
[[nodiscard]] bool is_given(const std::vector<std::string>& given, std::string_view argument);

} // namespace cargo_wasm::plan
