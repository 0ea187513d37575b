// Which target a build is for. cargo builds for the host unless told otherwise; a WebAssembly tool looks at what the
// package is (design rule (d)): programs run under WASI, a cdylib is meant for a host with its own imports.
#include <cargo_wasm/ops/project.hpp>

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_program_target = "wasm32-wasip1";
constexpr std::string_view k_component_target = "wasm32-wasip2";
constexpr std::string_view k_library_target = "wasm32-unknown-unknown";

Result<std::vector<std::string>> triples_of(const nlohmann::json& value, const Path& manifest)
{
  if (value.is_string()) {
    return std::vector{value.get<std::string>()};
  }
  if (value.is_array() && std::all_of(value.begin(), value.end(), [](const auto& item) { return item.is_string(); })) {
    return value.get<std::vector<std::string>>();
  }
  return fail(
      Error("CW0745", fmt::format("`[package.metadata.wasm] target` must be a string or a list of strings, in `{}`", manifest.string()))
          .help("write `target = \"wasm32-wasip1\"`"));
}

Result<std::vector<std::string>> metadata_target(const std::shared_ptr<const nlohmann::json>& metadata, const Path& manifest)
{
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm")) {
    return std::vector<std::string>{};
  }
  const auto& wasm = metadata->at("wasm");
  if (!wasm.is_object() || !wasm.contains("target")) {
    return std::vector<std::string>{};
  }
  return triples_of(wasm.at("target"), manifest);
}

/// `component = true`, or a table of that name.
std::optional<bool> metadata_component(const std::shared_ptr<const nlohmann::json>& metadata)
{
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm") || !metadata->at("wasm").is_object() ||
      !metadata->at("wasm").contains("component")) {
    return std::nullopt;
  }
  const auto& value = metadata->at("wasm").at("component");
  return value.is_boolean() ? value.get<bool>() : value.is_object();
}

bool has_program(const manifest::Manifest& package)
{
  return std::any_of(package.targets.begin(), package.targets.end(), [](const auto& target) { return target.is_bin(); });
}

bool has_cdylib(const manifest::Manifest& package)
{
  const auto* library = package.library();
  return library != nullptr &&
         std::find(library->crate_types.begin(), library->crate_types.end(), manifest::CrateType::cdylib) != library->crate_types.end();
}

/// A suite of `#[wasm_bindgen_test]`, which has its own harness and runs in JavaScript hosts.
bool has_bindgen_tests(const manifest::Manifest& package)
{
  const auto& dependencies = package.summary->dependencies;
  return std::any_of(dependencies.begin(), dependencies.end(), [](const auto& d) { return d->package_name.view() == "wasm-bindgen-test"; });
}

/// Something of JavaScript's side is among its own dependencies: what they in turn use is not known yet.
bool has_bindings_crate(const manifest::Manifest& package)
{
  constexpr std::array<std::string_view, 10> k_crates{
      "wasm-bindgen", "wasm-bindgen-futures", "js-sys", "web-sys", "wasm_thread", "gloo", "yew", "leptos", "dioxus", "sycamore"};
  const auto& dependencies = package.summary->dependencies;
  return std::any_of(dependencies.begin(), dependencies.end(), [&](const auto& dependency) {
    return std::find(k_crates.begin(), k_crates.end(), dependency->package_name.view()) != k_crates.end();
  });
}

/// `[package.metadata.wasm.bindgen]`; nullptr: there is none.
const nlohmann::json* metadata_bindgen(const manifest::Manifest& package)
{
  const auto& metadata = package.metadata;
  if (metadata == nullptr || !metadata->is_object() || !metadata->contains("wasm") || !metadata->at("wasm").is_object() ||
      !metadata->at("wasm").contains("bindgen")) {
    return nullptr;
  }
  return &metadata->at("wasm").at("bindgen");
}

bool uses_bindings(const CompileRequest& request, const manifest::Manifest& package)
{
  return request.bindgen || metadata_bindgen(package) != nullptr || has_bindings_crate(package);
}

