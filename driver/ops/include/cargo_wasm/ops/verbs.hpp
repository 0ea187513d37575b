// One function a verb. Each reports through Env::reporter and returns when the work is done; errors carry the exit code.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/process.hpp>
#include <cargo_wasm/browser/browse.hpp>
#include <cargo_wasm/browser/suite.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/postlink/record.hpp>

namespace cargo_wasm::ops {

Result<> build(const Env& env, const GlobalOptions& options, const CompileRequest& request); ///< build and check
/// Builds what a record tells once more, in another directory under other circumstances, and compares every output.
/// Errors: CW1174 no record; CW1175; CW1176 something differs; CW1179 the second build failed.
Result<> verify(const Env& env, const GlobalOptions& options, const VerifyRequest& request);
/// Builds, then says what to start: the caller replaces itself with it. nullopt after --dry-run or --unit-graph.
Result<std::optional<base::Command>> run(const Env& env, const GlobalOptions& options, const RunRequest& request);
/// Builds tests or benchmarks and runs each on each host. Errors: CW0930, CW0931, CW0934 a host that cannot be used; CW0932 a test failed;
/// CW0936 the report cannot be written.
Result<> test(const Env& env, const GlobalOptions& options, const TestRequest& request);
/// Builds, then makes an npm package of the one module that has JavaScript bindings. Errors: CW0887 there is none, or several; CW0888 a
/// directory in the way that holds something else.
Result<> pack(const Env& env, const GlobalOptions& options, const PackRequest& request);
/// Builds, then prints the import ledger of each linked module, or writes its page or wasm-imports.lock.
/// Errors: CW0750 nothing was linked; CW0924 to CW0926.
Result<> imports(const Env& env, const GlobalOptions& options, const ImportsRequest& request);
/// Makes undefined functions imports and links again. Errors: CW0751 that did not help (the files are as they were), CW0752; CW0665 to
/// CW0667.
Result<> fix_imports(const Env& env, const GlobalOptions& options, const FixImportsRequest& request);
Result<> clean(const Env& env, const GlobalOptions& options, const CleanRequest& request);
Result<> fetch(const Env& env, const GlobalOptions& options, const std::vector<std::string>& triples);
Result<> generate_lockfile(const Env& env, const GlobalOptions& options);
Result<> update(const Env& env, const GlobalOptions& options, const UpdateRequest& request);
Result<> metadata(const Env& env, const GlobalOptions& options, const MetadataRequest& request);
Result<> tree(const Env& env, const GlobalOptions& options, const TreeRequest& request);
/// Shows the record of the last build. Errors: CW0771 nothing was built yet.
Result<> timings(const Env& env, const GlobalOptions& options, bool json);
/// Prints the installed toolchains, and which of them is used here and why.
Result<> toolchain_list(const Env& env, const GlobalOptions& options, bool json);
/// Prints everything that is asked of the chosen toolchain.
Result<> toolchain_probe(const Env& env, const GlobalOptions& options, bool json);
/// Installs one with rustup. Errors: CW0672 not a release, CW0673 rustup knows none of that name; CW0503, CW0508.
Result<> toolchain_install(const Env& env, const GlobalOptions& options, const ToolchainInstallRequest& request);
/// Prints what the tool depends on, and what is the matter with it. Errors: CW0675 something that the project needs is not fit.
Result<> doctor(const Env& env, const GlobalOptions& options, const DoctorRequest& request);
/// Examines a compiler, or shows the certificate that is kept of it, or what it does otherwise than another. Errors: CW0690 it does not
/// pass, CW0691 no target to examine, CW0692 an unknown program or setting.
Result<> toolchain_exam(const Env& env, const GlobalOptions& options, const ToolchainExamRequest& request);
/// Runs wasm-opt on a linked module. Errors: CW0850 to CW0857.
Result<> module_optimize(const Env& env, const ModuleOptimizeRequest& request);
/// Prints the hosts, or what the profile of one says. Errors: CW0870, CW0925.
Result<> host_list(const Env& env, bool json);
Result<> host_show(const Env& env, const std::string& name, bool json);
/// Checks a module or component against a host. Errors: CW0870; CW0871 to CW0877 as reported, the first of them as the result.
Result<> module_check(const Env& env, const ModuleCheckRequest& request);
/// Takes debug information or names out of a module. Errors: CW0857, CW0859.
Result<> module_split(const Env& env, const ModuleSplitRequest& request);
Result<> module_strip(const Env& env, const ModuleStripRequest& request);
/// Puts the digest of a build record into a module or component, and keeps the record also in the cache. Errors: CW0612 to CW0616, CW0892.
Result<> module_record(const Env& env, postlink::RecordRequest request);
/// Prints what is in a module or component, and its build record where that is found. Errors: CW0612 to CW0616, CW0893.
Result<> inspect(const Env& env, const InspectRequest& request);
/// Prints a runtime's report of a trap as a Rust backtrace. Errors: CW0937 there is no trap in the text; CW0612 to CW0616, CW0001, CW0002.
Result<> module_trace(const Env& env, const ModuleTraceRequest& request);
/// Wraps a core module into a component with a toolchain's wasm-component-ld. Errors: CW0857, CW0858.
Result<> module_component(const Env& env, const ModuleComponentRequest& request);
/// Prints what a component, a module's `component-type` sections or a directory of WIT say. Errors: CW0952, CW0953, CW0956, CW0961.
Result<> module_wit(const Env& env, const ModuleWitRequest& request);
/// Fills the imports of one component by the exports of others. Errors: CW0956, CW0957; CW0958 there is no tool for it.
Result<> module_compose(const Env& env, const GlobalOptions& options, const ModuleComposeRequest& request);
/// Makes JavaScript of a component. Errors: CW0956, CW0960; CW0958 there is no jco.
Result<> module_transpile(const Env& env, const GlobalOptions& options, const ModuleTranspileRequest& request);
/// Runs a module in a page; the status is the program's. Errors: CW0970 to CW0979.
Result<int> module_browse(const Env& env, const GlobalOptions& options, browser::BrowseRequest request);
/// Runs a suite of wasm-bindgen-test in a page or in Node; 0 when every test passed. Errors: CW0970 to CW0979, CW0981 no Node, CW0983.
Result<int> module_bindgen_test(const Env& env, const GlobalOptions& options, browser::SuiteRequest request);
/// Runs a program, and ends it when it takes longer; the status is the program's, 128 and the signal where one ended it.
/// Errors: CW0940 it took longer; CW0010 it cannot be started.
Result<int> module_time_limit(const Env& env, const TimeLimitRequest& request);
/// Runs a program on a copy of a module whose memory cannot grow beyond a limit, for runtimes that have no option for it; the status is the
/// program's, as above. Errors: CW0782 the command does not name the module; CW0943 it begins with more; CW0612 to CW0616; CW0003 no copy
/// can be made; CW0010 it cannot be started.
Result<int> module_memory_limit(const Env& env, const MemoryLimitRequest& request);
/// Serves a directory until it is told to stop. Errors: CW0978 the port cannot be had, CW0980 no such directory.
Result<> module_serve(const Env& env, const ModuleServeRequest& request);
/// Prints the page of a code, or the list of all. Errors: CW0760 no such code.
Result<> explain(const Env& env, const std::optional<std::string>& code);

} // namespace cargo_wasm::ops
