// plan_actions: one action per unit, in an order where dependencies come first.
#include <cargo_wasm/plan/actions.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/package_json.hpp>
#include <cargo_wasm/manifest/token_variables.hpp>
#include <cargo_wasm/shim/shim.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>

#include "action_context.hpp"
#include "expansion.hpp"
#include "link_shim.hpp"
#include "message_json.hpp"
#include "unit_context.hpp"

namespace cargo_wasm::plan {

using toolchain::CompileKind;
using Flavor = toolchain::OutputFile::Flavor;

namespace {

/// Post-order over all units: a unit's number is larger than those of what it depends on.
std::vector<UnitIndex> topological_order(const UnitGraph& graph)
{
  std::vector<UnitIndex> order;
  std::vector<bool> seen(graph.units.size(), false);
  const auto visit = [&](const auto& self, UnitIndex unit) -> void {
    if (seen[unit]) {
      return;
    }
    seen[unit] = true;
    for (const UnitDependency& dependency : graph.units[unit].dependencies) {
      self(self, dependency.unit);
    }
    order.push_back(unit);
  };
  for (UnitIndex unit = 0; unit < graph.units.size(); ++unit) {
    visit(visit, unit);
  }
  return order;
}

/// Libraries whose files rustc reads when it compiles a unit: direct ones and those below, but nothing below a proc macro, which is
/// linked statically.
std::vector<std::vector<UnitIndex>> linked_below(const UnitGraph& graph, const std::vector<UnitIndex>& order)
{
  std::vector<std::vector<UnitIndex>> result(graph.units.size());
  for (const UnitIndex unit : order) {
    std::vector<bool> seen(graph.units.size(), false);
    const auto add = [&](UnitIndex library) {
      if (!seen[library]) {
        seen[library] = true;
        result[unit].push_back(library);
      }
    };
    for (const UnitDependency& dependency : graph.units[unit].dependencies) {
      const Unit& other = graph.units[dependency.unit];
      if (other.mode == CompileMode::run_custom_build || !other.target->is_linkable()) {
        continue;
      }
      add(dependency.unit);
      if (!other.target->proc_macro) {
        std::ranges::for_each(result[dependency.unit], add);
      }
    }
    std::ranges::sort(result[unit]);
  }
  return result;
}

/// Cargo's measure of urgency: a fixed cost for the unit and for each one that waits for it.
std::vector<std::uint64_t> priorities(const UnitGraph& graph, const std::vector<UnitIndex>& order)
{
  constexpr std::uint64_t k_cost = 100;
  std::vector<std::vector<bool>> waiting(graph.units.size(), std::vector<bool>(graph.units.size(), false));
  std::vector<std::uint64_t> result(graph.units.size());
  for (auto unit = order.rbegin(); unit != order.rend(); ++unit) {
    const auto count = static_cast<std::uint64_t>(std::ranges::count(waiting[*unit], true));
    result[*unit] = k_cost * (1 + count);
    for (const UnitDependency& dependency : graph.units[*unit].dependencies) {
      std::vector<bool>& below = waiting[dependency.unit];
      below[*unit] = true;
      for (std::size_t i = 0; i < below.size(); ++i) {
        if (waiting[*unit][i]) {
          below[i] = true;
        }
      }
    }
  }
  return result;
}

class ActionWriter
{
public:
  ActionWriter(const Env& env, const ActionContext& context, const std::vector<UnitIndex>& order)
      : m_env(env), m_context(context), m_order(order), m_action_of(order.size()), m_last_of(order.size()), m_expansion_of(order.size())
  {
    ActionIndex next = 0;
    for (const UnitIndex unit : order) {
      if (is_expanded(context, unit)) {
        m_expansion_of[unit] = next++;
      }
      m_action_of[unit] = next++;
      next += step_count(context.post_links[unit]);
      m_last_of[unit] = next - 1;
    }
  }

