#include "post_link.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/manifest/profile_settings.hpp>
#include <cargo_wasm/postlink/wasm_opt.hpp>

#include "built_in_profiles.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

namespace {

/// Goes up when a step makes something else of the same module: nobody hashes this program for it.
constexpr const char* k_step_variable = "CARGO_WASM_STEP_VERSION";
constexpr const char* k_step_version = "1";

/// A program or `cdylib` that is built to be used; tests run as they were linked.
bool is_finished(const Unit& unit)
{
  const bool is_cdylib = std::ranges::find(unit.crate_types, manifest::CrateType::cdylib) != unit.crate_types.end();
  return unit.mode == CompileMode::build && (unit.target->is_executable() || is_cdylib) && !unit.target->is_custom_build();
}

Error no_wasm_opt(const manifest::ProfileSettings& settings, std::string_view profile)
{
  Error error("CW0851", fmt::format("profile `{}` asks for wasm-opt, and there is none", profile), Blame::environment);
  if (settings.wasm_opt_where.line != 0) {
    error.where = settings.wasm_opt_where;
  }
  error.notes.emplace_back("looked for in `node_modules` of the project and above it, and on PATH");
  error.helps.emplace_back("`npm install binaryen` brings one for a project, the distribution's package `binaryen` one for the machine");
  error.helps.emplace_back("`[wasm.tools] wasm-opt = \"PATH\"` in the configuration names another");
  error.helps.push_back(fmt::format("`--config wasm.profile.{}.wasm-opt=false` builds without it", profile));
  return error;
}

std::optional<std::uint32_t> module_output_of(const std::vector<UnitOutput>& outputs)
{
  const auto found = std::ranges::find_if(outputs, [](const UnitOutput& output) {
    return output.flavor == toolchain::OutputFile::Flavor::normal && output.path.extension() == ".wasm";
  });
  return found == outputs.end() ? std::nullopt : std::optional(static_cast<std::uint32_t>(found - outputs.begin()));
}

class StepWriter
{
public:
  StepWriter(const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at, std::uint32_t output)
      : m_driver(driver), m_link(link), m_input{link_index, output}, m_path(link.outputs[output].path), m_next(at)
  {
  }

  void add(std::string_view verb, std::string_view suffix, const std::vector<std::string>& options, const base::Path& tool)
  {
    ActionTemplate step;
    step.kind = ActionKind::tool;
    step.label = m_link.label;
    step.label.verb.clear();
    step.label.progress_name = fmt::format("{} ({})", m_link.label.progress_name, verb);
    step.identity = fmt::format("{}/{}", m_link.identity, verb);
    step.program = m_driver;
    base::Path output = m_path;
    output.replace_extension(fmt::format("{}.wasm", suffix));
    const auto add_text = [&](std::string text) { step.args.push_back({ArgPiece{std::move(text)}}); };
    add_text("module");
    add_text(std::string(verb));
    step.args.push_back({ArgPiece{m_input}});
    add_text("-o");
    add_text(output.native());
    std::ranges::for_each(options, add_text);
    step.unkeyed_args = {"--color", "always"};
    step.cwd = m_link.cwd;
    step.package_root = m_link.package_root;
    step.manifest_path = m_link.manifest_path;
    step.priority = m_link.priority;
    step.cacheable = m_link.cacheable;
    step.not_cacheable_because = m_link.not_cacheable_because;
    step.env.emplace(k_step_variable, k_step_version);
    if (!tool.empty()) {
      step.inputs.push_back({TemplateInput::Kind::file, tool, {}});
    }
    step.dependencies.push_back({m_input.action, false, {m_input.output}});
    step.outputs.push_back({.path = output});
    m_steps.push_back(std::move(step));
    m_input = {m_next++, 0};
  }

