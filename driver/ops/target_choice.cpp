// Which target a build is for. cargo builds for the host unless told otherwise; a WebAssembly tool looks at what the
// package is (design rule (d)): programs run under WASI, a cdylib is meant for a host with its own imports.
#include <cargo_wasm/ops/project.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::ops {

namespace {

constexpr std::string_view k_program_target = "wasm32-wasip1";
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

/// "" for the host.
std::string_view default_target(const manifest::Manifest& package)
{
  const auto& targets = package.targets;
  if (std::any_of(targets.begin(), targets.end(), [](const auto& target) { return target.is_bin(); })) {
    return k_program_target;
  }
  const auto* library = package.library();
  const bool is_cdylib =
      library != nullptr &&
      std::find(library->crate_types.begin(), library->crate_types.end(), manifest::CrateType::cdylib) != library->crate_types.end();
  return is_cdylib ? k_library_target : std::string_view{};
}

} // namespace

Result<TargetChoice> choose_target(const Env& /*env*/,
                                   const Project& project,
                                   const GlobalOptions& options,
                                   const CompileRequest& request,
                                   const std::vector<PackagePtr>& selected)
{
  if (!request.triples.empty()) {
    return TargetChoice{request.triples, "--target", false};
  }
  CW_TRY_ASSIGN(const auto configured, project.config->get_string_list("build.target"));
  if (configured && !configured->value.empty()) {
    return TargetChoice{configured->value, fmt::format("build.target in {}", configured->definition.display()), false};
  }
  if (options.strict_cargo) {
    return TargetChoice{{}, "--strict-cargo", false};
  }
  // One answer for the whole selection: the first package that has a say decides, and packages of other kinds are built for the same
  // target.
  std::vector<std::string> triples;
  std::string reason;
  for (const auto& package : selected) {
    CW_TRY_ASSIGN(auto wanted, metadata_target(package->manifest->metadata, package->manifest->file));
    for (auto& triple : wanted) {
      reason = "[package.metadata.wasm]";
      if (std::find(triples.begin(), triples.end(), triple) == triples.end()) {
        triples.push_back(std::move(triple));
      }
    }
  }
  if (triples.empty()) {
    CW_TRY_ASSIGN(triples, metadata_target(project.workspace.root_manifest->workspace_metadata, project.workspace.root_manifest->file));
    reason = "[workspace.metadata.wasm]";
  }
  if (!triples.empty()) {
    return TargetChoice{std::move(triples), std::move(reason), false};
  }
  for (const auto wanted : {k_program_target, k_library_target}) {
    for (const auto& package : selected) {
      if (default_target(*package->manifest) == wanted) {
        return TargetChoice{
            {std::string(wanted)}, wanted == k_program_target ? "the default for programs" : "the default for a cdylib", true};
      }
    }
  }
  return TargetChoice{{}, "the default for a library", true};
}

} // namespace cargo_wasm::ops