  Result<ActionGraph> run()
  {
    const std::vector<std::uint64_t> priority = priorities(m_context.input.graph, m_order);
    for (const UnitIndex unit : m_order) {
      ActionTemplate action;
      action.env_removed = m_context.token_variables;
      if (m_context.unit(unit).mode == CompileMode::run_custom_build) {
        action = script_run(unit);
      } else {
        CW_TRY_ASSIGN(action, rustc(unit));
        if (m_expansion_of[unit]) {
          m_graph.actions.push_back(expansion_of(action, expanded_path(m_context, unit)));
          m_graph.actions.back().priority = priority[unit];
          if (action.link_report) {
            add_expansions(action, unit);
          }
        }
      }
      action.priority = priority[unit];
      std::vector<ActionTemplate> steps;
      if (const PostLink& post_link = m_context.post_links[unit]; step_count(post_link) != 0) {
        steps = post_link_actions(post_link, m_context.input.driver_program, action, m_action_of[unit], m_action_of[unit] + 1);
      }
      m_graph.actions.push_back(std::move(action));
      std::ranges::move(steps, std::back_inserter(m_graph.actions));
    }
    for (const UnitIndex root : m_context.input.graph.roots) {
      m_graph.roots.push_back(m_last_of[root]);
    }
    find_collisions();
    return std::move(m_graph);
  }

private:
  [[nodiscard]] ActionTemplate common(UnitIndex index)
  {
    const Unit& unit = m_context.unit(index);
    ActionTemplate action;
    action.label = action_label(m_context, index);
    action.package_root = unit.package->root();
    action.manifest_path = unit.package->manifest->file.native();
    action.minimum_rust_version = unit.package->manifest->info.rust_version_text;
    action.identity = fmt::format("{}/{}/{}-{}-{}-{}",
                                  unit.kind.triple ? unit.kind.triple->view() : "host",
                                  m_context.input.graph.profile_directory,
                                  unit.package->id().name(),
                                  unit.target->name,
                                  to_string(unit.mode),
                                  m_context.files.unit_hash(index));
    const TemplateInput::Kind kind = unit.is_local() ? TemplateInput::Kind::package_tree : TemplateInput::Kind::registry_package;
    action.inputs.push_back({kind, unit.package->root(), unit.package_checksum});
    action.env_removed = m_context.token_variables;
    for (const UnitIndex script : m_context.scripts[index].plugins) {
      action.library_path_scripts.push_back(m_action_of[script]);
    }
    return action;
  }

  Result<ActionTemplate> rustc(UnitIndex index)
  {
    const Unit& unit = m_context.unit(index);
    const toolchain::RustcInfo& compiler = m_context.input.platforms.rustc;
    ActionTemplate action = common(index);
    action.kind = ActionKind::rustc;
    const bool has_workspace_wrapper = compiler.workspace_wrapper && m_context.is_member(index);
    action.program = compiler.program;
    if (compiler.wrapper) {
      action.program = *compiler.wrapper;
    } else if (has_workspace_wrapper) {
      action.program = *compiler.workspace_wrapper;
    }
    if (compiler.wrapper && has_workspace_wrapper) {
      action.args.push_back({ArgPiece{compiler.workspace_wrapper->native()}});
    }
    if (compiler.wrapper || has_workspace_wrapper) {
      action.args.push_back({ArgPiece{compiler.program.native()}});
    }
    for (TemplateArg& argument : rustc_arguments(m_context, index)) {
      action.args.push_back(std::move(argument));
    }
    action.env = rustc_environment(m_context, index);
    CW_TRY_ASSIGN(const std::optional<LinkShim> link, plan_link_shim(m_env, m_context, index));
    if (link) {
      for (const std::string& argument : link->rustc_arguments) {
        action.args.push_back({ArgPiece{argument}});
      }
      action.env.insert(link->variables.begin(), link->variables.end());
    }
    action.cwd = source_argument(m_context, index).cwd;
    const std::string triples = unit.kind.triple ? compiler.host + "," + unit.kind.triple->str() : compiler.host;
    action.inputs.push_back({TemplateInput::Kind::toolchain, compiler.sysroot, triples});
    action.dep_info = m_context.files.dep_info(index);
    add_outputs(action, index);
    if (link) {
      action.link_report = static_cast<std::uint32_t>(action.outputs.size());
      action.outputs.push_back({.path = link->report});
      m_graph.linker_shim = shim_path(m_context.files.state_directory());
    }
    add_libraries(action, index);
    add_scripts(action, index);
    decide_cacheable(action, index);
    action.artifact_message = artifact_message(m_context, index);
    action.message_target = std::make_shared<const nlohmann::json>(manifest::target_to_json(*unit.target, unit.target->crate_types));
    return action;
  }

