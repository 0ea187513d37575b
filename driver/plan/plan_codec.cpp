// The plan cache's form of an action graph (docs/formats/plan.md).
//
//   file   = magic "CWPLAN\n\0", version u32, graph
//   number = unsigned LEB128       text = number of bytes, bytes       list = number of items, items
//   option = 0 | 1 value           bool = one byte
//
// The reader trusts nothing: every length is checked against what is left, so that a damaged file is a miss and not a crash.
#include <cargo_wasm/plan/actions.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <cargo_wasm/base/bytes.hpp>

namespace cargo_wasm::plan {

namespace {

constexpr std::string_view k_magic{"CWPLAN\n\0", 8};
/// Rises with every change of a field: an older plan is planned anew, never converted.
constexpr std::uint64_t k_version = 4;

using Writer = base::ByteWriter;
using Reader = base::ByteReader;

// One `field` per type, for writing and reading alike, so that the two cannot drift apart.

void field(Writer& out, bool& value)
{
  out.number(value ? 1 : 0);
}
void field(Reader& in, bool& value)
{
  value = in.number() != 0;
}
void field(Writer& out, std::uint32_t& value)
{
  out.number(value);
}
void field(Reader& in, std::uint32_t& value)
{
  value = static_cast<std::uint32_t>(in.number());
}
void field(Writer& out, std::uint64_t& value)
{
  out.number(value);
}
void field(Reader& in, std::uint64_t& value)
{
  value = in.number();
}
void field(Writer& out, std::string& value)
{
  out.number(value.size());
  out.raw(value);
}
void field(Reader& in, std::string& value)
{
  value = in.take(in.number());
}
void field(Writer& out, base::Path& value)
{
  out.number(value.native().size());
  out.raw(value.native());
}
void field(Reader& in, base::Path& value)
{
  value = base::Path(std::string(in.take(in.number())));
}

constexpr ActionKind last_of(ActionKind /*any*/)
{
  return ActionKind::tool;
}
constexpr TemplateInput::Kind last_of(TemplateInput::Kind /*any*/)
{
  return TemplateInput::Kind::toolchain;
}

template <class E>
  requires std::is_enum_v<E>
void field(Writer& out, E& value)
{
  out.number(static_cast<std::uint64_t>(value));
}
template <class E>
  requires std::is_enum_v<E>
void field(Reader& in, E& value)
{
  const std::uint64_t number = in.number();
  if (number > static_cast<std::uint64_t>(last_of(E{}))) {
    in.damaged();
    return;
  }
  value = static_cast<E>(number);
}

void field(Writer& out, std::shared_ptr<const nlohmann::json>& value)
{
  std::string text = value ? value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : "";
  field(out, text);
}
void field(Reader& in, std::shared_ptr<const nlohmann::json>& value)
{
  std::string text;
  field(in, text);
  if (text.empty()) {
    return;
  }
  nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (parsed.is_discarded()) {
    in.damaged();
    return;
  }
  value = std::make_shared<const nlohmann::json>(std::move(parsed));
}

// Declared before the templates that may meet them inside lists and options.
template <class S> void field(S& stream, OutputRef& value);
template <class S> void field(S& stream, ScriptArgs& value);
template <class S> void field(S& stream, ArgPiece& piece);
template <class S> void field(S& stream, TemplateOutput& value);
template <class S> void field(S& stream, TemplateInput& value);
template <class S> void field(S& stream, TemplateDependency& value);
template <class S> void field(S& stream, ActionTemplate& a);
template <class S> void field(S& stream, OutputCollision& value);
template <class S, class A, class B> void field(S& stream, std::pair<A, B>& value);
template <class T> void field(Writer& out, std::vector<T>& list);
template <class T> void field(Reader& in, std::vector<T>& list);

template <class T> void field(Writer& out, std::optional<T>& value)
{
  out.number(value ? 1 : 0);
  if (value) {
    field(out, *value);
  }
}
template <class T> void field(Reader& in, std::optional<T>& value)
{
  if (in.number() != 0) {
    field(in, value.emplace());
  }
}

template <class T> void field(Writer& out, std::vector<T>& list)
{
  out.number(list.size());
  for (T& item : list) {
    field(out, item);
  }
}
template <class T> void field(Reader& in, std::vector<T>& list)
{
  const std::uint64_t count = in.count();
  constexpr std::uint64_t k_believed = 4096; // a damaged count must not reserve memory for items that are not there
  list.reserve(std::min(count, k_believed));
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    field(in, list.emplace_back());
  }
}

void field(Writer& out, std::map<std::string, std::string>& map)
{
  out.number(map.size());
  for (auto& [key, value] : map) {
    std::string copy = key;
    field(out, copy);
    field(out, value);
  }
}
void field(Reader& in, std::map<std::string, std::string>& map)
{
  const std::uint64_t count = in.count();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    std::string key;
    field(in, key);
    field(in, map[key]);
  }
}

template <class S, class... Fields> void fields(S& stream, Fields&... values)
{
  (field(stream, values), ...);
}

template <class S, class A, class B> void field(S& stream, std::pair<A, B>& value)
{
  fields(stream, value.first, value.second);
}
template <class S> void field(S& stream, OutputRef& v)
{
  fields(stream, v.action, v.output);
}
template <class S> void field(S& stream, ScriptArgs& v)
{
  fields(stream, v.script, v.own_package, v.pass_l, v.search_paths, v.link_arg_kinds);
}

