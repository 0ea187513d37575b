#include "post_link.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/manifest/artifact_settings.hpp>
#include <cargo_wasm/manifest/wasm_settings.hpp>
#include <cargo_wasm/plan/effective_settings.hpp>
#include <cargo_wasm/postlink/wasm_opt.hpp>

#include "build_facts.hpp"
#include "step_writer.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

namespace {

constexpr const char* k_host_variable = "CARGO_WASM_HOST_DIGEST";
/// wasm-opt without any optimization, for what it replaces alone.
constexpr std::string_view k_only_lowering_level = "0";

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

bool strips(const PostLink& steps)
{
  return steps.has_steps && !steps.strip.empty();
}

bool optimizes(const PostLink& steps)
{
  return !steps.wasm_opt_level.empty();
}

/// Where code was written stays known; without `debug` in the profile, of std at least.
bool keeps_lines(const PostLink& steps)
{
  return steps.strip.empty() || steps.splits_debug_info;
}

/// Something happens to the module after wasm-bindgen.
bool changes_bindings(const PostLink& steps)
{
  return steps.bindgen && (optimizes(steps) || steps.splits_debug_info || strips(steps) || steps.records || steps.host != nullptr);
}

std::vector<std::string> optimize_options(const PostLink& steps)
{
  std::vector<std::string> options{"--level", steps.wasm_opt_level, "--tool", steps.wasm_opt.native()};
  if (!steps.wasm_opt_measure.empty()) {
    options.insert(options.end(), {"--measure", steps.wasm_opt_measure});
  }
  if (!keeps_lines(steps)) {
    options.emplace_back("--drop-debug-info");
  }
  for (const std::string& feature : steps.lowered) {
    options.push_back("--lower=" + feature);
  }
  for (const std::string& argument : steps.wasm_opt_args) {
    options.push_back("--arg=" + argument);
  }
  return options;
}

std::vector<std::string> bindgen_options(const PostLink& steps, std::string name)
{
  const manifest::BindgenSettings& settings = steps.bindgen->settings;
  std::vector<std::string> options{"--tool", steps.bindgen->program.native(), "--bindgen", *settings.target, "--name", std::move(name)};
  if (!steps.bindgen->suite.empty()) {
    options.insert(options.end(), {"--suite", steps.bindgen->suite});
  }
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

std::vector<std::string> component_options(const Component& component)
{
  std::vector<std::string> options{"--component-ld", component.component_ld.native()};
  const auto add = [&](const char* option, const std::string& value) {
    options.emplace_back(option);
    options.push_back(value);
  };
  if (component.adapter_kind) {
    add("--adapter", *component.adapter_kind);
  }
  if (component.adapter) {
    add("--adapter", component.adapter->native());
  }
  if (component.wit) {
    add("--wit", component.wit->native());
    add("--world", component.world);
  }
  if (component.checks_wasi) {
    options.emplace_back("--check-wasi");
  }
  return options;
}

std::vector<base::Path> component_inputs(const Component& component)
{
  std::vector<base::Path> files = component.wit_files;
  if (component.adapter) {
    files.push_back(*component.adapter);
  }
  return files;
}

std::vector<std::string> compose_options(const Component& component)
{
  std::vector<std::string> options{"--tool", component.composer.native(), "--quiet"};
  for (const base::Path& plug : component.plugs) {
    options.push_back("--plug=" + plug.native());
  }
  return options;
}

bool composes(const PostLink& steps)
{
  return steps.component && !steps.component->plugs.empty();
}

/// wasm-opt's level for this profile; empty: it does not run.
std::string wasm_opt_level(const manifest::ProfileSettings& settings)
{
  const std::string level = settings.wasm_opt.value_or("off");
  return level == "off" ? std::string() : level;
}

/// Seconds; empty: nothing is configured.
Result<std::string> wasm_opt_timeout(const manifest::Config& config)
{
  constexpr std::int64_t k_longest_s = 1'000'000;
  CW_TRY_ASSIGN(const auto seconds, config.get_integer("wasm.tools.wasm-opt-timeout"));
  if (seconds && (seconds->value < 1 || seconds->value > k_longest_s)) {
    return fail(Error("CW0963", fmt::format("`wasm.tools.wasm-opt-timeout` is {}, which is no time to wait", seconds->value), Blame::usage)
                    .note(fmt::format("defined in {}", seconds->definition.display()))
                    .help(fmt::format("give it seconds, from 1 to {}; without the key they are 600", k_longest_s)));
  }
  return seconds ? std::to_string(seconds->value) : std::string();
}

/// Development builds stay what the linker made: no step behind every edit, and nobody asks where such a module came from.
Result<bool> wants_record(const base::Env& env, const ActionGraphInput& input, const Unit& unit)
{
  if (!unit.profile.root_is_release) {
    return false;
  }
  CW_TRY_ASSIGN(const manifest::ArtifactSettings settings,
                manifest::read_artifact_settings(env.fs, *unit.package->manifest, *input.workspace.root_manifest));
  return settings.provenance;
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
  CW_TRY_ASSIGN(const manifest::ProfileSettings settings, effective_profile_settings(env.fs, input.workspace, input.config, profile));
  const std::string level = wasm_opt_level(settings);
  const bool wants_optimizer = !level.empty();
  const bool wants_split = settings.debug_info == "split";
  const bool may_record = request.provenance && settings.provenance.value_or(true);
  std::optional<base::Path> wasm_opt;
  for (UnitIndex index = 0; index < all.size(); ++index) {
    const Unit& unit = input.graph.units[index];
    const toolchain::TargetInfo& target = input.platforms.info(unit.kind);
    const auto bindgen = input.bindgen.find(index);
    const bool is_suite = bindgen != input.bindgen.end() && !bindgen->second.suite.empty();
    const bool may_have_steps = target.wasm_linker && (is_finished(unit) || is_suite);
    const std::optional<std::uint32_t> module = may_have_steps ? module_output_of(outputs[index]) : std::nullopt;
    const auto found_host = request.hosts.find(unit.package->id());
    const auto host = found_host == request.hosts.end() ? nullptr : found_host->second;
    const bool splits = wants_split && unit.profile.debuginfo.is_on();
    if (!module) {
      continue;
    }
    all[index].module_output = *module;
    if (is_suite) { // the rest is for artifacts: tests run as they were linked
      all[index].bindgen = bindgen->second;
      all[index].keeps_debug_info = unit.profile.debuginfo.is_on();
      all[index].checks_itself = unit.profile.debug_assertions;
      continue;
    }
    if (may_record) {
      CW_TRY_ASSIGN(all[index].records, wants_record(env, input, unit));
    }
    const auto component = input.components.find(index);
    if (!wants_optimizer && !splits && host == nullptr && bindgen == input.bindgen.end() && component == input.components.end()) {
      if (all[index].records) {
        all[index].record_options = record_options(input, index, all[index]);
      }
      continue;
    }
    const bool lowers = host != nullptr && !host->lowered.empty();
    if (!wasm_opt && (wants_optimizer || lowers)) {
      CW_TRY_ASSIGN(const auto configured, input.config.get_path("wasm.tools.wasm-opt"));
      wasm_opt = postlink::find_wasm_opt(env, configured ? std::optional(configured->value) : std::nullopt, input.workspace.root);
    }
    if (!wasm_opt && wants_optimizer) {
      return fail(no_wasm_opt(settings, profile));
    }
    PostLink& steps = all[index];
    steps.has_steps = true;
    if (bindgen != input.bindgen.end()) {
      steps.bindgen = bindgen->second;
    }
    if (wasm_opt && (wants_optimizer || lowers)) { // without it the check says what it would have replaced
      steps.wasm_opt_level = wants_optimizer ? level : std::string(k_only_lowering_level);
      steps.wasm_opt_measure = level == "auto" ? settings.wasm_opt_measure.value_or("") : "";
      steps.wasm_opt_args = settings.wasm_opt_args.value_or(std::vector<std::string>());
      steps.wasm_opt = *wasm_opt;
      CW_TRY_ASSIGN(steps.wasm_opt_timeout, wasm_opt_timeout(input.config));
    }
    if (host != nullptr) {
      steps.host = host;
      for (const wasm::Feature feature : host->lowered) {
        steps.lowered.emplace_back(wasm::name_of(feature));
      }
      CW_TRY_ASSIGN(manifest::WasmSettings wasm_settings,
                    manifest::read_wasm_settings(env.fs, *unit.package->manifest, *input.workspace.root_manifest));
      steps.allowed_imports = std::move(wasm_settings.allowed_imports);
    }
    steps.strip = unit.profile.strip.kind == Strip::Kind::named ? unit.profile.strip.name.str() : std::string();
    steps.splits_debug_info = splits;
    steps.keeps_debug_info = splits || (steps.strip.empty() && unit.profile.debuginfo.is_on());
    steps.checks_itself = unit.profile.debug_assertions;
    if (component != input.components.end()) {
      steps.component = component->second;
    } else if (target.wasm_linker->kind == toolchain::WasmLinker::Kind::component_ld) {
      steps.component = Component{};
      steps.component->component_ld = target.wasm_linker->program;
    }
    if (steps.records) {
      steps.record_options = record_options(input, index, steps);
    }
  }
  return all;
}

std::uint32_t step_count(const PostLink& steps)
{
  const auto one_if = [](bool condition) { return condition ? 1U : 0U; };
  return one_if(steps.bindgen.has_value()) + one_if(optimizes(steps)) + one_if(steps.splits_debug_info) + one_if(strips(steps)) +
         one_if(steps.component.has_value()) + one_if(composes(steps)) + one_if(steps.records) + one_if(steps.host != nullptr) +
         one_if(changes_bindings(steps));
}

std::vector<ActionTemplate>
post_link_actions(const PostLink& steps, const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at)
{
  StepWriter writer(driver, link, link_index, at, steps.module_output);
  if (steps.bindgen && !steps.bindgen->suite.empty()) {
    return writer.suite_bindings(bindgen_options(steps, writer.name()), steps.bindgen->program, steps.bindgen->suite);
  }
  if (steps.bindgen) {
    writer.add_bindings(bindgen_options(steps, writer.name()), steps.bindgen->program, !changes_bindings(steps));
  }
  std::optional<ModuleRef> used_level;
  if (optimizes(steps)) {
    writer.add("optimize", "optimized", optimize_options(steps), steps.wasm_opt);
    writer.may_say_once();
    if (!steps.wasm_opt_timeout.empty()) {
      writer.add_unkeyed("--timeout", steps.wasm_opt_timeout);
    }
    if (keeps_lines(steps)) {
      writer.add_side_file("--source-map", "--source-map-url", writer.final_name() + ".map");
    }
    if (steps.records) {
      used_level = writer.add_finding("--used-level", "level");
    }
  }
  const ModuleRef with_names = writer.last();
  if (steps.splits_debug_info) {
    writer.add("split", "split", {}, {});
    writer.add_side_file("--debug-file", "--debug-url", writer.name() + ".debug.wasm");
  }
  if (strips(steps)) {
    writer.add("strip", "stripped", {"--strip", steps.strip}, {});
  }
  if (steps.component) {
    writer.add("component", "component", component_options(*steps.component), steps.component->component_ld);
    for (const base::Path& file : component_inputs(*steps.component)) {
      writer.add_file(file);
    }
  }
  if (composes(steps)) {
    writer.add("compose", "composed", compose_options(*steps.component), steps.component->composer);
    for (const base::Path& plug : steps.component->plugs) {
      writer.add_file(plug);
    }
  }
  if (steps.records) {
    writer.add("record", "recorded", steps.record_options, {});
    for (const base::Path& tool : {steps.wasm_opt, steps.bindgen ? steps.bindgen->program : base::Path()}) {
      writer.add_file(tool);
    }
    if (used_level) {
      writer.add_input("--fact-file", *used_level, "tools.wasm-opt.used-level=");
    }
  }
  if (steps.host != nullptr) {
    std::vector<std::string> check{"--host", steps.host->asked, "--as", writer.final_name()};
    for (const std::string& name : steps.allowed_imports) {
      check.push_back("--allow=env::" + name);
    }
    writer.add("check", "checked", check, {});
    writer.add_key(k_host_variable, steps.host->digest);
    if (strips(steps)) {
      writer.add_input("--names", with_names);
    }
  }
  if (changes_bindings(steps)) {
    writer.assemble_bindings();
  }
  return writer.finish();
}

} // namespace cargo_wasm::plan