  void add_outputs(ActionTemplate& action, UnitIndex index) const
  {
    const Unit& unit = m_context.unit(index);
    const bool makes_program =
        !is_check(unit.mode) && (unit.target->is_executable() || unit.mode == CompileMode::test) && !unit.target->is_custom_build();
    for (const UnitOutput& output : m_context.outputs[index]) {
      const auto number = static_cast<std::uint32_t>(action.outputs.size());
      action.outputs.push_back({.path = output.path,
                                .early = output.flavor == Flavor::rmeta && !is_check(unit.mode),
                                .optional = output.flavor == Flavor::auxiliary || output.flavor == Flavor::debug_info,
                                .is_directory = false,
                                .user_visible = output.uplifted.has_value()});
      action.artifact_outputs.push_back(number);
      if (output.uplifted) {
        action.uplifted.emplace_back(number, *output.uplifted);
      }
      if (makes_program && output.flavor == Flavor::normal && !action.executable_output) {
        action.executable_output = number;
      }
    }
  }

  /// What every crate of the link declares is read by the shim before it links.
  void add_expansions(ActionTemplate& action, UnitIndex index) const
  {
    std::vector<std::string> paths;
    const auto add = [&](UnitIndex unit) {
      if (m_expansion_of[unit]) {
        action.dependencies.push_back({*m_expansion_of[unit], false, {0}});
        paths.push_back(expanded_path(m_context, unit).native());
      }
    };
    add(index);
    std::ranges::for_each(m_context.linked_below[index], add);
    action.env.emplace(shim::k_expanded_variable, base::join(paths, ":"));
  }

  /// Every library file that rustc may read. With metadata only, dependents may start as soon as it is there.
  void add_libraries(ActionTemplate& action, UnitIndex index) const
  {
    for (const UnitIndex library : m_context.linked_below[index]) {
      const bool metadata = m_context.only_needs_metadata(index, library);
      const Flavor wanted = metadata || is_check(m_context.unit(library).mode) ? Flavor::rmeta : Flavor::linkable;
      TemplateDependency dependency{m_action_of[library], metadata, {}};
      for (std::uint32_t output = 0; output < m_context.outputs[library].size(); ++output) {
        if (m_context.outputs[library][output].flavor == wanted) {
          dependency.outputs.push_back(output);
        }
      }
      action.dependencies.push_back(std::move(dependency));
    }
    // Programs that integration tests start: built before, but read by the test only.
    for (const UnitDependency& dependency : m_context.unit(index).dependencies) {
      const Unit& other = m_context.unit(dependency.unit);
      if (other.mode != CompileMode::run_custom_build && !other.target->is_linkable()) {
        action.dependencies.push_back({m_last_of[dependency.unit], false, {}});
      }
    }
  }

  void add_scripts(ActionTemplate& action, UnitIndex index)
  {
    const ScriptLinks& links = m_context.scripts[index];
    for (ScriptArgs script : script_arguments(m_context, index)) {
      const bool reads_out_dir = script.own_package || m_context.unit(index).requires_upstream_objects();
      script.script = m_action_of[script.script];
      action.dependencies.push_back({script.script, false, reads_out_dir ? std::vector<std::uint32_t>{0} : std::vector<std::uint32_t>{}});
      action.args.push_back({ArgPiece{std::move(script)}});
    }
    for (const UnitIndex plugin : links.plugins) {
      if (std::ranges::find(links.to_link, plugin) == links.to_link.end()) {
        action.dependencies.push_back({m_action_of[plugin], false, {}});
      }
    }
    if (links.own) {
      action.out_dir = m_context.files.script_run_directory(*links.own) / "out";
    }
  }