/// Of a package that gets bindings: they are made for one target only. Among several packages the command line means those that visibly
/// use them. A program that is run keeps its target where only the manifest asks: without a page it runs under WASI.
std::optional<TargetChoice> choice_for_bindings(const CompileRequest& request, const manifest::Manifest& package, bool is_only_one)
{
  if (!has_program(package) && !has_cdylib(package)) {
    return std::nullopt;
  }
  if ((request.bindgen || request.else_bindgen) && (is_only_one || has_bindings_crate(package))) {
    return TargetChoice{.triples = {std::string(k_library_target)},
                        .reason = request.bindgen ? "--bindgen" : "a package for npm has bindings"};
  }
  const auto* const own = metadata_bindgen(package);
  if (!request.is_run && own != nullptr && own->is_object() && own->contains("target")) {
    return TargetChoice{.triples = {std::string(k_library_target)}, .reason = "[package.metadata.wasm.bindgen]"};
  }
  return std::nullopt;
}

/// Whether libtest can say something on all of these.
bool has_system_interface(const std::vector<std::string>& triples)
{
  return std::all_of(
      triples.begin(), triples.end(), [](const std::string& t) { return !t.starts_with("wasm") || t.find("-wasi") != std::string::npos; });
}

/// For what a host runs without a page of its own around it; nullopt: it says nothing.
std::optional<TargetChoice> choice_with_wasi(const PackageHost& host)
{
  const host::Profile& profile = *host.profile;
  if (!profile.test_target.empty()) {
    return TargetChoice{.triples = {profile.test_target}, .reason = host.reason};
  }
  if (profile.program_target.empty()) {
    return std::nullopt;
  }
  // A page brings WASI for what is tested in it.
  const bool can_report = has_system_interface({profile.program_target});
  return TargetChoice{.triples = {can_report ? profile.program_target : std::string(k_program_target)}, .reason = host.reason};
}

/// Where tests of a package run. libtest needs a system interface: on a target without one it would say nothing.
TargetChoice choice_for_tests(const manifest::Manifest& package, const PackageHost* host)
{
  if (has_bindgen_tests(package)) {
    return TargetChoice{.triples = {std::string(k_library_target)}, .reason = "tests of wasm-bindgen-test", .is_default_rule = true};
  }
  if (auto choice = host == nullptr ? std::nullopt : choice_with_wasi(*host)) {
    return std::move(*choice);
  }
  if (has_program(package) || has_cdylib(package)) {
    return TargetChoice{.triples = {std::string(k_program_target)}, .reason = "the default for tests", .is_default_rule = true};
  }
  return TargetChoice{.reason = "the default for a library", .is_default_rule = true};
}

/// What one package is for; no triples: the host.
Result<TargetChoice> choice_of(
    const Project& project, const CompileRequest& request, const manifest::Manifest& package, const PackageHost* host, bool is_only_one)
{
  const bool is_test = request.intent == plan::UserIntent::test || request.intent == plan::UserIntent::bench;
  if (is_test && host != nullptr && host->is_asked_for) {
    return choice_for_tests(package, host); // whatever the package is built for
  }
  CW_TRY_ASSIGN(auto own, metadata_target(package.metadata, package.file));
  if (is_test && !has_system_interface(own)) {
    return choice_for_tests(package, host);
  }
  if (!own.empty()) {
    return TargetChoice{.triples = std::move(own), .reason = "[package.metadata.wasm]"};
  }
  const auto& root = *project.workspace.root_manifest;
  CW_TRY_ASSIGN(auto common, metadata_target(root.workspace_metadata, root.file));
  if (is_test && !has_system_interface(common)) {
    return choice_for_tests(package, host);
  }
  if (!common.empty()) {
    return TargetChoice{.triples = std::move(common), .reason = "[workspace.metadata.wasm]"};
  }
  if (is_test) {
    return choice_for_tests(package, host);
  }
  const auto wished = metadata_component(package.metadata);
  const bool is_wished = wished ? *wished : metadata_component(root.workspace_metadata).value_or(false);
  if ((request.component || is_wished) && (has_program(package) || has_cdylib(package))) {
    return TargetChoice{.triples = {std::string(k_component_target)}, .reason = "the default for components", .is_default_rule = true};
  }
  if (request.is_run && host != nullptr && host->is_asked_for && !uses_bindings(request, package)) {
    if (auto choice = choice_with_wasi(*host)) {
      return std::move(*choice);
    }
  }
  auto for_bindings = choice_for_bindings(request, package, is_only_one);
  if (host != nullptr) {
    const std::string& triple = has_program(package) ? host->profile->program_target : host->profile->library_target;
    const bool fits = !triple.empty() && (!for_bindings || triple == k_library_target);
    if (fits && (has_program(package) || has_cdylib(package))) {
      return TargetChoice{.triples = {triple}, .reason = host->reason};
    }
  }
  if (for_bindings) {
    return std::move(*for_bindings);
  }
  if (has_program(package)) {
    return TargetChoice{.triples = {std::string(k_program_target)}, .reason = "the default for programs", .is_default_rule = true};
  }
  if (has_cdylib(package)) {
    return TargetChoice{.triples = {std::string(k_library_target)}, .reason = "the default for a cdylib", .is_default_rule = true};
  }
  return TargetChoice{.reason = "the default for a library", .is_default_rule = true};
}