  /// The last step has what users see.
  std::vector<ActionTemplate> finish(ActionIndex link_index, std::uint32_t module_output)
  {
    ActionTemplate& last = m_steps.back();
    last.outputs.front().user_visible = m_link.outputs[module_output].user_visible;
    m_link.outputs[module_output].user_visible = false;
    for (const auto& [output, path] : m_link.uplifted) {
      if (output == module_output) {
        last.uplifted.emplace_back(0, path);
      }
    }
    std::erase_if(m_link.uplifted, [&](const auto& entry) { return entry.first == module_output; });
    last.finishes = link_index;
    m_link.finished_by = m_next - 1;
    m_link.finished_output = module_output;
    return std::move(m_steps);
  }

private:
  const base::Path& m_driver;
  ActionTemplate& m_link;
  OutputRef m_input; ///< of the next step
  base::Path m_path; ///< of the linked module: steps' outputs are called after it
  ActionIndex m_next;
  std::vector<ActionTemplate> m_steps;
};

} // namespace

Result<std::vector<PostLink>> plan_post_links(const base::Env& env,
                                              const ActionGraphInput& input,
                                              const BuildRequest& request,
                                              const std::vector<std::vector<UnitOutput>>& outputs)
{
  std::vector<PostLink> all(input.graph.units.size());
  if (request.strict_cargo) {
    return all;
  }
  const std::string profile = input.graph.profile_name.str();
  CW_TRY_ASSIGN(const manifest::ProfileSettings settings,
                manifest::read_profile_settings(env.fs, *input.workspace.root_manifest, input.config, profile));
  std::string level = settings.wasm_opt.value_or("");
  if (level.empty() && !input.workspace.profiles.contains(profile)) {
    CW_TRY_ASSIGN(const auto built_in, built_in_profiles());
    const auto own = built_in.find(profile);
    level = own == built_in.end() ? std::string() : own->second.wasm_opt;
  }
  if (level.empty() || level == "off") {
    return all;
  }
  std::optional<base::Path> wasm_opt;
  for (UnitIndex index = 0; index < all.size(); ++index) {
    const Unit& unit = input.graph.units[index];
    const toolchain::TargetInfo& target = input.platforms.info(unit.kind);
    const std::optional<std::uint32_t> module = target.wasm_linker && is_finished(unit) ? module_output_of(outputs[index]) : std::nullopt;
    if (!module) {
      continue;
    }
    if (!wasm_opt) {
      CW_TRY_ASSIGN(const auto configured, input.config.get_path("wasm.tools.wasm-opt"));
      wasm_opt = postlink::find_wasm_opt(env, configured ? std::optional(configured->value) : std::nullopt, input.workspace.root);
    }
    if (!wasm_opt) {
      return fail(no_wasm_opt(settings, profile));
    }
    PostLink& steps = all[index];
    steps.has_steps = true;
    steps.wasm_opt_level = level;
    steps.wasm_opt_args = settings.wasm_opt_args.value_or(std::vector<std::string>());
    steps.wasm_opt = *wasm_opt;
    steps.strip = unit.profile.strip.kind == Strip::Kind::named ? unit.profile.strip.name.str() : std::string();
    steps.module_output = *module;
    if (target.wasm_linker->kind == toolchain::WasmLinker::Kind::component_ld) {
      steps.component_ld = target.wasm_linker->program;
    }
  }
  return all;
}

std::uint32_t step_count(const PostLink& steps)
{
  return steps.has_steps ? 1U + (steps.strip.empty() ? 0U : 1U) + (steps.component_ld.empty() ? 0U : 1U) : 0U;
}

std::vector<ActionTemplate>
post_link_actions(const PostLink& steps, const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at)
{
  StepWriter writer(driver, link, link_index, at, steps.module_output);
  std::vector<std::string> optimize{"--level", steps.wasm_opt_level, "--tool", steps.wasm_opt.native()};
  if (!steps.strip.empty()) {
    optimize.emplace_back("--drop-debug-info");
  }
  for (const std::string& argument : steps.wasm_opt_args) {
    optimize.push_back("--arg=" + argument);
  }
  writer.add("optimize", "optimized", optimize, steps.wasm_opt);
  if (!steps.strip.empty()) {
    writer.add("strip", "stripped", {"--strip", steps.strip}, {});
  }
  if (!steps.component_ld.empty()) {
    writer.add("component", "component", {"--component-ld", steps.component_ld.native()}, steps.component_ld);
  }
  return writer.finish(link_index, steps.module_output);
}

} // namespace cargo_wasm::plan
