#include "crate_of_object.hpp"

#include <fmt/format.h>

#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// rustc's objects: `app-HASH.app.HASH-cgu.0.rcgu.o`.
bool is_rust_object(std::string_view name)
{
  return name.ends_with(".rcgu.o") || name.find(".rcgu.") != std::string_view::npos;
}

/// The action that makes a library of this path.
std::optional<plan::ActionIndex> maker_of(const plan::ActionGraph& graph, plan::ActionIndex link, const base::Path& library)
{
  for (const plan::TemplateDependency& dependency : graph.actions[link].dependencies) {
    for (const plan::TemplateOutput& output : graph.actions[dependency.action].outputs) {
      if (!output.is_directory && output.path == library) {
        return dependency.action;
      }
    }
  }
  return std::nullopt;
}

/// The build script's run whose OUT_DIR this path lies in.
std::optional<plan::ActionIndex> script_of(const plan::ActionGraph& graph, const base::Path& path)
{
  for (plan::ActionIndex action = 0; action < graph.actions.size(); ++action) {
    const plan::ActionTemplate& tmpl = graph.actions[action];
    if (tmpl.kind == plan::ActionKind::run_build_script && tmpl.out_dir && path.native().starts_with(tmpl.out_dir->native() + "/")) {
      return action;
    }
  }
  return std::nullopt;
}

bool is_of_toolchain(const base::Path& path)
{
  return path.native().find("/lib/rustlib/") != std::string::npos;
}

} // namespace

ObjectOrigin origin_of(const plan::ActionGraph& graph, plan::ActionIndex link, std::string_view file)
{
  ObjectOrigin origin;
  const std::size_t open = file.ends_with(')') ? file.rfind('(') : std::string_view::npos;
  const base::Path path = file.substr(0, open);
  if (open == std::string_view::npos) {
    origin.member = path.filename().string();
    if (is_rust_object(origin.member)) {
      origin.kind = ObjectOrigin::Kind::merged;
      origin.action = link;
      return origin;
    }
  } else {
    origin.archive = path.filename().string();
    origin.member = base::Path(file.substr(open + 1, file.size() - open - 2)).filename().string();
    if (const auto maker = maker_of(graph, link, path)) {
      origin.kind = is_rust_object(origin.member) ? ObjectOrigin::Kind::crate : ObjectOrigin::Kind::native_member;
      origin.action = *maker;
      return origin;
    }
  }
  if (const auto script = script_of(graph, path)) {
    origin.kind = ObjectOrigin::Kind::native_library;
    origin.action = *script;
  } else if (is_of_toolchain(path)) {
    origin.kind = ObjectOrigin::Kind::toolchain;
  }
  return origin;
}

std::string describe(const plan::ActionGraph& graph, const ObjectOrigin& origin)
{
  const auto package = [&] { return shown_package(graph.actions[origin.action].label); };
  const std::string object =
      origin.archive.empty() ? fmt::format("`{}`", origin.member) : fmt::format("`{}` of `{}`", origin.member, origin.archive);
  switch (origin.kind) {
  case ObjectOrigin::Kind::crate:
  case ObjectOrigin::Kind::merged:
    return fmt::format("crate `{}`", package());
  case ObjectOrigin::Kind::native_member:
    return fmt::format("{}, which is no Rust code and came into crate `{}` through its build script", object, package());
  case ObjectOrigin::Kind::native_library:
    return fmt::format("{}, which the build script of `{}` made", object, package());
  case ObjectOrigin::Kind::toolchain:
    return fmt::format("{}, which came with the toolchain", object);
  case ObjectOrigin::Kind::unknown:
    break;
  }
  return object;
}

} // namespace cargo_wasm::link
