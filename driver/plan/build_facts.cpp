#include "build_facts.hpp"

#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "message_json.hpp"

namespace cargo_wasm::plan {

namespace {

/// "NAME VERSION SOURCE CHECKSUM". A path says nothing to others and is left out: what lies there is in the artifact's own digest.
std::string locked_dependency(const Unit& unit)
{
  const spec::PackageId id = unit.package->id();
  const spec::SourceId source = id.source();
  std::string text = fmt::format("{} {}", id.name(), spec::to_string(id.version()));
  const bool is_elsewhere = !source.is_path() && !spec::path_of_file_url(source.url());
  if (is_elsewhere && source.kind() != spec::SourceKind::local_registry && source.kind() != spec::SourceKind::directory) {
    text += " " + source.without_precise().to_lock_string(true);
  } else if (!unit.package_checksum.empty()) {
    text += source.is_git() ? " git" : " registry";
  }
  return unit.package_checksum.empty() ? text : text + " " + unit.package_checksum;
}

/// Every package below a unit, build scripts and macros included: they decide what is compiled.
std::set<std::string> locked_dependencies(const UnitGraph& graph, UnitIndex root)
{
  std::set<std::string> found;
  std::vector<bool> seen(graph.units.size(), false);
  std::vector<UnitIndex> open{root};
  seen[root] = true;
  while (!open.empty()) {
    const Unit& unit = graph.units[open.back()];
    open.pop_back();
    if (unit.package->id() != graph.units[root].package->id()) {
      found.insert(locked_dependency(unit));
    }
    for (const UnitDependency& dependency : unit.dependencies) {
      if (!seen[dependency.unit]) {
        seen[dependency.unit] = true;
        open.push_back(dependency.unit);
      }
    }
  }
  return found;
}

class RecordOptions
{
public:
  void fact(std::string_view name, std::string_view value)
  {
    if (!value.empty()) {
      add("--fact", fmt::format("{}={}", name, value));
    }
  }
  void add(std::string_view option, std::string value)
  {
    m_words.emplace_back(option);
    m_words.push_back(std::move(value));
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(m_words); }

private:
  std::vector<std::string> m_words;
};

void add_profile(const BuildProfile& profile, RecordOptions& options)
{
  const auto yes_or_no = [](bool value) { return value ? "true" : "false"; };
  options.fact("profile.name", profile.name.view());
  options.fact("profile.opt-level", profile.opt_level.view());
  options.fact("profile.lto", lto_name(profile.lto));
  if (profile.codegen_units) {
    options.fact("profile.codegen-units", fmt::format("{}", *profile.codegen_units));
  }
  options.fact("profile.debug", to_string(profile.debuginfo.level));
  options.fact("profile.debug-assertions", yes_or_no(profile.debug_assertions));
  options.fact("profile.overflow-checks", yes_or_no(profile.overflow_checks));
  options.fact("profile.panic", panic_name(profile.panic));
  options.fact("profile.strip", profile.strip.kind == Strip::Kind::named ? profile.strip.name.view() : "none");
}

} // namespace

std::vector<std::string> record_options(const ActionGraphInput& input, UnitIndex index, const PostLink& steps)
{
  const Unit& unit = input.graph.units[index];
  const toolchain::RustcInfo& rustc = input.platforms.rustc;
  RecordOptions options;
  options.add("--store", (input.workspace.target_directory / ".cargo-wasm" / "records").native());
  options.fact("package.name", unit.package->id().name());
  options.fact("package.version", spec::to_string(unit.package->id().version()));
  options.fact("package.target", unit.target->name);
  options.fact("package.kind", unit.target->is_executable() ? "program" : "cdylib");
  options.fact("triple", input.platforms.triple(unit.kind));
  add_profile(unit.profile, options);
  std::vector<std::string> flags;
  std::ranges::copy_if(
      unit.rustflags, std::back_inserter(flags), [](const std::string& flag) { return flag.find('/') == std::string::npos; });
  options.fact("rustflags", base::join(flags, " "));
  options.fact("rustc.version", spec::to_string(rustc.version));
  options.fact("rustc.commit", rustc.commit_hash);
  options.fact("rustc.llvm", rustc.llvm_version);
  if (!steps.wasm_opt.empty()) {
    options.add("--tool", "wasm-opt=" + steps.wasm_opt.native());
    options.fact("tools.wasm-opt.level", steps.wasm_opt_level);
    if (!steps.wasm_opt_measure.empty()) {
      options.fact("tools.wasm-opt.measure", steps.wasm_opt_measure);
    }
    options.fact("tools.wasm-opt.lowered", base::join(steps.lowered, " "));
    options.fact("tools.wasm-opt.args", base::join(steps.wasm_opt_args, " "));
  }
  if (steps.bindgen) {
    options.add("--tool", "wasm-bindgen=" + steps.bindgen->program.native());
    options.fact("tools.wasm-bindgen.target", steps.bindgen->settings.target.value_or(""));
  }
  for (const InternedString feature : unit.features) {
    options.add("--feature", feature.str());
  }
  for (const std::string& dependency : locked_dependencies(input.graph, index)) {
    options.add("--dependency", dependency);
  }
  return options.take();
}

} // namespace cargo_wasm::plan
