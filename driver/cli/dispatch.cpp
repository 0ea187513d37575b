#include "dispatch.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/cache_verbs.hpp>
#include <cargo_wasm/ops/vendor.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/runner/host_runner.hpp>

#include "dispatch_cache.hpp"
#include "dispatch_component.hpp"
#include "dispatch_module.hpp"
#include "dispatch_new.hpp"
#include "dispatch_page.hpp"
#include "dispatch_federation.hpp"
#include "dispatch_publish.hpp"
#include "dispatch_registry.hpp"
#include "dispatch_toolchain.hpp"
#include "dispatch_verify.hpp"

namespace cargo_wasm::cli {

namespace {

using ops::CompileRequest;
using ops::GlobalOptions;

GlobalOptions global_options_of(const Env& env, const ParsedArguments& parsed, const std::optional<std::string>& plus_toolchain)
{
  GlobalOptions options;
  options.plus_toolchain = plus_toolchain;
  options.config.config_arguments = parsed.all("config");
  if (parsed.has("strict-federation")) {
    options.config.config_arguments.emplace_back("cargo-wasm.strict-federation=true");
  }
  options.config.locked = parsed.has("locked") || parsed.has("reproducible");
  options.config.offline = parsed.has("offline");
  options.config.frozen = parsed.has("frozen");
  if (const auto* path = parsed.last("manifest-path")) {
    options.workspace.manifest_path = absolute(env, *path);
  }
  if (const auto* path = parsed.last("target-dir")) {
    options.workspace.target_directory = absolute(env, *path);
  }
  options.ignore_rust_version = parsed.has("ignore-rust-version");
  // A build script that starts $CARGO expects cargo's behaviour, whole.
  options.strict_cargo = parsed.has("strict-cargo") || env.var("CARGO_WASM_STRICT_CARGO") != nullptr;
  options.install_missing = parsed.has("install-missing");
  return options;
}

Result<> vendor_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  ops::VendorRequest request;
  const std::vector<std::string>& words = parsed.all("DIR");
  if (words.size() > 1) {
    return fail(Error("CW1130", "one directory at a time", Blame::usage).help("`cargo-wasm vendor DIR`"));
  }
  if (!words.empty()) {
    request.destination = words.front();
  }
  for (const std::string& path : parsed.all("sync")) {
    request.manifests.push_back(absolute(env, path));
  }
  request.keeps_others = parsed.has("no-delete");
  request.versioned_directories = parsed.has("versioned-dirs");
  request.respects_sources = parsed.has("respect-source-config");
  return ops::vendor(env, options, request);
}

/// Splits every value at commas and spaces, as `--features` is read.
std::vector<std::string> split_words(const std::vector<std::string>& values)
{
  std::vector<std::string> words;
  for (const auto& value : values) {
    std::string word;
    for (const char c : value + " ") {
      if (c == ' ' || c == ',') {
        if (!word.empty()) {
          words.push_back(std::move(word));
        }
        word.clear();
      } else {
        word += c;
      }
    }
  }
  return words;
}

plan::FeatureSelection features_of(const ParsedArguments& parsed)
{
  return {split_words(parsed.all("features")), parsed.has("all-features"), parsed.has("no-default-features")};
}

Result<std::string> profile_of(const ParsedArguments& parsed, std::string_view fallback)
{
  if (parsed.has("release")) {
    return std::string("release");
  }
  const auto* name = parsed.last("profile");
  if (name == nullptr) {
    return std::string(fallback);
  }
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  if (name->empty() || !std::all_of(name->begin(), name->end(), ok)) {
    return fail(
        Error("CW0782", fmt::format("invalid profile name `{}`", *name), Blame::usage).note("letters, digits, `-` and `_` are allowed"));
  }
  return *name;
}

/// An option whose name was left out asks for the list of names.
Result<> check_named(const ParsedArguments& parsed, std::string_view option)
{
  const auto* value = parsed.last(option);
  if (value != nullptr && value->empty()) {
    return fail(Error("CW0782", fmt::format("`--{}` needs a name", option), Blame::usage)
                    .help(fmt::format("`cargo-wasm metadata --no-deps` lists the targets; `--{}s` takes all of them",
                                      option == "bench" ? "benche" : option)));
  }
  return {};
}

Result<plan::TargetSelection> targets_of(const ParsedArguments& parsed)
{
  for (const auto* option : {"bin", "example", "test", "bench"}) {
    CW_TRY(check_named(parsed, option));
  }
  plan::TargetSelection selection;
  selection.lib = parsed.has("lib");
  selection.all_bins = parsed.has("bins");
  selection.all_examples = parsed.has("examples");
  selection.all_tests = parsed.has("tests");
  selection.all_benches = parsed.has("benches");
  selection.all_targets = parsed.has("all-targets");
  selection.bins = parsed.all("bin");
  selection.examples = parsed.all("example");
  selection.tests = parsed.all("test");
  selection.benches = parsed.all("bench");
  selection.default_targets = !(selection.lib || selection.all_bins || selection.all_examples || selection.all_tests ||
                                selection.all_benches || selection.all_targets || !selection.bins.empty() || !selection.examples.empty() ||
                                !selection.tests.empty() || !selection.benches.empty());
  return selection;
}

Result<CompileRequest> compile_request(const ParsedArguments& parsed, const DispatchContext& context)
{
  CompileRequest request;
  request.intent = parsed.verb == "check" ? plan::UserIntent::check : plan::UserIntent::build;
  request.packages.workspace = parsed.has("workspace") || parsed.has("all");
  request.packages.packages = parsed.all("package");
  request.packages.exclude = parsed.all("exclude");
  CW_TRY_ASSIGN(request.targets, targets_of(parsed));
  request.features = features_of(parsed);
  if (const auto* from = parsed.last("from")) {
    CW_TRY_ASSIGN(request.from, ops::parse_from_spec(*from));
  }
  // A program taken from the registry is wanted to run, not to be debugged.
  CW_TRY_ASSIGN(request.profile_name, profile_of(parsed, request.from || parsed.verb == "pack" ? "release" : "dev"));
  request.triples = parsed.all("target");
  if (const auto* host = parsed.last("host")) {
    request.host = *host;
  }
  request.unstable = parsed.all("unstable");
  if (const auto* backend = parsed.last("backend")) {
    request.backend = *backend;
  }
  request.unit_graph = parsed.has("unit-graph");
  request.timings = parsed.has("timings");
  request.provenance = !parsed.has("no-provenance");
  request.uses_store = !parsed.has("no-cache");
  request.locked_imports = parsed.has("locked-imports");
  if (parsed.has("reproducible")) {
    CW_TRY(make_reproducible(parsed, request));
  }
  request.ignored_defects = parsed.all("ignore-defect");
  if (const auto* bindgen = parsed.last("bindgen")) {
    request.bindgen = *bindgen;
  }
  request.component = parsed.has("component");
  request.future_incompat_report = parsed.has("future-incompat-report");
  if (const auto* jobs = parsed.last("jobs")) {
    request.jobs = *jobs;
  }
  request.exec.keep_going = parsed.has("keep-going");
  request.exec.dry_run = parsed.has("dry-run");
  request.exec.explain_rebuild = parsed.has("explain-rebuild");
  request.exec.stop = context.stop;
  request.driver_program = context.program;
  request.noop = context.noop;
  request.terminal = context.terminal;
  request.stored = context.stored;
  if (parsed.has("message-format")) {
    CW_TRY_ASSIGN(request.exec.message_format, exec::parse_message_format(base::join(parsed.all("message-format"), ",")));
  }
  return request;
}

Result<> test_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  const bool is_bench = parsed.verb == "bench";
  ops::TestRequest request;
  CW_TRY_ASSIGN(request.compile, compile_request(parsed, context));
  request.compile.intent = is_bench ? plan::UserIntent::bench : plan::UserIntent::test;
  CW_TRY_ASSIGN(request.compile.profile_name, profile_of(parsed, is_bench ? "bench" : "test"));
  request.compile.host.reset();
  request.hosts = split_words(parsed.all("host"));
  const auto& names = parsed.all(is_bench ? "BENCHNAME" : "TESTNAME");
  if (names.size() > 1) {
    return fail(Error("CW0782", fmt::format("unexpected argument `{}`", names[1]), Blame::usage)
                    .help(fmt::format(
                        "several filters are arguments of the test programs: `cargo-wasm {} -- {}`", parsed.verb, base::join(names, " "))));
  }
  request.arguments = names;
  if (!names.empty() && request.compile.targets.default_targets) {
    // Whoever names a test wants no examples to be built for it (cargo: commands/test.rs).
    request.compile.targets.default_targets = false;
    (is_bench ? request.compile.targets.all_benches : request.compile.targets.all_tests) = true;
  }
  request.arguments.insert(request.arguments.end(), parsed.trailing.begin(), parsed.trailing.end());
  if (is_bench) {
    request.arguments.insert(request.arguments.begin(), "--bench");
  }
  request.directories = parsed.all("dir");
  request.no_run = parsed.has("no-run");
  request.no_fail_fast = parsed.has("no-fail-fast");
  const auto* const report = parsed.last("report");
  request.json = report != nullptr && *report == "json";
  if (const auto* junit = parsed.last("junit")) {
    request.junit = absolute(env, *junit);
  }
  CW_TRY_ASSIGN(const auto limit, time_limit_of(parsed));
  request.time_limit = limit.value_or(std::chrono::milliseconds(0));
  CW_TRY_ASSIGN(request.memory_bytes, memory_limit_of(parsed));
  return ops::test(env, options, request);
}

