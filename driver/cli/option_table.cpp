#include <cargo_wasm/cli/options.hpp>

#include "option_groups.hpp"

namespace cargo_wasm::cli {

namespace {

using enum OptionKind;

constexpr std::string_view k_packages = "Package Selection";
constexpr std::string_view k_targets = "Target Selection";
constexpr std::string_view k_features = "Feature Selection";
constexpr std::string_view k_compilation = "Compilation Options";
constexpr std::string_view k_manifest = "Manifest Options";

Options manifest(bool with_rust_version)
{
  Options options = {{"manifest-path", 'm', value, "PATH", "Path to Cargo.toml", k_manifest}};
  if (with_rust_version) {
    options.push_back({"ignore-rust-version", '\0', flag, "", "Ignore `rust-version` of packages", k_manifest});
  }
  options.push_back({"locked", '\0', flag, "", "Fail if Cargo.lock would change", k_manifest});
  options.push_back({"offline", '\0', flag, "", "Do not use the network", k_manifest});
  options.push_back({"frozen", '\0', flag, "", "Both --locked and --offline", k_manifest});
  options.push_back({"strict-federation", '\0', flag, "", "Fail where a registry is not one that is known by its keys", k_manifest});
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
      {"no-cache", '\0', flag, "", "Take no result from the store of this user, and keep none there", k_compilation},
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

/// How and where test programs run.
Options test_runs()
{
  return {
      {"host", '\0', values, "NAMES", "Run on these hosts, with commas between them: node, wasmtime, wazero, wasmi …", k_compilation},
      {"no-run", '\0', flag, "", "Build, and run nothing"},
      {"no-fail-fast", '\0', flag, "", "Run the other test programs after one has failed"},
      {"timeout", '\0', value, "SECONDS", "Stop a test program that takes longer, and go on behind the test it hangs in"},
      {"max-memory", '\0', value, "SIZE", "Most linear memory of a test program: 64MiB"},
      {"junit", '\0', value, "FILE", "Write the results as JUnit XML"},
      {"report", '\0', value, "FORMAT", "Form of the results on stdout (docs/formats/test-events.md)", "Options", {"text", "json"}},
      {"dir", '\0', values, "HOST[::GUEST]", "A further directory that test programs may use; that of their package they have"},
  };
}

/// `new` and `init`; their lines are in dispatch_new.cpp.
std::vector<VerbSpec> new_verbs()
{
  const Options choices = {
      {"template", '\0', value, "NAME", "What it is: bin, lib, browser, component, freestanding, plugin, workspace (docs/guide/new.md)"},
      {"bin", '\0', flag, "", "Same as --template bin"},
      {"lib", '\0', flag, "", "Same as --template lib"},
      {"name", '\0', value, "NAME", "Name of the package, instead of the directory's"},
      {"edition", '\0', value, "YEAR", "Edition of Rust", "Options", {"2021", "2024"}},
      {"vcs", '\0', value, "VCS", "Make a repository; git where it is there and none is around", "Options", {"git", "none"}},
      {"list", '\0', flag, "", "List the templates"}};
  return {
      {"new", "", "Make a package in a new directory", join({{{"PATH", '\0', positionals, "PATH", "The directory"}}, choices, general()})},
      {"init",
       "",
       "Make a package in a directory that is there",
       join({{{"PATH", '\0', positionals, "PATH", "The directory; the current one unless given"}}, choices, general()})},
  };
}

std::vector<VerbSpec> make_verbs()
{
  std::vector<VerbSpec> table = new_verbs();
  table.push_back({"build",
                   "b",
                   "Compile the project to WebAssembly (or for the host)",
                   join({build_like(),
                         {locked_imports(), bindgen(), component()},
                         {{"reproducible",
                           '\0',
                           flag,
                           "",
                           "Fix toolchain, lock, locale, time zone and umask, and write target/build-record.json (docs/guide/ci.md)",
                           k_compilation}}})});
  table.push_back({"verify",
                   "",
                   "Build what a record tells once more, elsewhere, and compare every output",
                   join({{{"against", '\0', value, "FILE", "A record from elsewhere, instead of the one in the target directory"},
                          {"jobs", 'j', value, "N", "Parallel jobs; one more than the first build had unless given", k_compilation},
                          {"target-dir", '\0', value, "DIRECTORY", "Where the first build was made", k_compilation},
                          {"same-clock", '\0', flag, "", "Leave the second build the real clock: for builds that check certificates"},
                          {"keep", '\0', flag, "", "Leave the second directory in place, and say where it is"}},
                         project_choice(),
                         general()})});
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
               "Options"},
              {"timeout", '\0', value, "SECONDS", "End the program after this time, and say so"},
              {"max-memory", '\0', value, "SIZE", "Most linear memory of the program: 64MiB"}},
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
  table.push_back({"vendor",
                   "",
                   "Copy all dependencies into a directory, and print the configuration that uses it",
                   join({{{"DIR", '\0', positionals, "DIR", "The directory; `vendor` without it"},
                          {"no-delete", '\0', flag, "", "Remove nothing that is there"},
                          {"sync", 's', values, "PATH", "The Cargo.toml of another project, whose dependencies come along"},
                          {"respect-source-config", '\0', flag, "", "Read from where `[source]` of the configuration says"},
                          {"versioned-dirs", '\0', flag, "", "The version in the name of every directory"}},
                         manifest(false),
                         general()})});
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
  table.push_back(
      {"cache explain",
       "",
       "Show every part of a unit's key, and why its result is shared or is not",
       join({build_like(),
             {{"json", '\0', flag, "", "As JSON"}, {"UNIT", '\0', positionals, "UNIT", "A package, a crate, or `serde(build)`"}}})});
  table.push_back({"cache diff",
                   "",
                   "Show which input makes the keys of a unit differ between two checkouts",
                   join({build_like(),
                         {{"UNIT",
                           '\0',
                           positionals,
                           "UNIT A B",
                           "A package or crate; two directories, or files that `cache explain UNIT --json` printed"}}})});
  for (auto& verb : cache_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : page_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : component_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : publish_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : registry_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : federation_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : registry_trust_verbs()) {
    table.push_back(std::move(verb));
  }
  for (auto& verb : registry_mirror_verbs()) {
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
      {"cache", "Show and clean the store of results that all projects share"},
      {"component", "Push and fetch components and packages of WIT in OCI registries"},
      {"registry", "Run a registry that cargo and cargo-wasm publish to"},
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
