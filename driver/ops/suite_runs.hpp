// Suites of `#[wasm_bindgen_test]` among the test programs of a build: where they run, which bindings they need for that, and what starts
// them.
#pragma once
#include <string>
#include <vector>

#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/plan/bindgen.hpp>
#include <cargo_wasm/toolchain/rustc_info.hpp>

#include "runner.hpp"

namespace cargo_wasm::ops {

/// CompileRequest::suites for tests on these hosts; none of them: each where `run` would start it.
[[nodiscard]] std::string suites_on(const std::vector<std::string>& hosts);

/// Which suites of this build get bindings. Where nobody named a host, a runner of the configuration takes them as they were linked.
/// Errors: CW0511 two runners for one target.
[[nodiscard]] Result<plan::SuiteWish> wanted_suites(const manifest::Config& config,
                                                    const CompileRequest& request,
                                                    const toolchain::TargetData& platforms,
                                                    const PackageHosts& hosts);

/// What starts a suite whose bindings were made. Errors: CW0930, CW0970 its host's program is missing; CW0939 the host has no JavaScript;
/// CW0976 it is no module.
[[nodiscard]] Result<ChosenRunner> suite_runner(const Env& env, const RunnerRequest& request);

/// CW0939: `host` cannot run suites.
[[nodiscard]] Error no_javascript(const std::string& host);

} // namespace cargo_wasm::ops
