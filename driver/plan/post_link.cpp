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

TemplateArg text_arg(std::string text)
{
  return {ArgPiece{std::move(text)}};
}

class StepWriter
{
public:
  StepWriter(const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at, std::uint32_t output)
      : m_driver(driver), m_link(link), m_module_output(output), m_link_index(link_index), m_input{link_index, output},
        m_path(link.outputs[output].path), m_next(at)
  {
  }

  /// A step that makes a module of a module. `tool`: a program that it starts, or none.
  void add(std::string_view verb, std::string_view suffix, const std::vector<std::string>& options, const base::Path& tool)
  {
    base::Path output = m_path;
    output.replace_extension(fmt::format("{}.wasm", suffix));
    ActionTemplate& step = begin(verb, output, options, tool);
    step.outputs.push_back({.path = output});
    m_input = {m_next++, 0};
    m_within.clear();
  }

  /// The step that makes a directory with `NAME_bg.wasm` in it. `is_last`: it is made where users look for it.
  void add_bindings(const std::vector<std::string>& options, const base::Path& tool, bool is_last)
  {
    base::Path directory = m_path;
    directory.replace_extension("bindings");
    write_directory(begin("bindgen", is_last ? bindings_place() : directory, options, tool), is_last ? bindings_place() : directory);
    m_bindings = OutputRef{m_next, k_directory_output};
    m_input = {m_next++, k_directory_output};
    m_within = "/" + bindings_module();
  }

  /// The module as it is now among the bindings, where users look for them.
  void assemble_bindings()
  {
    ActionTemplate& step = begin("assemble", bindings_place(), {}, {});
    step.args.push_back(text_arg("--bindings"));
    step.args.push_back({ArgPiece{*m_bindings}});
    step.dependencies.push_back({m_bindings->action, false, {m_bindings->output}});
    write_directory(step, bindings_place());
    m_input = {m_next++, k_directory_output};
  }

  /// The last step has what users see.
  std::vector<ActionTemplate> finish()
  {
    ActionTemplate& last = m_steps.back();
    last.outputs.front().user_visible = m_link.outputs[m_module_output].user_visible;
    m_link.outputs[m_module_output].user_visible = false;
    if (m_bindings) {
      last.uplifted.emplace_back(0, last.outputs.front().path);
    }
    for (const auto& [output, path] : m_link.uplifted) {
      if (output == m_module_output && !m_bindings) {
        last.uplifted.emplace_back(0, path);
      }
    }
    std::erase_if(m_link.uplifted, [&](const auto& entry) { return entry.first == m_module_output; });
    last.finishes = m_link_index;
    m_link.finished_by = m_next - 1;
    m_link.finished_output = m_module_output;
    return std::move(m_steps);
  }

  /// What users call the module: "app" of `app.wasm`.
  [[nodiscard]] std::string name() const { return user_path().stem().native(); }

private:
  static constexpr std::uint32_t k_directory_output = 1; ///< of a step that makes a directory; output 0 is the module in it

  [[nodiscard]] const base::Path& user_path() const
  {
    const auto uplifted = std::ranges::find(m_link.uplifted, m_module_output, &std::pair<std::uint32_t, base::Path>::first);
    return uplifted == m_link.uplifted.end() ? m_link.outputs[m_module_output].path : uplifted->second;
  }

  [[nodiscard]] base::Path bindings_place() const { return user_path().parent_path() / "bindgen" / name(); }
  [[nodiscard]] std::string bindings_module() const { return name() + "_bg.wasm"; }

  void write_directory(ActionTemplate& step, const base::Path& directory) const
  {
    step.outputs.push_back({.path = directory / bindings_module()});
    step.outputs.push_back({.path = directory, .is_directory = true});
  }

  ActionTemplate& begin(std::string_view verb, const base::Path& output, const std::vector<std::string>& options, const base::Path& tool)
  {
    ActionTemplate step;
    step.kind = ActionKind::tool;
    step.label = m_link.label;
    step.label.verb.clear();
    step.label.progress_name = fmt::format("{} ({})", m_link.label.progress_name, verb);
    step.identity = fmt::format("{}/{}", m_link.identity, verb);
    step.program = m_driver;
    step.args.push_back(text_arg("module"));
    step.args.push_back(text_arg(std::string(verb)));
    TemplateArg input{ArgPiece{m_input}};
    if (!m_within.empty()) {
      input.push_back(ArgPiece{m_within});
    }
    step.args.push_back(std::move(input));
    step.args.push_back(text_arg("-o"));
    step.args.push_back(text_arg(output.native()));
    for (const std::string& option : options) {
      step.args.push_back(text_arg(option));
    }
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
    m_steps.push_back(std::move(step));
    return m_steps.back();
  }

  const base::Path& m_driver;
  ActionTemplate& m_link;
  std::uint32_t m_module_output;
  ActionIndex m_link_index;
  OutputRef m_input;                   ///< of the next step
  std::string m_within;                ///< the module's place in it, where it is a directory: "/app_bg.wasm"
  std::optional<OutputRef> m_bindings; ///< their directory
  base::Path m_path;                   ///< of the linked module: steps' outputs are called after it
  ActionIndex m_next;
  std::vector<ActionTemplate> m_steps;
};

