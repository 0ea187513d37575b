#include <cargo_wasm/cli/options.hpp>

#include <initializer_list>

#include <cargo_wasm/manifest/bindgen_settings.hpp>

namespace cargo_wasm::cli {

namespace {

using Options = std::vector<OptionSpec>;
using enum OptionKind;

constexpr std::string_view k_packages = "Package Selection";
constexpr std::string_view k_targets = "Target Selection";
constexpr std::string_view k_features = "Feature Selection";
constexpr std::string_view k_compilation = "Compilation Options";
constexpr std::string_view k_manifest = "Manifest Options";

Options join(std::initializer_list<Options> groups)
{
  Options all;
  for (const auto& group : groups) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

Options general()
{
  return {
      {"verbose", 'v', count, "", "Show what is run and what is fresh (-vv: with environment and build-script output)"},
      {"quiet", 'q', flag, "", "Print errors and results only"},
      {"color", '\0', value, "WHEN", "Colour of messages", "Options", {"auto", "always", "never"}},
      {"config", '\0', values, "KEY=VALUE|PATH", "Override a configuration value, or read one more file"},
      {"unstable", 'Z', values, "FLAG", "Unstable flag; accepted for compatibility", "Options", {}, true},
      {"help", 'h', flag, "", "Print help"},
  };
}

Options manifest(bool with_rust_version)
{
  Options options = {{"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_manifest}};
  if (with_rust_version) {
    options.push_back({"ignore-rust-version", '\0', flag, "", "Ignore `rust-version` of packages", k_manifest});
  }
  options.push_back({"locked", '\0', flag, "", "Fail if Cargo.lock would change", k_manifest});
  options.push_back({"offline", '\0', flag, "", "Do not use the network", k_manifest});
  options.push_back({"frozen", '\0', flag, "", "Both --locked and --offline", k_manifest});
  return options;
}

/// For verbs that look at a project where there is one.
Options project_choice()
{
  return {{"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_manifest}};
}

Options features()
{
  return {
      {"features", 'F', values, "FEATURES", "Features to activate, separated by spaces or commas", k_features},
      {"all-features", '\0', flag, "", "Activate all features", k_features},
      {"no-default-features", '\0', flag, "", "Do not activate the `default` feature", k_features},
  };
}

Options package_selection()
{
  return {
      {"package", 'p', values, "SPEC", "Package to work on; a name, name@version or pattern", k_packages},
      {"workspace", '\0', flag, "", "All packages of the workspace", k_packages},
      {"exclude", '\0', values, "SPEC", "Leave these out of --workspace", k_packages},
      {"all", '\0', flag, "", "Same as --workspace (deprecated)", k_packages, {}, true},
  };
}

Options target_selection()
{
  return {
      {"lib", '\0', flag, "", "Only the library", k_targets},
      {"bins", '\0', flag, "", "All programs", k_targets},
      {"bin", '\0', optional_value, "NAME", "Only this program", k_targets},
      {"examples", '\0', flag, "", "All examples", k_targets},
      {"example", '\0', optional_value, "NAME", "Only this example", k_targets},
      {"tests", '\0', flag, "", "Everything with `test = true`", k_targets},
      {"test", '\0', optional_value, "NAME", "Only this test", k_targets},
      {"benches", '\0', flag, "", "Everything with `bench = true`", k_targets},
      {"bench", '\0', optional_value, "NAME", "Only this benchmark", k_targets},
      {"all-targets", '\0', flag, "", "Library, programs, tests, benchmarks and examples", k_targets},
  };
}

Options compilation()
{
  return {
      {"release", 'r', flag, "", "Build with the release profile", k_compilation},
      {"profile", '\0', value, "NAME", "Build with this profile", k_compilation},
      {"jobs", 'j', value, "N", "Parallel jobs; negative counts from the number of cores, `default` is that number", k_compilation},
      {"keep-going", '\0', flag, "", "Build as much as possible after an error", k_compilation},
      {"target",
       '\0',
       values,
       "TRIPLE",
       "Target triple: wasm32-wasip1, wasm32-unknown-unknown, wasm32-wasip2, or `host-tuple`",
       k_compilation},
      {"target-dir", '\0', value, "DIRECTORY", "Directory for everything that is made", k_compilation},
      {"unit-graph", '\0', flag, "", "Print the unit graph as JSON and stop", k_compilation},
      {"timings", '\0', flag, "", "Write target/cargo-timings/cargo-timing.html and .json", k_compilation},
      {"dry-run", 'n', flag, "", "Print the commands that would run, in order, and stop", k_compilation},
      {"explain-rebuild", '\0', flag, "", "Say for every step that runs why it is not fresh", k_compilation},
      {"strict-cargo", '\0', flag, "", "Switch off every intended difference from cargo", k_compilation},
      {"install-missing", '\0', flag, "", "Install a missing toolchain or target with rustup", k_compilation},
      {"backend", '\0', value, "NAME", "Code generator of what runs on this machine while building: llvm, cranelift", k_compilation},
      {"no-provenance", '\0', flag, "", "Leave the digest of the build record out of release artifacts", k_compilation},
      {"ignore-defect", '\0', values, "ID", "Build although the compiler has this known defect", k_compilation},
      {"message-format",
       '\0',
       values,
       "FORMAT",
       "Form of compiler messages",
       "Options",
       {"human", "short", "json", "json-diagnostic-short", "json-diagnostic-rendered-ansi", "json-render-diagnostics"}},
      {"future-incompat-report", '\0', flag, "", "Show what a future release of Rust will refuse in dependencies"},
  };
}

Options from_registry()
{
  return {{"from", '\0', value, "NAME[@VERSION]", "Take the project from the registry, with its packaged lock", k_packages}};
}

/// Of verbs that link.
OptionSpec locked_imports()
{
  return {"locked-imports", '\0', flag, "", "Fail when a module imports something else than wasm-imports.lock says", k_manifest};
}

/// Of verbs that make what a host runs.
OptionSpec host_choice()
{
  return {"host",
          '\0',
          value,
          "NAME|FILE",
          "Build for this host, and check what was made against it: browser, node, wasmtime, embedded …",
          k_compilation};
}

Options build_like()
{
  return join(
      {package_selection(), from_registry(), target_selection(), features(), compilation(), {host_choice()}, manifest(true), general()});
}

/// `toolchain …`: each row also needs a line in dispatch_toolchain.cpp.
std::vector<VerbSpec> toolchain_verbs()
{
  return {
      {"toolchain list",
       "",
       "List the installed compilers, and say which one is used here and why",
       join({{{"json", '\0', flag, "", "Print JSON (docs/formats/toolchain.md)"}}, project_choice(), general()})},
      {"toolchain probe",
       "",
       "Print everything that is asked of a compiler, and where the answers are kept",
       join({{{"TOOLCHAIN", '\0', positionals, "+TOOLCHAIN", "Another one than is used here"},
              {"json", '\0', flag, "", "Print JSON (docs/formats/toolchain.md)"}},
             project_choice(),
             general()})},
      {"toolchain install",
       "",
       "Install a compiler for WebAssembly with rustup",
       join({{{"VERSION", '\0', positionals, "VERSION", "1.99.1, stable, beta, or a day's nightly: nightly-2026-05-01"},
              {"target", '\0', values, "TRIPLE", "Standard library to install, instead of those for WASI and for browsers"}},
             general()})},
      {"toolchain exam",
       "",
       "Build and run small programs with a compiler in every setting, and say what it gets wrong",
       join({{{"TOOLCHAIN", '\0', positionals, "+TOOLCHAIN", "Another one than is used here"},
              {"program", '\0', values, "NAME", "Only this program of the battery; the certificate is not kept"},
              {"setting", '\0', values, "NAME", "Only this setting: dev, release, thin, fat, units-1, units-16, size"},
              {"compare", '\0', value, "TOOLCHAIN", "Tell what the compiler does otherwise than this one"},
              {"no-defect-data", '\0', flag, "", "Build as if nothing were known of compilers' defects"},
              {"again", '\0', flag, "", "Repeat an exam whose certificate is kept"},
              {"json", '\0', flag, "", "Print JSON (docs/formats/exam-certificate.md)"},
              {"jobs", 'j', value, "N", "Builds at once"}},
             project_choice(),
             general()})},
  };
}

std::vector<std::string_view> bindgen_target_names()
{
  return {manifest::bindgen_targets().begin(), manifest::bindgen_targets().end()};
}

OptionSpec bindgen()
{
  return {"bindgen",
          '\0',
          value,
          "TARGET",
          "Make JavaScript bindings for modules that use wasm-bindgen",
          k_compilation,
          bindgen_target_names()};
}

OptionSpec component()
{
  return {"component", '\0', flag, "", "Make components of programs and `cdylib`s (docs/guide/components.md)", k_compilation};
}

/// One module in, one out.
Options module_files()
{
  return {{"FILE", '\0', positionals, "FILE", "The linked module"}, {"output", 'o', value, "FILE", "Where to write to, by rename"}};
}

std::vector<VerbSpec> host_verbs()
{
  return {
      {"host list",
       "",
       "List the hosts that artifacts can be built for and checked against",
       join({{{"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}}, general()})},
      {"host show",
       "",
       "Print what a host provides, lacks and expects, and where that is known from",
       join({{{"HOST", '\0', positionals, "NAME|FILE", "The host; `chrome@120` for a version of it"},
              {"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}},
             general()})},
  };
}

std::vector<VerbSpec> module_verbs()
{
  return {
      {"module optimize",
       "",
       "Run wasm-opt on a module, with the features that it uses",
       join({module_files(),
             {{"level", 'O', value, "LEVEL", "How much", "Options", {"0", "1", "2", "3", "4", "s", "z", "auto"}},
              {"tool", '\0', value, "PATH", "This wasm-opt, instead of npm's or the one on PATH"},
              {"drop-debug-info", '\0', flag, "", "Take DWARF out before"},
              {"lower",
               '\0',
               values,
               "FEATURE",
               "Replace this feature by older instructions: sign-ext, bulk-memory-opt, nontrapping-fptoint"},
              {"source-map", '\0', value, "FILE", "Write a map there if this wasm-opt does not carry debug information along"},
              {"source-map-url", '\0', value, "URL", "What the module calls the map"},
              {"arg", '\0', values, "OPTION", "A further option of wasm-opt"}},
             general()})},
      {"module bindgen",
       "",
       "Make JavaScript bindings for a module, with wasm-bindgen",
       join({{{"FILE", '\0', positionals, "FILE", "The module as it was linked"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"},
              {"tool", '\0', value, "PATH", "The wasm-bindgen that fits the module"},
              {"bindgen", '\0', value, "TARGET", "For which kind of host", "Options", bindgen_target_names()},
              {"name", '\0', value, "NAME", "Of the files: NAME.js, NAME_bg.wasm"},
              {"no-typescript", '\0', flag, "", "No TypeScript declarations"},
              {"debug", '\0', flag, "", "Let the JavaScript check more"},
              {"keep-debug", '\0', flag, "", "Keep DWARF"},
              {"arg", '\0', values, "OPTION", "A further option of wasm-bindgen"}},
             general()})},
      {"module assemble",
       "",
       "Put a module in the place of the one among its bindings",
       join({{{"FILE", '\0', positionals, "FILE", "The module that belongs there"},
              {"bindings", '\0', value, "DIR", "What `module bindgen` made"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"}},
             general()})},
      {"module split",
       "",
       "Move a module's debug information to a file of its own",
       join({module_files(),
             {{"debug-file", '\0', value, "FILE", "Where everything is kept"},
              {"debug-url", '\0', value, "URL", "What the module calls that file"}},
             general()})},
      {"module strip",
       "",
       "Take debug information or names out of a module",
       join(
           {module_files(), {{"strip", '\0', value, "WHAT", "What to take out", "Options", {"none", "debuginfo", "symbols"}}}, general()})},
      {"module record",
       "",
       "Put the digest of a build record into a module or component",
       join({module_files(),
             {{"fact", '\0', values, "KEY=VALUE", "What is known of the build; dots in keys make objects"},
              {"feature", '\0', values, "NAME", "A feature that was on"},
              {"dependency", '\0', values, "TEXT", "`NAME VERSION SOURCE CHECKSUM` of a locked package"},
              {"tool", '\0', values, "NAME=PATH", "A tool that worked on the module; it is asked for its version"},
              {"store", '\0', value, "DIR", "Keep the record there, too, as DIGEST.json"}},
             general()})},
      {"module check",
       "",
       "Check whether a module or component runs on a host",
       join({{{"FILE", '\0', positionals, "FILE", "The module or component"},
              {"host", '\0', value, "NAME|FILE", "The host: browser, node, wasmtime, embedded …"},
              {"allow", '\0', values, "env::NAME", "A function that the program around the module provides"},
              {"names", '\0', value, "FILE", "The same module before its names were stripped, for messages"},
              {"as", '\0', value, "NAME", "What messages call it"},
              {"output", 'o', value, "FILE", "Copy it there if it fits"},
              {"json", '\0', flag, "", "Print JSON (docs/guide/hosts.md)"}},
             general()})},
      {"module trace",
       "",
       "Print a runtime's report of a trap, read from stdin, as a Rust backtrace with files and lines",
       join({{{"FILE", '\0', positionals, "FILE", "The module that trapped"},
              {"names", '\0', values, "FILE", "The same module before it was stripped"},
              {"full", '\0', flag, "", "With the frames of panicking and of what starts the program"}},
             general()})},
      {"module component",
       "",
       "Wrap a module into a component, with a toolchain's wasm-component-ld",
       join({module_files(),
             {{"component-ld", '\0', value, "PATH", "The wasm-component-ld of the compiler that made the module"},
              {"adapter", '\0', value, "KIND|FILE", "Adapter for WASI 0.1: command, reactor, proxy, none, or a file"},
              {"wit", '\0', value, "DIR|FILE", "WIT that the component is checked against"},
              {"world", '\0', value, "NAME", "The world of it; its only one unless given"},
              {"check-wasi", '\0', flag, "", "Interfaces of WASI have to be in the world, too"},
              {"arg", '\0', values, "OPTION", "A further option of wasm-component-ld"}},
             general()})},
      {"module wit",
       "",
       "Print what a component imports and exports, as WIT",
       join({{{"FILE", '\0', positionals, "FILE|DIR", "The component; a module with bindings for WIT; a directory of WIT"}}, general()})},
      {"module compose",
       "",
       "Fill the imports of a component by the exports of others",
       join({{{"FILE", '\0', positionals, "FILE", "The component whose imports are filled"},
              {"plug", '\0', values, "FILE", "A component that exports what it, or another plug, imports"},
              {"output", 'o', value, "FILE", "Where to write to, by rename"},
              {"tool", '\0', value, "PATH", "This wac or wasm-tools, instead of the one on PATH or our own"}},
             general()})},
      {"module transpile",
       "",
       "Make JavaScript of a component, with jco",
       join({{{"FILE", '\0', positionals, "FILE", "The component"},
              {"output", 'o', value, "DIR", "The directory to make, by rename"},
              {"name", '\0', value, "NAME", "Of the files: NAME.js"},
              {"tool", '\0', value, "PATH", "This jco, instead of the one of node_modules or PATH"},
              {"arg", '\0', values, "OPTION", "A further option of `jco transpile`"}},
             general()})},
  };
}

OptionSpec time_limit()
{
  return {"timeout", '\0', value, "SECONDS", "End it after this time, and say so"};
}

std::vector<VerbSpec> page_verbs()
{
  return {
      {"module browse",
       "",
       "Run a module in a page of a headless Chromium",
       join({{{"FILE", '\0', positionals, "FILE", "The module"},
              {"bindings", '\0', value, "DIR", "Its JavaScript bindings, made with `--bindgen web`: they are run instead"},
              {"page", '\0', value, "FILE", "Open this page; it ends the run with `cargoWasm.exit(status)`"},
              {"open", '\0', value, "PATH", "Open the page with this address among the bindings, or beside the module"},
              {"stay", '\0', flag, "", "Let bindings run until they call `cargoWasm.exit(status)`"},
              time_limit()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Arguments for the program"}}})},
      {"module bindgen-test",
       "",
       "Run a suite of wasm-bindgen-test in a page or in Node",
       join({{{"FILE", '\0', positionals, "FILE", "The test program as it was linked"},
              {"bindings", '\0', value, "DIR", "Its JavaScript bindings, made with `--bindgen web` for a page, `nodejs` for Node"},
              {"host", '\0', value, "HOST", "Where; unless given, where the suite wants to run", "Options", {"node", "browser"}},
              time_limit()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Filters, `--exact`, `--skip`, `--nocapture`, `--list` …"}}})},
      {"module serve",
       "",
       "Serve a directory to browsers of this machine, with the headers that threads need",
       join({{{"DIR", '\0', positionals, "DIR", "The directory"}, {"port", '\0', value, "N", "Port of 127.0.0.1; a free one unless given"}},
             general()})},
  };
}

/// How and where test programs run.
Options test_runs()
{
  return {
      {"host", '\0', values, "NAMES", "Run on these hosts, with commas between them: node, wasmtime, wazero, wasmi …", k_compilation},
      {"no-run", '\0', flag, "", "Build, and run nothing"},
      {"no-fail-fast", '\0', flag, "", "Run the other test programs after one has failed"},
      {"timeout", '\0', value, "SECONDS", "Stop a test program that takes longer, and go on behind the test it hangs in"},
      {"max-memory", '\0', value, "SIZE", "Most linear memory of a test program, where the host can limit it: 64MiB"},
      {"junit", '\0', value, "FILE", "Write the results as JUnit XML"},
      {"report", '\0', value, "FORMAT", "Form of the results on stdout (docs/formats/test-events.md)", "Options", {"text", "json"}},
      {"dir", '\0', values, "HOST[::GUEST]", "A further directory that test programs may use; that of their package they have"},
  };
}

std::vector<VerbSpec> make_verbs()
{
  std::vector<VerbSpec> table;
  table.push_back({"build",
                   "b",
                   "Compile the project to WebAssembly (or for the host)",
                   join({build_like(), {locked_imports(), bindgen(), component()}})});
  table.push_back({"pack",
                   "",
                   "Make an npm package of a module that uses wasm-bindgen",
                   join({build_like(),
                         {locked_imports(), bindgen()},
                         {{"output", 'o', value, "DIR", "Where to; `pkg` beside the manifest unless given"},
                          {"scope", '\0', value, "ORG", "Call it @ORG/NAME"}}})});
  table.push_back({"check", "c", "Report errors without generating code", build_like()});
  table.push_back({"imports",
                   "",
                   "List what modules import, who declares it, and why it is alive",
                   join({build_like(),
                         {{"json", '\0', flag, "", "Print JSON (docs/formats/import-ledger.md)"},
                          {"html", '\0', flag, "", "Write target/import-ledger/index.html"},
                          {"write-lock", '\0', flag, "", "Write what was built to wasm-imports.lock"},
                          locked_imports()}})});
  table.push_back({"fix",
                   "",
                   "Change sources so that they link",
                   join({build_like(), {{"imports", '\0', flag, "", "Make functions that nobody defines imports from `env`"}}})});
  table.push_back({"migrate",
                   "",
                   "Show what newer compilers will refuse, as a patch",
                   join({build_like(), {{"SUBJECT", '\0', positionals, "SUBJECT", "What to migrate: `imports`"}}})});
  table.push_back(
      {"run",
       "r",
       "Build a program and run it in a WebAssembly runtime",
       join({{{"package", 'p', values, "SPEC", "Package with the program", k_packages}},
             from_registry(),
             {{"bin", '\0', optional_value, "NAME", "The program to run", k_targets},
              {"example", '\0', optional_value, "NAME", "The example to run", k_targets},
              {"host", '\0', value, "NAME|FILE", "Build for this host and run there: node, wasmtime, wazero, wasmi …", k_compilation},
              {"dir",
               '\0',
               values,
               "HOST[::GUEST]",
               "Directory the program may use; unless given, the working directory and those that its arguments name",
               "Options"}},
             features(),
             compilation(),
             manifest(true),
             {locked_imports()},
             general(),
             {{"ARGS", '\0', trailing, "ARGS", "Arguments for the program"}}}),
       "To pass `--help` to the program itself, write `-- --help`."});
  for (const bool is_bench : {false, true}) {
    table.push_back(
        {is_bench ? "bench" : "test",
         is_bench ? "" : "t",
         is_bench ? "Build the benchmarks and run them on one host or several" : "Build the tests and run them on one host or several",
         join({package_selection(),
               target_selection(),
               test_runs(),
               features(),
               compilation(),
               manifest(true),
               {locked_imports()},
               general(),
               {{is_bench ? "BENCHNAME" : "TESTNAME", '\0', positionals, "NAME", "Only those whose name contains this"},
                {"ARGS", '\0', trailing, "ARGS", "Arguments for the test programs, behind `--`"}}}),
         "`cargo-wasm test -- --help` lists what test programs take: filters, --ignored, --nocapture …"});
  }
  table.push_back({"clean",
                   "",
                   "Remove what was built",
                   join({{{"package", 'p', values, "SPEC", "Only what belongs to this package", k_packages},
                          {"workspace", '\0', flag, "", "Only what belongs to members", k_packages},
                          {"dry-run", 'n', flag, "", "Show what would be removed"},
                          {"doc", '\0', flag, "", "Only the documentation"},
                          {"release", 'r', flag, "", "Only the release profile", k_compilation},
                          {"profile", '\0', value, "NAME", "Only this profile", k_compilation},
                          {"target", '\0', values, "TRIPLE", "Only this target", k_compilation},
                          {"target-dir", '\0', value, "DIRECTORY", "Directory for everything that is made", k_compilation}},
                         manifest(false),
                         general()})});
  table.push_back({"fetch",
                   "",
                   "Download the dependencies",
                   join({{{"target", '\0', values, "TRIPLE", "Only what this target needs", k_compilation}}, manifest(false), general()})});
  table.push_back({"generate-lockfile", "", "Write Cargo.lock anew", join({manifest(true), general()})});
  table.push_back({"update",
                   "",
                   "Update dependencies in Cargo.lock",
                   join({{{"SPEC", '\0', positionals, "SPEC", "Package to update; all of them when left out", k_packages},
                          {"package", 'p', values, "SPEC", "Package to update", k_packages, {}, true},
                          {"workspace", 'w', flag, "", "Only the members' own entries", k_packages},
                          {"recursive", '\0', flag, "", "Also what SPEC depends on"},
                          {"aggressive", '\0', flag, "", "Old name of --recursive", "Options", {}, true},
                          {"precise", '\0', value, "VERSION", "Update SPEC to exactly this version or git revision"},
                          {"dry-run", 'n', flag, "", "Do not write Cargo.lock"}},
                         manifest(true),
                         general()})});
  table.push_back({"metadata",
                   "",
                   "Print the project and its dependencies as JSON",
                   join({{{"format-version", '\0', value, "VERSION", "Version of the format", "Options", {"1"}},
                          {"filter-platform", '\0', values, "TRIPLE", "Only dependencies of this target"},
                          {"no-deps", '\0', flag, "", "Only the members; needs no network"}},
                         features(),
                         manifest(false),
                         general()})});
  table.push_back({"tree",
                   "",
                   "Show the dependencies as a tree",
                   join({{{"edges",
                           'e',
                           values,
                           "KINDS",
                           "Kinds of edges: all, normal, build, dev, features, no-normal, no-build, no-dev, no-proc-macro"},
                          {"invert", 'i', optional_value, "SPEC", "Show what depends on SPEC"},
                          {"prune", '\0', values, "SPEC", "Leave this package out"},
                          {"depth", '\0', value, "DEPTH", "Deepest level to show, or `workspace`"},
                          {"prefix", '\0', value, "PREFIX", "How lines begin", "Options", {"depth", "indent", "none"}},
                          {"no-dedupe", '\0', flag, "", "Repeat shared dependencies"},
                          {"duplicates", 'd', flag, "", "Only packages that occur in several versions"},
                          {"charset", '\0', value, "CHARSET", "Characters of the lines", "Options", {"utf8", "ascii"}},
                          {"format", 'f', value, "FORMAT", "What a line shows: {p} {l} {r} {f} {lib}"},
                          {"target", '\0', values, "TRIPLE", "Dependencies of this target; `all` for every one", k_compilation}},
                         package_selection(),
                         features(),
                         manifest(false),
                         general()})});
  table.push_back({"timings",
                   "",
                   "Show where the time of the last build went",
                   join({{{"json", '\0', flag, "", "As JSON"},
                          {"target-dir", '\0', value, "DIRECTORY", "Directory for everything that is made", k_compilation}},
                         manifest(false),
                         general()})});
  for (auto& verb : toolchain_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : host_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : module_verbs()) {
    table.push_back(std::move(verb));
  }
  table.push_back({"inspect",
                   "",
                   "Show what is in a module or component, and the record of its build",
                   join({{{"FILE", '\0', positionals, "FILE", "The module or component"},
                          {"json", '\0', flag, "", "Print JSON (docs/formats/build-record.md)"}},
                         general()})});
  for (auto& verb : page_verbs()) {
    table.push_back(std::move(verb));
  }
  table.push_back({"doctor",
                   "",
                   "Show what the program depends on, and what is the matter with it",
                   join({{{"fix", '\0', flag, "", "Have rustup install what is missing"},
                          {"json", '\0', flag, "", "Print JSON (docs/formats/doctor.md)"},
                          {"target", '\0', values, "TRIPLE", "Look at what this target needs", k_compilation}},
                         project_choice(),
                         general()})});
  table.push_back({"explain",
                   "",
                   "Explain a diagnostic code such as CW0301",
                   join({{{"CODE", '\0', positionals, "CODE", "The code; without one, all codes are listed"}}, general()})});
  table.push_back({"completions",
                   "",
                   "Print a completion script for a shell",
                   join({{{"SHELL", '\0', positionals, "SHELL", "bash, zsh or fish"}}, general()})});
  table.push_back({"man", "", "Print the man page", general()});
  return table;
}

} // namespace

const std::vector<VerbSpec>& verbs()
{
  static const std::vector<VerbSpec> table = make_verbs();
  return table;
}

const std::vector<VerbGroup>& verb_groups()
{
  static const std::vector<VerbGroup> table = {
      {"toolchain", "Show, ask and install compilers"},
      {"host", "Show the hosts that artifacts can be built for"},
      {"module", "Work on a module that is linked: optimize, strip, check, wrap, compose, open in a page"}};
  return table;
}

std::string_view group_of(const VerbSpec& verb)
{
  const auto blank = verb.name.find(' ');
  return blank == std::string_view::npos ? std::string_view() : verb.name.substr(0, blank);
}

std::string_view last_word_of(const VerbSpec& verb)
{
  const auto blank = verb.name.find(' ');
  return blank == std::string_view::npos ? verb.name : verb.name.substr(blank + 1);
}

std::vector<const VerbSpec*> verbs_of_group(std::string_view group)
{
  std::vector<const VerbSpec*> found;
  for (const auto& verb : verbs()) {
    if (!group.empty() && group_of(verb) == group) {
      found.push_back(&verb);
    }
  }
  return found;
}

std::vector<std::string> first_words()
{
  std::vector<std::string> words;
  for (const auto& verb : verbs()) {
    const auto group = group_of(verb);
    const auto word = group.empty() ? verb.name : group;
    if (words.empty() || words.back() != word) {
      words.emplace_back(word);
    }
  }
  return words;
}

const std::vector<OptionSpec>& global_options()
{
  static const std::vector<OptionSpec> table = join({{{"version", 'V', flag, "", "Print the version; with -v every linked library"}},
                                                     {{"locked", '\0', flag, "", "Fail if Cargo.lock would change"},
                                                      {"offline", '\0', flag, "", "Do not use the network"},
                                                      {"frozen", '\0', flag, "", "Both --locked and --offline"},
                                                      {"directory", 'C', value, "DIRECTORY", "Change to this directory first"},
                                                      {"list", '\0', flag, "", "List the commands"}},
                                                     general()});
  return table;
}

const VerbSpec* find_verb(std::string_view name_or_alias)
{
  for (const auto& verb : verbs()) {
    if (verb.name == name_or_alias || (!verb.alias.empty() && verb.alias == name_or_alias)) {
      return &verb;
    }
  }
  return nullptr;
}

const std::vector<std::string>& ParsedArguments::all(std::string_view name) const
{
  static const std::vector<std::string> none;
  const auto found = values.find(name);
  return found == values.end() ? none : found->second;
}

const std::string* ParsedArguments::last(std::string_view name) const
{
  const auto& list = all(name);
  return list.empty() ? nullptr : &list.back();
}

} // namespace cargo_wasm::cli
