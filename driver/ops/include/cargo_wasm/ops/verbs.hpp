// One function a verb. Each reports through Env::reporter and returns when the work is done; errors carry the exit code.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

Result<> build(const Env& env, const GlobalOptions& options, const CompileRequest& request); ///< build and check
/// Builds, then says what to start: the caller replaces itself with it. nullopt after --dry-run or --unit-graph.
Result<std::optional<base::Command>> run(const Env& env, const GlobalOptions& options, const RunRequest& request);
Result<> clean(const Env& env, const GlobalOptions& options, const CleanRequest& request);
Result<> fetch(const Env& env, const GlobalOptions& options, const std::vector<std::string>& triples);
Result<> generate_lockfile(const Env& env, const GlobalOptions& options);
Result<> update(const Env& env, const GlobalOptions& options, const UpdateRequest& request);
Result<> metadata(const Env& env, const GlobalOptions& options, const MetadataRequest& request);
Result<> tree(const Env& env, const GlobalOptions& options, const TreeRequest& request);
/// Shows the record of the last build. Errors: CW0771 nothing was built yet.
Result<> timings(const Env& env, const GlobalOptions& options, bool json);
/// Prints the page of a code, or the list of all. Errors: CW0760 no such code.
Result<> explain(const Env& env, const std::optional<std::string>& code);

} // namespace cargo_wasm::ops