bool strips(const PostLink& steps)
{
  return steps.has_steps && !steps.strip.empty();
}

bool optimizes(const PostLink& steps)
{
  return !steps.wasm_opt_level.empty();
}

std::vector<std::string> bindgen_options(const PostLink& steps, std::string name)
{
  const manifest::BindgenSettings& settings = steps.bindgen->settings;
  std::vector<std::string> options{"--tool", steps.bindgen->program.native(), "--bindgen", *settings.target, "--name", std::move(name)};
  const auto add_if = [&](bool wanted, const char* option) {
    if (wanted) {
      options.emplace_back(option);
    }
  };
  add_if(!settings.typescript, "--no-typescript");
  add_if(steps.checks_itself, "--debug");
  add_if(steps.keeps_debug_info, "--keep-debug");
  for (const std::string& argument : settings.args) {
    options.push_back("--arg=" + argument);
  }
  return options;
}

/// wasm-opt's level for this profile; empty: it does not run.
Result<std::string> wasm_opt_level(const manifest::ProfileSettings& settings, const ActionGraphInput& input, const std::string& profile)
{
  std::string level = settings.wasm_opt.value_or("");
  if (level.empty() && !input.workspace.profiles.contains(profile)) {
    CW_TRY_ASSIGN(const auto built_in, built_in_profiles());
    const auto own = built_in.find(profile);
    level = own == built_in.end() ? std::string() : own->second.wasm_opt;
  }
  return level == "off" ? std::string() : level;
}

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
  CW_TRY_ASSIGN(const std::string level, wasm_opt_level(settings, input, profile));
  if (level.empty() && input.bindgen.empty()) {
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
    PostLink& steps = all[index];
    if (const auto bindgen = input.bindgen.find(index); bindgen != input.bindgen.end()) {
      steps.has_steps = true;
      steps.bindgen = bindgen->second;
    }
    if (!level.empty()) {
      if (!wasm_opt) {
        CW_TRY_ASSIGN(const auto configured, input.config.get_path("wasm.tools.wasm-opt"));
        wasm_opt = postlink::find_wasm_opt(env, configured ? std::optional(configured->value) : std::nullopt, input.workspace.root);
      }
      if (!wasm_opt) {
        return fail(no_wasm_opt(settings, profile));
      }
      steps.has_steps = true;
      steps.wasm_opt_level = level;
      steps.wasm_opt_args = settings.wasm_opt_args.value_or(std::vector<std::string>());
      steps.wasm_opt = *wasm_opt;
    }
    if (!steps.has_steps) {
      continue;
    }
    steps.strip = unit.profile.strip.kind == Strip::Kind::named ? unit.profile.strip.name.str() : std::string();
    steps.keeps_debug_info = steps.strip.empty() && unit.profile.debuginfo.is_on();
    steps.checks_itself = unit.profile.debug_assertions;
    steps.module_output = *module;
    if (target.wasm_linker->kind == toolchain::WasmLinker::Kind::component_ld) {
      steps.component_ld = target.wasm_linker->program;
    }
  }
  return all;
}

std::uint32_t step_count(const PostLink& steps)
{
  const auto one_if = [](bool condition) { return condition ? 1U : 0U; };
  const bool assembles = steps.bindgen && (optimizes(steps) || strips(steps));
  return one_if(steps.bindgen.has_value()) + one_if(optimizes(steps)) + one_if(strips(steps)) + one_if(!steps.component_ld.empty()) +
         one_if(assembles);
}

std::vector<ActionTemplate>
post_link_actions(const PostLink& steps, const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at)
{
  StepWriter writer(driver, link, link_index, at, steps.module_output);
  const bool changes_bindings = steps.bindgen && (optimizes(steps) || strips(steps));
  if (steps.bindgen) {
    writer.add_bindings(bindgen_options(steps, writer.name()), steps.bindgen->program, !changes_bindings);
  }
  if (optimizes(steps)) {
    std::vector<std::string> optimize{"--level", steps.wasm_opt_level, "--tool", steps.wasm_opt.native()};
    if (!steps.strip.empty()) {
      optimize.emplace_back("--drop-debug-info");
    }
    for (const std::string& argument : steps.wasm_opt_args) {
      optimize.push_back("--arg=" + argument);
    }
    writer.add("optimize", "optimized", optimize, steps.wasm_opt);
  }
  if (strips(steps)) {
    writer.add("strip", "stripped", {"--strip", steps.strip}, {});
  }
  if (!steps.component_ld.empty()) {
    writer.add("component", "component", {"--component-ld", steps.component_ld.native()}, steps.component_ld);
  }
  if (changes_bindings) {
    writer.assemble_bindings();
  }
  return writer.finish();
}

} // namespace cargo_wasm::plan
