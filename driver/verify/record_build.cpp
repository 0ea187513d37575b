#include <cargo_wasm/verify/record_build.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/action/action.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/observed.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/verify/file_parts.hpp>

namespace cargo_wasm::verify {

namespace {

/// "beside/up/kit" for "../kit": trees of inputs have no "..".
std::string place_beside(const std::string& relative)
{
  base::Path place("beside");
  for (const base::Path& part : base::Path(relative)) {
    place /= part == ".." ? base::Path("up") : part;
  }
  return place.native();
}

class ActionRecorder
{
public:
  /// @param outside  packages beside the workspace, from its root
  ActionRecorder(const Env& env, const plan::ActionGraph& graph, const std::vector<std::string>& outside)
      : m_env(env), m_graph(graph), m_places(exec::places_of(graph))
  {
    for (const std::string& relative : outside) {
      m_outside.emplace_back((graph.workspace_root / relative).lexically_normal().native(), place_beside(relative));
    }
  }

  [[nodiscard]] Result<ActionOfBuild> record(plan::ActionIndex index, const exec::Record& known) const
  {
    const plan::ActionTemplate& tmpl = m_graph.actions[index];
    ActionOfBuild action;
    action.identity = tmpl.identity;
    action.kind = kind_of(tmpl);
    action.unit = unit_of(tmpl);
    action.command = command_digest(tmpl, known);
    action.inputs = input_digest(known);
    std::set<std::uint32_t> after;
    for (const plan::TemplateDependency& dependency : tmpl.dependencies) {
      after.insert(dependency.action);
    }
    action.after.assign(after.begin(), after.end());
    for (const exec::RecordedOutput& output : known.outputs) {
      if (tmpl.link_report != output.index) {
        CW_TRY_ASSIGN(OutputOfAction entry, output_of(output));
        action.outputs.push_back(std::move(entry));
      }
    }
    if (tmpl.kind == plan::ActionKind::run_build_script) {
      // What the script said decides how its package is compiled. Lines that name a directory name it by its place.
      action.outputs.push_back({"stdout", base::digest_of(neutral_text(known)), {}});
    }
    return action;
  }

private:
  static std::string kind_of(const plan::ActionTemplate& tmpl)
  {
    switch (tmpl.kind) {
    case plan::ActionKind::rustc:
      return "rustc";
    case plan::ActionKind::run_build_script:
      return "build-script";
    case plan::ActionKind::tool:
      return "step";
    }
    return "step";
  }

  static std::string unit_of(const plan::ActionTemplate& tmpl)
  {
    const plan::ActionLabel& label = tmpl.label;
    std::string what = label.target_kind;
    if (tmpl.kind == plan::ActionKind::run_build_script) {
      what = "run of the build script";
    } else if (tmpl.kind == plan::ActionKind::tool) {
      what = fmt::format("{} `{}`", base::Path(tmpl.identity).filename().string(), label.crate_name);
    } else if (label.target_kind == "custom-build") {
      what = "build script";
    } else if (label.target_kind == "bin" || label.target_kind == "example" || label.target_kind == "test" ||
               label.target_kind == "bench") {
      what = fmt::format("{} `{}`", label.target_kind, label.crate_name);
    }
    return fmt::format(
        "{} v{} ({}{})", label.package_name, label.package_version, what, tmpl.identity.starts_with("host/") ? ", host" : "");
  }

  /// The toolchain stands at the head of the record: its local name has times in it.
  [[nodiscard]] base::Digest command_digest(const plan::ActionTemplate& tmpl, const exec::Record& known) const
  {
    action::Command command;
    for (const std::string& argument : known.arguments) {
      if (!argument.starts_with("--remap-path-prefix=")) { // they are there so that the place makes no difference
        command.arguments.push_back(without_place(argument));
      }
    }
    for (const auto& [name, value] : known.environment) {
      command.environment.emplace(name, without_place(value));
    }
    command.working_directory = beside_workspace(known.working_directory);
    for (const plan::TemplateOutput& output : tmpl.outputs) {
      command.output_paths.push_back(m_places.name_of(output.path.native()));
    }
    command.platform = known.platform;
    command.platform.erase("toolchain");
    return base::digest_of(action::encode(command));
  }

  /// A package beside the workspace is known by its place from there, a program elsewhere by its name, not by where this machine has it.
  [[nodiscard]] std::string without_place(const std::string& text) const
  {
    for (const auto& [path, name] : m_outside) {
      if (text.starts_with(path) && (text.size() == path.size() || text[path.size()] == '/')) {
        return "/cw:" + name + text.substr(path.size());
      }
    }
    return text.starts_with('/') && !text.starts_with("/cw:") ? base::Path(text).filename().string() : text;
  }

  /// The same for a place name: "root/home/me/beside/src/lib.rs".
  [[nodiscard]] std::string beside_workspace(const std::string& name) const
  {
    const std::string path = name.starts_with("root/") ? name.substr(4) : std::string();
    const auto found = std::find_if(m_outside.begin(), m_outside.end(), [&](const auto& entry) {
      return path.starts_with(entry.first) && (path.size() == entry.first.size() || path[entry.first.size()] == '/');
    });
    return found == m_outside.end() ? name : found->second + path.substr(found->first.size());
  }