Result<Outcome> run_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  CW_TRY_ASSIGN(auto compile, compile_request(parsed, context));
  ops::RunRequest request{std::move(compile), parsed.trailing, parsed.all("dir")};
  CW_TRY_ASSIGN(request.time_limit, time_limit_of(parsed));
  CW_TRY_ASSIGN(request.memory_bytes, memory_limit_of(parsed));
  CW_TRY_ASSIGN(auto command, ops::run(env, options, request));
  return Outcome{0, std::move(command)};
}

Result<> fix_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  const bool migrates = parsed.verb == "migrate";
  if (migrates ? parsed.all("SUBJECT") != std::vector<std::string>{"imports"} : !parsed.has("imports")) {
    return fail(Error("CW0786", migrates ? "`migrate` needs to know what" : "`fix` needs to know what to fix", Blame::usage)
                    .help(migrates ? "`cargo-wasm migrate imports`" : "`cargo-wasm fix --imports`"));
  }
  CW_TRY_ASSIGN(auto request, compile_request(parsed, context));
  request.stored.reset();
  return ops::fix_imports(env, options, {std::move(request), migrates});
}

Result<> pack_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  ops::PackRequest request;
  CW_TRY_ASSIGN(request.compile, compile_request(parsed, context));
  if (const auto* directory = parsed.last("output")) {
    request.directory = absolute(env, *directory);
  }
  if (const auto* scope = parsed.last("scope")) {
    request.scope = *scope;
  }
  return ops::pack(env, options, request);
}