  void decide_cacheable(ActionTemplate& action, UnitIndex index) const
  {
    if (m_context.unit(index).profile.incremental) {
      action.cacheable = false;
      action.not_cacheable_because = "incremental compilation: the bytes differ from run to run";
      return;
    }
    for (const TemplateDependency& dependency : action.dependencies) {
      const ActionTemplate& below = m_graph.actions[dependency.action];
      if (!below.cacheable && !dependency.outputs.empty()) {
        action.cacheable = false;
        action.not_cacheable_because = fmt::format("it uses `{}`, which is compiled incrementally", below.label.package_name);
        return;
      }
    }
  }

  ActionTemplate script_run(UnitIndex index)
  {
    const Unit& unit = m_context.unit(index);
    const manifest::Manifest& manifest = *unit.package->manifest;
    ActionTemplate action = common(index);
    action.kind = ActionKind::run_build_script;
    action.env = script_environment(m_context, index);
    action.env_removed.emplace_back("RUSTFLAGS");
    for (const char* name : {"RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"}) {
      if (!action.env.contains(name)) {
        action.env_removed.emplace_back(name);
      }
    }
    action.cwd = unit.package->root();
    action.out_dir = m_context.files.script_run_directory(index) / "out";
    action.outputs.push_back({.path = *action.out_dir, .is_directory = true});
    action.links = manifest.links.value_or("");
    action.replaced_script_output = unit.replaced_script_output;
    action.script_package = script_package(manifest);
    for (const UnitDependency& dependency : unit.dependencies) {
      const Unit& other = m_context.unit(dependency.unit);
      const ActionIndex below = m_action_of[dependency.unit];
      if (other.mode == CompileMode::run_custom_build) {
        // DEP_ variables often name directories inside the other OUT_DIR.
        action.dependencies.push_back({below, false, {0}});
        action.dep_scripts.emplace_back(other.package->manifest->links.value_or(""), below);
      } else {
        action.dependencies.push_back({below, false, {0}});
        action.program_ref = OutputRef{below, 0};
      }
    }
    action.label.target_kind = "run-custom-build";
    return action;
  }

  [[nodiscard]] static ScriptPackage script_package(const manifest::Manifest& manifest)
  {
    ScriptPackage package;
    for (const manifest::CrateTarget& target : manifest.targets) {
      switch (target.kind) {
      case manifest::TargetKind::lib:
        package.library_crate_name = target.crate_name();
        package.has_cdylib = std::ranges::find(target.crate_types, manifest::CrateType::cdylib) != target.crate_types.end();
        break;
      case manifest::TargetKind::bin:
        package.bins.push_back(target.name);
        break;
      case manifest::TargetKind::test:
        package.has_tests = true;
        break;
      case manifest::TargetKind::bench:
        package.has_benches = true;
        break;
      case manifest::TargetKind::example:
        package.has_examples = package.has_examples || target.is_executable();
        break;
      case manifest::TargetKind::custom_build:
        break;
      }
    }
    return package;
  }

  /// Two actions for one path: the one that comes later in the order of units wins, every time. A loser is not uplifted.
  void find_collisions()
  {
    std::map<base::Path, ActionIndex> owner;
    for (UnitIndex unit = 0; unit < m_action_of.size(); ++unit) {
      const ActionIndex action = m_action_of[unit];
      for (const auto& [output, path] : m_graph.actions[action].uplifted) {
        const auto [entry, is_new] = owner.emplace(path, action);
        if (is_new || entry->second == action) {
          continue;
        }
        std::erase_if(m_graph.actions[entry->second].uplifted, [&](const auto& uplift) { return uplift.second == path; });
        if (!m_graph.actions[action].outputs[output].optional) { // one warning an artifact, none for its debug file
          m_graph.collisions.push_back({path, action, entry->second});
        }
        entry->second = action;
      }
    }
  }