  [[nodiscard]] base::Digest input_digest(const exec::Record& known) const
  {
    action::InputTree tree;
    for (const exec::RecordedFile& source : known.sources) {
      tree.add_file(beside_workspace(source.name), source.known.digest, source.known.executable);
    }
    for (const auto& [name, digest] : known.dependencies) {
      tree.add_file(name, digest);
    }
    return tree.root_digest();
  }

  [[nodiscard]] Result<OutputOfAction> output_of(const exec::RecordedOutput& output) const
  {
    OutputOfAction entry{output.name, output.known.digest, {}};
    if (output.is_directory) {
      for (const exec::RecordedFile& file : output.files) {
        entry.parts.push_back({file.name.substr(output.name.size() + 1), file.known.digest});
      }
      return entry;
    }
    const base::Path path = m_places.path_of(output.name);
    CW_TRY_ASSIGN(const base::MappedFile bytes, m_env.fs.map(path));
    entry.parts = parts_of(path, bytes.bytes());
    return entry;
  }

  [[nodiscard]] std::string neutral_text(const exec::Record& known) const
  {
    std::string text;
    for (const std::string_view line : base::split(known.stdout_text, '\n')) {
      text += m_places.neutral(line);
      text += '\n';
    }
    return text;
  }

  const Env& m_env;
  const plan::ActionGraph& m_graph;
  exec::PlaceNames m_places;
  std::vector<std::pair<std::string, std::string>> m_outside; ///< absolute → "beside/up/kit"
};

Error not_kept(const plan::ActionTemplate& tmpl, const std::string& why)
{
  return Error("CW1177", fmt::format("there is no record of a build in which the result of {} was not kept", tmpl.label.description))
      .note(why)
      .help("build again; what was kept is not built twice");
}

void record_tools(const plan::ActionGraph& graph,
                  const std::map<std::string, std::string>& platform,
                  const plan::ActionTemplate& tmpl,
                  BuildRecord& record)
{
  const exec::PlaceNames places = exec::places_of(graph);
  for (const plan::TemplateInput& input : tmpl.inputs) {
    if (tmpl.kind != plan::ActionKind::tool || input.kind != plan::TemplateInput::Kind::file) {
      continue;
    }
    const auto found = platform.find("file:" + places.name_of(input.path.native()));
    const auto hash = found == platform.end() ? std::nullopt : base::parse_sha256(found->second);
    const std::string name = input.path.filename().string();
    const bool is_new = std::none_of(record.tools.begin(), record.tools.end(), [&](const ToolOfBuild& tool) { return tool.name == name; });
    if (hash && is_new) {
      record.tools.push_back({name, {*hash, 0}});
    }
  }
}

} // namespace

Result<std::unique_ptr<exec::StateLog>> open_state(const Env& env, const plan::ActionGraph& graph)
{
  return exec::StateLog::open(env.fs, exec::profile_file(graph, "state"), false);
}

Result<> record_actions(
    const Env& env, const plan::ActionGraph& graph, const exec::BuildOutcome& outcome, const exec::StateLog& log, BuildRecord& record)
{
  std::set<std::string> outside;
  for (const plan::ActionTemplate& tmpl : graph.actions) {
    const std::string relative = tmpl.package_root.lexically_relative(graph.workspace_root).generic_string();
    if (tmpl.label.is_local && relative.starts_with("..")) {
      outside.insert(relative);
    }
  }
  record.outside.assign(outside.begin(), outside.end());
  const ActionRecorder recorder(env, graph, record.outside);
  for (plan::ActionIndex index = 0; index < graph.actions.size(); ++index) {
    const plan::ActionTemplate& tmpl = graph.actions[index];
    auto known = log.find(tmpl.identity);
    if (!known || outcome.actions[index].digest != known->digest) {
      return fail(not_kept(tmpl, "its inputs changed while it ran, or another build ran beside this one"));
    }
    if (!known->once_because.empty()) {
      return fail(
          Error("CW1183", fmt::format("the result of {} is good for this build only, so it is not reproducible", tmpl.label.description))
              .note(known->once_because)
              .help("name a level of wasm-opt that it finishes in time, in the profile's settings"));
    }
    exec::put_values_of_today(env, tmpl, *known);
    CW_TRY_ASSIGN(ActionOfBuild action, recorder.record(index, *known));
    record.actions.push_back(std::move(action));
    record_tools(graph, known->platform, tmpl, record);
  }
  std::set<std::string> seen;
  for (const plan::ActionIndex root : graph.roots) {
    for (const auto& path : outcome.actions[root].uplifted) {
      const std::string name = path.lexically_relative(graph.target_directory).generic_string();
      if (path.extension() == ".d" || !env.fs.is_file(path) || !seen.insert(name).second) {
        continue;
      }
      CW_TRY_ASSIGN(const base::Digest digest, base::digest_file(path));
      record.artifacts.push_back({name, digest});
    }
  }
  std::sort(record.artifacts.begin(), record.artifacts.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return {};
}

} // namespace cargo_wasm::verify
