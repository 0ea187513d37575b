// `build --reproducible`: the same surroundings for every child, wherever the build runs, and a record of what it made.
//
// What is fixed: LC_ALL, LANG and TZ, no LANGUAGE, SOURCE_DATE_EPOCH (the environment's, else 1 January 1980, the first moment that zip
// archives can express), no incremental compilation, the umask (by `cli`, since it belongs to the process). The variables are part of the
// actions, so what was made under other ones is made again.
#pragma once
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/ops/plan_cache.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

#include "compile.hpp"

namespace cargo_wasm::ops {

/// TARGET/build-record.json
[[nodiscard]] Path build_record_file(const Path& target_directory);
/// TARGET/.cargo-wasm/not-deterministic.json: what `verify` found, by identity of actions.
[[nodiscard]] Path findings_file(const Path& target_directory);
/// Nothing where there is no such file, or none that can be read.
[[nodiscard]] std::map<std::string, std::string> read_findings(const Env& env, const Path& target_directory);

/// The variables of this process with what is fixed.
[[nodiscard]] EnvMap reproducible_variables(const EnvMap& vars);
/// Errors: CW1172 a channel, which is another compiler next month.
[[nodiscard]] Result<> check_exact_toolchain(const toolchain::ToolchainChoice& choice);
/// Makes the fixed variables a part of every action. `env` has them.
void fix_environment(const Env& env, plan::ActionGraph& graph);
[[nodiscard]] ReproducibleFacts reproducible_facts(const toolchain::ToolchainChoice& choice,
                                                   const toolchain::TargetData& platforms,
                                                   const std::vector<std::string>& triples,
                                                   const manifest::Workspace& workspace);
/// Writes the record of a build that succeeded, and says where. Errors: CW1177; those of reading and writing.
[[nodiscard]] Result<> write_build_record(const Env& env, const CompileRequest& request, const Compiled& compiled);

} // namespace cargo_wasm::ops