Result<> update_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  ops::UpdateRequest request;
  request.update.specs = parsed.all("SPEC");
  const auto& packages = parsed.all("package");
  request.update.specs.insert(request.update.specs.end(), packages.begin(), packages.end());
  request.update.recursive = parsed.has("recursive") || parsed.has("aggressive");
  request.update.workspace_only = parsed.has("workspace");
  if (const auto* precise = parsed.last("precise")) {
    request.update.precise = *precise;
  }
  request.dry_run = parsed.has("dry-run");
  if ((request.update.precise || request.update.recursive) && request.update.specs.empty()) {
    return fail(Error("CW0783", fmt::format("`--{}` needs a package", request.update.precise ? "precise" : "recursive"), Blame::usage)
                    .help("name it: `cargo-wasm update NAME …`"));
  }
  return ops::update(env, options, request);
}

Result<> clean_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  ops::CleanRequest request;
  request.packages = parsed.all("package");
  request.workspace = parsed.has("workspace");
  request.doc = parsed.has("doc");
  request.dry_run = parsed.has("dry-run");
  request.triples = parsed.all("target");
  if (parsed.has("release") || parsed.has("profile")) {
    CW_TRY_ASSIGN(request.profile_name, profile_of(parsed, "dev"));
  }
  return ops::clean(env, options, request);
}