template <class S> void field(S& stream, ArgPiece& piece)
{
  std::uint64_t index = piece.value.index();
  field(stream, index);
  if constexpr (std::is_same_v<S, Reader>) {
    switch (index) {
    case 0:
      piece.value = std::string();
      break;
    case 1:
      piece.value = OutputRef();
      break;
    case 2:
      piece.value = ScriptArgs();
      break;
    default:
      stream.damaged();
      return;
    }
  }
  std::visit([&](auto& value) { field(stream, value); }, piece.value);
}

template <class S> void field(S& stream, TemplateOutput& v)
{
  fields(stream, v.path, v.early, v.optional, v.is_directory, v.user_visible);
}
template <class S> void field(S& stream, TemplateInput& v)
{
  fields(stream, v.kind, v.path, v.text);
}
template <class S> void field(S& stream, TemplateDependency& v)
{
  fields(stream, v.action, v.early_is_enough, v.outputs);
}
template <class S> void field(S& stream, OutputCollision& v)
{
  fields(stream, v.path, v.winner, v.loser);
}

template <class S> void field(S& stream, ActionTemplate& a)
{
  ActionLabel& l = a.label;
  fields(stream,
         a.kind,
         l.package_display,
         l.package_id,
         l.crate_name,
         l.target_kind,
         l.verb,
         l.package_name,
         l.package_version,
         l.description,
         l.progress_name,
         l.fix_arguments,
         l.is_local,
         l.is_root,
         l.unit);
  fields(stream,
         a.program,
         a.program_ref,
         a.args,
         a.env,
         a.env_removed,
         a.cwd,
         a.inputs,
         a.outputs,
         a.dependencies,
         a.dep_info,
         a.once_file,
         a.priority,
         a.cacheable,
         a.not_cacheable_because,
         a.identity,
         a.unkeyed_args,
         a.library_path_scripts);
  ScriptPackage& p = a.script_package;
  fields(stream,
         a.links,
         a.dep_scripts,
         a.package_root,
         p.library_crate_name,
         p.bins,
         p.has_cdylib,
         p.has_tests,
         p.has_benches,
         p.has_examples,
         a.minimum_rust_version,
         a.out_dir,
         a.replaced_script_output);
  fields(stream, a.artifact_message, a.message_target, a.manifest_path, a.artifact_outputs, a.executable_output, a.link_report, a.uplifted);
  fields(stream, a.finished_by, a.finished_output, a.finishes);
}

template <class S> void graph_fields(S& stream, ActionGraph& g)
{
  fields(stream,
         g.actions,
         g.roots,
         g.target_directory,
         g.state_directory,
         g.profile_directory,
         g.workspace_root,
         g.cargo_home,
         g.collisions,
         g.driver_program,
         g.linker_shim,
         g.finished);
}

/// Indices of a decoded graph are used without further checks.
bool has_valid_indices(const ActionGraph& graph)
{
  const std::size_t count = graph.actions.size();
  const auto is_output = [&](ActionIndex action, std::uint32_t output) {
    return action < count && output < graph.actions[action].outputs.size();
  };
  for (std::size_t i = 0; i < count; ++i) {
    const ActionTemplate& action = graph.actions[i];
    for (const TemplateDependency& dependency : action.dependencies) {
      bool valid = dependency.action < i;
      for (const std::uint32_t output : dependency.outputs) {
        valid = valid && is_output(dependency.action, output);
      }
      if (!valid) {
        return false;
      }
    }
    for (const TemplateArg& argument : action.args) {
      for (const ArgPiece& piece : argument) {
        const auto* output = std::get_if<OutputRef>(&piece.value);
        const auto* script = std::get_if<ScriptArgs>(&piece.value);
        if ((output != nullptr && !is_output(output->action, output->output)) || (script != nullptr && script->script >= count)) {
          return false;
        }
      }
    }
    for (const auto& [name, script] : action.dep_scripts) {
      if (script >= count) {
        return false;
      }
    }
    for (const ActionIndex script : action.library_path_scripts) {
      if (script >= count) {
        return false;
      }
    }
    for (const auto& [output, path] : action.uplifted) {
      if (output >= action.outputs.size()) {
        return false;
      }
    }
    for (const std::uint32_t output : action.artifact_outputs) {
      if (output >= action.outputs.size()) {
        return false;
      }
    }
    if ((action.link_report && *action.link_report >= action.outputs.size()) ||
        (action.executable_output && *action.executable_output >= action.outputs.size()) ||
        (action.program_ref && !is_output(action.program_ref->action, action.program_ref->output))) {
      return false;
    }
  }
  for (const ActionIndex root : graph.roots) {
    if (root >= count) {
      return false;
    }
  }
  return true;
}

} // namespace

std::string encode_plan(const ActionGraph& graph)
{
  Writer out;
  out.raw(k_magic);
  out.number(k_version);
  ActionGraph copy = graph; // `field` serves reading, too, and so takes what it writes by reference
  graph_fields(out, copy);
  return std::move(out.out);
}

Result<ActionGraph> decode_plan(std::string_view bytes)
{
  Reader in(bytes);
  if (in.take(k_magic.size()) != k_magic || in.number() != k_version) {
    return fail(Error("CW0390", "the stored plan is of another version", Blame::environment));
  }
  ActionGraph graph;
  graph_fields(in, graph);
  if (!in.ok() || !in.at_end() || !has_valid_indices(graph)) {
    return fail(Error("CW0390", "the stored plan is damaged", Blame::environment));
  }
  return graph;
}

} // namespace cargo_wasm::plan