  const Env& m_env;
  const ActionContext& m_context;
  const std::vector<UnitIndex>& m_order;
  std::vector<ActionIndex> m_action_of;                   ///< by unit
  std::vector<ActionIndex> m_last_of;                     ///< by unit: the last step behind its link, or the same
  std::vector<std::optional<ActionIndex>> m_expansion_of; ///< by unit: the action that expands the crate, where that is wanted
  ActionGraph m_graph;
};

Result<std::map<CompileKind, std::string>> find_linkers(const ActionGraphInput& input)
{
  std::map<CompileKind, std::string> linkers;
  for (const Unit& unit : input.graph.units) {
    if (linkers.contains(unit.kind)) {
      continue;
    }
    const toolchain::TargetInfo& info = input.platforms.info(unit.kind);
    CW_TRY_ASSIGN(const auto linker, toolchain::linker_for(input.config, input.platforms.triple(unit.kind), info.cfgs));
    linkers.emplace(unit.kind, linker ? linker->native() : std::string());
  }
  std::erase_if(linkers, [](const auto& entry) { return entry.second.empty(); });
  return linkers;
}

} // namespace

Result<ActionGraph> plan_actions(const Env& env, const ActionGraphInput& input, const BuildRequest& request)
{
  const UnitFiles files(
      {.graph = input.graph, .workspace = input.workspace, .platforms = input.platforms, .strict_cargo = request.strict_cargo});
  const std::vector<UnitIndex> order = topological_order(input.graph);
  std::vector<std::vector<UnitOutput>> outputs(input.graph.units.size());
  for (const UnitIndex unit : order) {
    if (input.graph.units[unit].mode != CompileMode::run_custom_build) {
      CW_TRY_ASSIGN(outputs[unit], files.outputs(unit));
    }
  }
  CW_TRY_ASSIGN(const auto linkers, find_linkers(input));
  CW_TRY_ASSIGN(const EnvMap configured, input.config.extra_env());
  const std::map<std::string, std::string> user_env(configured.begin(), configured.end());
  std::vector<bool> is_root(input.graph.units.size(), false);
  for (const UnitIndex root : input.graph.roots) {
    is_root[root] = true;
  }
  const std::string* inherited = env.var("LD_LIBRARY_PATH");
  const std::vector<std::string> token_variables = manifest::variables_of_tokens(input.config);
  const std::vector<ScriptLinks> scripts = plan_script_links(input.graph);
  const std::vector<std::vector<UnitIndex>> libraries = linked_below(input.graph, order);
  CW_TRY_ASSIGN(const DefectDecisions defects, consider_defects(env, input, request));
  CW_TRY_ASSIGN(const std::vector<PostLink> post_links, plan_post_links(env, input, request, outputs));
  const ActionContext context{.input = input,
                              .request = request,
                              .files = files,
                              .scripts = scripts,
                              .outputs = outputs,
                              .linked_below = libraries,
                              .linkers = linkers,
                              .is_root = is_root,
                              .user_env = user_env,
                              .defects = defects,
                              .post_links = post_links,
                              .token_variables = token_variables,
                              .library_path = inherited == nullptr ? std::string() : *inherited};
  CW_TRY_ASSIGN(ActionGraph graph, ActionWriter(env, context, order).run());
  for (const OutputCollision& collision : graph.collisions) {
    const ActionLabel& winner = graph.actions[collision.winner].label;
    const ActionLabel& loser = graph.actions[collision.loser].label;
    env.reporter.warning(Error("CW0381", fmt::format("two artifacts belong at `{}`", collision.path.string()))
                             .note(fmt::format("{} is put there, {} is not", winner.description, loser.description))
                             .help("give them different names, or build them one at a time"));
  }
  graph.target_directory = input.workspace.target_directory;
  graph.state_directory = files.state_directory();
  graph.profile_directory = input.graph.profile_directory.str();
  graph.driver_program = input.driver_program;
  graph.workspace_root = input.workspace.root;
  graph.cargo_home = input.config.cargo_home();
  graph.finished = fmt::format("`{}` profile [{}]", input.graph.profile_name, describe_profile(input.graph.base_profile));
  return graph;
}

} // namespace cargo_wasm::plan
