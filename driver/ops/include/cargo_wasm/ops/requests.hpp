// What a verb is asked to do, as plain values: the command line fills them, tests build them by hand.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/ops/plan_cache.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

namespace cargo_wasm::ops {

/// Options every verb knows.
struct GlobalOptions
{
  std::optional<std::string> plus_toolchain; ///< "1.96.0" of `+1.96.0`
  manifest::ConfigOptions config;
  manifest::WorkspaceOptions workspace;
  bool ignore_rust_version = false;
  bool strict_cargo = false;    ///< --strict-cargo, or started by a build script through $CARGO
  bool install_missing = false; ///< run rustup instead of printing its command
};

/// `--from NAME[@VERSION]`.
struct FromSpec
{
  std::string name;
  std::optional<std::string> version; ///< exact, or a requirement; the newest release when absent
  bool ignores_lock = false;          ///< not the lock that it was packaged with
};
/// Errors: CW0740 not a package name or version.
[[nodiscard]] Result<FromSpec> parse_from_spec(std::string_view text);

struct CompileRequest
{
  plan::UserIntent intent = plan::UserIntent::build;
  bool is_run = false; ///< the program is started, and that is all it is built for
  plan::PackageSelection packages;
  plan::TargetSelection targets;
  plan::FeatureSelection features;
  std::string profile_name = "dev";
  std::vector<std::string> triples; ///< --target, may be empty
  std::optional<std::string> host;  ///< --host: an id or a path
  std::optional<FromSpec> from;
  std::optional<base::Path> unpacked = {};  ///< the directory of an unpacked archive, which is a workspace of its own wherever it lies
  std::optional<std::string> jobs;          ///< -j as typed; nullopt: configuration, else all cores
  std::vector<std::string> ignored_defects; ///< --ignore-defect
  std::optional<std::string> bindgen;       ///< --bindgen: what wasm-bindgen's `--target` takes
  bool component = false;                   ///< --component: whatever can be wrapped is
  std::optional<std::string> else_bindgen;  ///< where neither the command line nor a manifest says
  std::string suites;                       ///< of `test`: where suites of wasm-bindgen-test run (plan::SuiteWish)
  exec::ExecuteOptions exec;
  std::vector<std::string> unstable;  ///< -Z, as typed
  std::optional<std::string> backend; ///< --backend
  bool unit_graph = false;
  bool timings = false;
  bool locked_imports = false;               ///< fail when a module imports something else than wasm-imports.lock says
  bool measures_sizes = true;                ///< tells how large artifacts are, and holds them to their budgets
  bool provenance = true;                    ///< artifacts of release profiles carry the digest of their build record
  bool reproducible = false;                 ///< fixed surroundings, exact tools, and a record of the whole build
  std::vector<std::string> record_arguments; ///< with which it can be repeated elsewhere
  std::string driver_version;                ///< "cargo-wasm 0.1.0": in that record
  bool uses_store = true;                    ///< results are taken from the store of this user, and kept there
  bool future_incompat_report = false;       ///< show what is the matter, not only where
  base::Path driver_program;                 ///< this program: $CARGO of build scripts
  std::optional<NoopContext> noop;
  TerminalSettings terminal;                  ///< kept with the plan
  std::shared_ptr<const PlannedBuild> stored; ///< the plan of an earlier build that still holds; null: plan
};

/// `verify`.
struct VerifyRequest
{
  std::optional<Path> against;     ///< absolute; the record of the last reproducible build here unless given
  std::optional<std::string> jobs; ///< -j as typed; others than the record has unless given
  bool keep = false;               ///< leave the second place where it is
  bool same_clock = false;         ///< the second build has the real one, too
  base::Path driver_program;       ///< this program
  std::stop_token stop;
};

struct RunRequest
{
  CompileRequest compile;
  std::vector<std::string> arguments;
  std::vector<std::string> directories;                     ///< --dir HOST[::GUEST]; the working directory when empty
  std::optional<std::chrono::milliseconds> time_limit = {}; ///< --timeout
  std::optional<std::uint64_t> memory_bytes = {};           ///< --max-memory: the most that linear memory may grow to
};

/// A program that is ended after a time, with our input and output.
struct TimeLimitRequest
{
  std::vector<std::string> command;    ///< program and arguments
  std::string shown;                   ///< what messages call it
  std::chrono::milliseconds longest{}; ///< from its start
  std::stop_token stop;
};

/// A program whose module's memory has a maximum, with our input and output.
struct MemoryLimitRequest
{
  Path module;                      ///< absolute; where it stands among the words of `command`, its limited copy does
  std::uint64_t memory_bytes = 0;   ///< whole pages of it
  std::vector<std::string> command; ///< program and arguments
  std::stop_token stop;
};

/// `test` and `bench`.
struct TestRequest
{
  CompileRequest compile;
  std::vector<std::string> arguments;   ///< for libtest; of `bench` with `--bench`
  std::vector<std::string> hosts;       ///< --host; none: each program where `run` would start it
  std::vector<std::string> directories; ///< --dir HOST[::GUEST], besides that of the package
  bool no_run = false, no_fail_fast = false;
  bool json = false;                         ///< events instead of text
  std::optional<Path> junit;                 ///< absolute
  std::chrono::milliseconds time_limit{0};   ///< of one start of a program; 0: none
  std::optional<std::uint64_t> memory_bytes; ///< the most that linear memory may grow to
};

struct ModuleTraceRequest
{
  Path input;                 ///< the module that trapped
  std::vector<Path> siblings; ///< before it was stripped
  std::string text;           ///< what the runtime wrote
  bool full = false;          ///< with the frames of panicking and starting
};

struct PackRequest
{
  CompileRequest compile;
  std::optional<Path> directory;    ///< absolute; `pkg` beside the manifest when absent
  std::optional<std::string> scope; ///< "org" of "@org/name"
};

struct ImportsRequest
{
  CompileRequest compile;
  bool json = false;
  bool html = false;       ///< a page in the target directory
  bool write_lock = false; ///< wasm-imports.lock
};

struct FixImportsRequest
{
  CompileRequest compile;
  bool show_only = false; ///< print the edits as a patch, write none of them
};

struct ToolchainExamRequest
{
  std::vector<std::string> programs;  ///< none: all of them
  std::vector<std::string> settings;  ///< none: all of them
  std::optional<std::string> compare; ///< "+1.95.0": tell what this one does otherwise
  std::optional<std::string> jobs;    ///< -j as typed
  bool again = false;                 ///< even where a certificate is kept
  bool json = false;
  bool defect_data = true;    ///< whether cargo-wasm's builds use what is known of defects
  base::Path driver_program;  ///< this program
  std::string driver_version; ///< "cargo-wasm 0.1.0"
  std::stop_token stop;
};

/// A step behind the linker, by hand. Paths are absolute; the output is replaced by rename.
struct ModuleOptimizeRequest
{
  base::Path input, output;
  std::optional<base::Path> tool;   ///< none: npm's or the one on PATH
  std::string level = "s";          ///< "0" to "4", "s", "z", "auto"
  std::string measure = "size";     ///< of "auto": "size", "gzip", "brotli"
  std::vector<std::string> lowered; ///< features to replace by older instructions
  std::vector<std::string> extra;   ///< further options of wasm-opt
  bool drops_debug_info = false;
  std::optional<base::Path> source_map;                ///< where a map goes when this wasm-opt does not carry DWARF along
  std::string source_map_url;                          ///< what the module calls it; the map's name unless given
  std::optional<std::chrono::milliseconds> time_limit; ///< of one run of wasm-opt
  std::optional<base::Path> used_level_file;           ///< gets the level that the result was made with; "none": it is the input
  std::optional<base::Path> once_file;                 ///< gets the reason why the result is good for once only, if there is one
  std::stop_token stop;
};

struct ModuleCheckRequest
{
  base::Path input;
  std::optional<base::Path> output; ///< a copy of what is fit; none: say so
  std::string host;                 ///< an id or a path
  std::vector<std::string> allowed; ///< functions of `env` that the project provides, without `env::`
  std::string shown_name;           ///< what messages call the file; empty: its name
  std::optional<base::Path> names;  ///< the module with names
  bool json = false;
};

struct ModuleSplitRequest
{
  base::Path input, output, debug_file;
  std::string debug_url; ///< what the module calls it; the file's name unless given
};

struct ModuleStripRequest
{
  base::Path input, output;
  std::string level; ///< "none", "debuginfo", "symbols"
};

struct InspectRequest
{
  base::Path input;
  bool json = false;
};

struct ModuleComponentRequest
{
  base::Path input, output;
  base::Path component_ld;
  std::optional<std::string> adapter; ///< "command", "reactor", "proxy", "none", or an absolute path
  std::optional<base::Path> wit;      ///< that the component is checked against
  std::string world;
  bool checks_wasi = false;
  std::vector<std::string> extra;                      ///< further options of wasm-component-ld
  base::Path driver_program;                           ///< this program
  std::optional<std::chrono::milliseconds> time_limit; ///< of the tool
  std::stop_token stop;
};

/// A module, a component, a directory of WIT or one file of it.
struct ModuleWitRequest
{
  base::Path input;
};

struct ModuleComposeRequest
{
  base::Path socket;
  std::vector<base::Path> plugs;
  base::Path output;
  std::optional<base::Path> tool; ///< wac, or wasm-tools by its name
  base::Path driver_program;
  std::optional<std::chrono::milliseconds> time_limit; ///< of the tool
  std::stop_token stop;
};

struct ModuleTranspileRequest
{
  base::Path input, output;
  std::string name; ///< of `NAME.js`
  std::optional<base::Path> tool;
  std::vector<std::string> extra;
  std::optional<std::chrono::milliseconds> time_limit; ///< of the tool
  std::stop_token stop;
};

struct ModuleServeRequest
{
  base::Path directory;
  std::uint16_t port = 0; ///< 0: a free one
  std::stop_token stop;
};

struct UpdateRequest
{
  resolve::UpdateRequest update;
  bool dry_run = false;
};

struct CleanRequest
{
  std::vector<std::string> packages;
  bool workspace = false;
  bool doc = false;
  bool dry_run = false;
  std::optional<std::string> profile_name; ///< nullopt: all
  std::vector<std::string> triples;
};

struct ToolchainInstallRequest
{
  std::string name;                 ///< as typed, without `+`
  std::vector<std::string> targets; ///< empty: what wasm projects build for by default
};

struct DoctorRequest
{
  std::vector<std::string> triples; ///< --target; empty: what the project builds for
  bool fix = false;                 ///< do what can be done without root
  bool json = false;
  /// Bytes that may still be written to the file system of a directory; nullopt: not known.
  std::function<std::optional<std::uint64_t>(const Path&)> free_bytes;
};

struct MetadataRequest
{
  bool no_deps = false;
  std::vector<std::string> filter_platforms;
  plan::FeatureSelection features;
};

/// `tree`, with cargo's words (ops/cargo_tree).
struct TreeRequest
{
  plan::PackageSelection packages;
  plan::FeatureSelection features;
  std::vector<std::string> edges;  ///< --edges, split; empty: normal, build and dev
  std::vector<std::string> invert; ///< specs; an empty string: the packages of -p
  std::vector<std::string> prune;
  std::vector<std::string> triples; ///< {"all"}: every target; empty: the host
  std::optional<std::string> depth; ///< a number or "workspace"
  std::string prefix = "indent";    ///< "indent", "depth", "none"
  std::string format = "{p}";
  bool ascii = false, no_dedupe = false, duplicates = false;
};

} // namespace cargo_wasm::ops