Result<ops::TreeRequest> tree_request(const ParsedArguments& parsed)
{
  ops::TreeRequest request;
  request.packages.workspace = parsed.has("workspace") || parsed.has("all");
  request.packages.packages = parsed.all("package");
  request.packages.exclude = parsed.all("exclude");
  request.features = features_of(parsed);
  request.edges = split_words(parsed.all("edges"));
  request.invert = parsed.all("invert");
  request.prune = parsed.all("prune");
  request.triples = parsed.all("target");
  if (const auto* depth = parsed.last("depth")) {
    request.depth = *depth;
  }
  if (const auto* prefix = parsed.last("prefix")) {
    request.prefix = *prefix;
  }
  if (const auto* charset = parsed.last("charset")) {
    request.ascii = *charset == "ascii";
  }
  if (const auto* format = parsed.last("format")) {
    request.format = *format;
  }
  request.no_dedupe = parsed.has("no-dedupe");
  request.duplicates = parsed.has("duplicates");
  return request;
}

Result<> metadata_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  if (!parsed.has("format-version")) {
    env.reporter.warning(Error("CW0785", "please say which version of the format is meant: `--format-version 1`"));
  }
  ops::MetadataRequest request;
  request.no_deps = parsed.has("no-deps");
  request.filter_platforms = parsed.all("filter-platform");
  request.features = features_of(parsed);
  return ops::metadata(env, options, request);
}

/// The verbs that only look: metadata, tree, timings.
Result<> show_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  if (parsed.verb == "metadata") {
    return metadata_verb(env, parsed, options);
  }
  if (parsed.verb == "timings") {
    return ops::timings(env, options, parsed.has("json"));
  }
  CW_TRY_ASSIGN(const auto request, tree_request(parsed));
  return ops::tree(env, options, request);
}

Result<> cache_explain_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  const std::vector<std::string>& words = parsed.all("UNIT");
  const bool compares = parsed.verb == "cache diff";
  if (words.size() != (compares ? 3U : 1U)) {
    return fail(Error("CW0782", compares ? "a unit and two places are compared" : "which unit?", Blame::usage)
                    .help(compares ? "`cargo-wasm cache diff serde ~/one ~/other`" : "`cargo-wasm cache explain serde`"));
  }
  CW_TRY_ASSIGN(auto request, compile_request(parsed, context));
  request.stored = nullptr;
  request.noop = std::nullopt;
  if (compares) {
    return ops::cache_diff(env, options, {std::move(request), words[0], absolute(env, words[1]), absolute(env, words[2])});
  }
  return ops::cache_explain(env, options, {std::move(request), words[0], parsed.has("json")});
}

Result<> doctor_verb(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options)
{
  ops::DoctorRequest request;
  request.triples = parsed.all("target");
  request.fix = parsed.has("fix");
  request.json = parsed.has("json");
  request.free_bytes = [](Path directory) -> std::optional<std::uint64_t> {
    std::error_code code;
    while (!std::filesystem::exists(directory, code) && directory.has_relative_path()) {
      directory = directory.parent_path();
    }
    const auto space = std::filesystem::space(directory, code);
    return code ? std::nullopt : std::optional<std::uint64_t>(space.available);
  };
  return ops::doctor(env, options, request);
}

Result<> completions_verb(const Env& env, const ParsedArguments& parsed)
{
  const auto& shells = parsed.all("SHELL");
  const auto script = shells.empty() ? std::string{} : completions(shells.front());
  if (script.empty()) {
    return fail(
        Error("CW0782", shells.empty() ? "which shell?" : fmt::format("no completions for the shell `{}`", shells.front()), Blame::usage)
            .help("name one of: bash, zsh, fish"));
  }
  env.reporter.result(script);
  return {};
}

} // namespace