/// "`a`, `b` and 3 more".
std::string names_of(const std::vector<std::string>& packages)
{
  constexpr std::size_t k_shown = 4;
  std::string text;
  for (std::size_t i = 0; i < packages.size() && i < k_shown; ++i) {
    text += fmt::format("{}`{}`", i == 0 ? "" : ", ", packages[i]);
  }
  return packages.size() > k_shown ? fmt::format("{} and {} more", text, packages.size() - k_shown) : text;
}

TargetChoice merged(const std::vector<std::pair<PackagePtr, TargetChoice>>& choices)
{
  TargetChoice all;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> packages; // target and reason → names
  for (const auto& [package, choice] : choices) {
    auto triples = choice.triples.empty() ? std::vector<std::string>{"host-tuple"} : choice.triples;
    for (const auto& triple : triples) {
      if (std::find(all.triples.begin(), all.triples.end(), triple) == all.triples.end()) {
        all.triples.push_back(triple);
      }
    }
    const auto shown = choice.triples.empty() ? std::string("host") : base::join(choice.triples, ", ");
    packages[{shown, choice.reason}].push_back(package->id().name().str());
    all.is_default_rule = all.is_default_rule || choice.is_default_rule;
    all.of_package.emplace(package->id(), std::move(triples));
  }
  for (const auto& [target, names] : packages) {
    all.lines.push_back(fmt::format("{} for {} ({})", target.first, names_of(names), target.second));
  }
  return all;
}

} // namespace

Result<TargetChoice> choose_target(const Project& project,
                                   const GlobalOptions& options,
                                   const CompileRequest& request,
                                   const std::vector<PackagePtr>& selected,
                                   const PackageHosts& hosts)
{
  if (!request.triples.empty()) {
    return TargetChoice{.triples = request.triples, .reason = "--target"};
  }
  CW_TRY_ASSIGN(const auto configured, project.config->get_string_list("build.target"));
  if (configured && !configured->value.empty()) {
    return TargetChoice{.triples = configured->value, .reason = fmt::format("build.target in {}", configured->definition.display())};
  }
  if (options.strict_cargo) {
    return TargetChoice{.reason = "--strict-cargo"};
  }
  std::vector<std::pair<PackagePtr, TargetChoice>> choices;
  for (const auto& package : selected) {
    const auto host = hosts.find(package->id());
    const auto* const its_host = host == hosts.end() ? nullptr : &host->second;
    CW_TRY_ASSIGN(auto choice, choice_of(project, request, *package->manifest, its_host, selected.size() == 1));
    choices.emplace_back(package, std::move(choice));
  }
  if (choices.empty()) {
    return TargetChoice{.reason = "the default for a library", .is_default_rule = true};
  }
  const auto& first = choices.front().second;
  const bool agree = std::all_of(choices.begin(), choices.end(), [&](const auto& entry) { return entry.second.triples == first.triples; });
  return agree ? first : merged(choices);
}

} // namespace cargo_wasm::ops