Result<std::optional<std::chrono::milliseconds>> time_limit_of(const ParsedArguments& parsed)
{
  const auto* const text = parsed.last("timeout");
  if (text == nullptr) {
    return std::nullopt;
  }
  constexpr double k_longest_s = 1e6;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc{} || end != text->data() + text->size() || !(seconds > 0) || seconds > k_longest_s) {
    return fail(
        Error("CW0782", fmt::format("invalid value `{}` for `--timeout`", *text), Blame::usage).help("give it seconds: `--timeout 60`"));
  }
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

Result<std::optional<std::uint64_t>> memory_limit_of(const ParsedArguments& parsed)
{
  const auto* const text = parsed.last("max-memory");
  auto bytes = text == nullptr ? std::nullopt : runner::parse_bytes(*text);
  if (text != nullptr && !bytes) {
    return fail(Error("CW0782", fmt::format("invalid value `{}` for `--max-memory`", *text), Blame::usage)
                    .help("give it a size: `--max-memory 64MiB`"));
  }
  return bytes;
}

Path absolute(const Env& env, const std::string& path)
{
  return (env.cwd / path).lexically_normal();
}

Result<Outcome> dispatch(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  const auto options = global_options_of(env, parsed, context.plus_toolchain);
  const auto& verb = parsed.verb;
  if (auto outcome = dispatch_toolchain(env, parsed, options, context)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_module(env, parsed, options, context)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_component(env, parsed, options)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_cache(env, parsed, options)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_registry(env, parsed, context)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_federation(env, parsed, context, options)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_page(env, parsed, options, context)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_publish(env, parsed, options, context)) {
    return std::move(*outcome);
  }
  if (auto outcome = dispatch_new(env, parsed)) {
    return std::move(*outcome);
  }
  if (verb == "run") {
    return run_verb(env, parsed, options, context);
  }
  if (verb == "build" || verb == "check") {
    CW_TRY_ASSIGN(const auto request, compile_request(parsed, context));
    CW_TRY(ops::build(env, options, request));
  } else if (verb == "test" || verb == "bench") {
    CW_TRY(test_verb(env, parsed, options, context));
  } else if (verb == "verify") {
    CW_TRY(verify_verb(env, parsed, options, context));
  } else if (verb == "pack") {
    CW_TRY(pack_verb(env, parsed, options, context));
  } else if (verb == "imports") {
    CW_TRY_ASSIGN(auto request, compile_request(parsed, context));
    CW_TRY(ops::imports(env, options, {std::move(request), parsed.has("json"), parsed.has("html"), parsed.has("write-lock")}));
  } else if (verb == "fix" || verb == "migrate") {
    CW_TRY(fix_verb(env, parsed, options, context));
  } else if (verb == "cache explain" || verb == "cache diff") {
    CW_TRY(cache_explain_verb(env, parsed, options, context));
  } else if (verb == "clean") {
    CW_TRY(clean_verb(env, parsed, options));
  } else if (verb == "fetch") {
    CW_TRY(ops::fetch(env, options, parsed.all("target")));
  } else if (verb == "vendor") {
    CW_TRY(vendor_verb(env, parsed, options));
  } else if (verb == "generate-lockfile") {
    CW_TRY(ops::generate_lockfile(env, options));
  } else if (verb == "update") {
    CW_TRY(update_verb(env, parsed, options));
  } else if (verb == "explain") {
    const auto& codes = parsed.all("CODE");
    CW_TRY(ops::explain(env, codes.empty() ? std::nullopt : std::optional(codes.front())));
  } else if (verb == "doctor") {
    CW_TRY(doctor_verb(env, parsed, options));
  } else if (verb == "completions") {
    CW_TRY(completions_verb(env, parsed));
  } else if (verb == "man") {
    env.reporter.result(man_page());
  } else {
    CW_TRY(show_verb(env, parsed, options));
  }
  return Outcome{};
}

} // namespace cargo_wasm::cli
