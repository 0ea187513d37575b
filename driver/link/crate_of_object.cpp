#include "crate_of_object.hpp"

#include <fmt/format.h>

#include <cargo_wasm/shim/link_object.hpp>

#include "source_place.hpp"

namespace cargo_wasm::link {

namespace {

/// rustc's objects: `app-HASH.app.HASH-cgu.0.rcgu.o`.
bool is_rust_object(std::string_view name)
{
  return name.ends_with(".rcgu.o") || name.find(".rcgu.") != std::string_view::npos;
}

/// The action that makes a library of this path, or of this name: under link-time optimization rustc hands the linker copies of libraries
/// without what it merged, in a directory of its own.
std::optional<plan::ActionIndex> maker_of(const plan::ActionGraph& graph, plan::ActionIndex link, const base::Path& library)
{
  for (const plan::TemplateDependency& dependency : graph.actions[link].dependencies) {
    for (const plan::TemplateOutput& output : graph.actions[dependency.action].outputs) {
      const bool is_copy = library.extension() == ".rlib" && output.path.filename() == library.filename();
      if (!output.is_directory && (output.path == library || is_copy)) {
        return dependency.action;
      }
    }
  }
  return std::nullopt;
}

/// Under thin link-time optimization each crate's part is an object of its own, called after the crate's library:
/// `app-HASH.logger-HASH.logger.HASH-cgu.0.rcgu.o.rcgu.o`.
std::optional<plan::ActionIndex> part_of_crate(const plan::ActionGraph& graph, plan::ActionIndex link, std::string_view object)
{
  constexpr std::string_view k_prefix = "lib";
  for (const plan::TemplateDependency& dependency : graph.actions[link].dependencies) {
    for (const plan::TemplateOutput& output : graph.actions[dependency.action].outputs) {
      const std::string stem = output.path.stem().string();
      if (output.path.extension() == ".rlib" && stem.starts_with(k_prefix) &&
          object.find("." + stem.substr(k_prefix.size()) + ".") != std::string_view::npos) {
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

/// The `cc` crate puts a hash of the directory before the source file's name: `529179467e613863-native.o`.
std::string_view without_cc_hash(std::string_view member)
{
  constexpr std::size_t k_digits = 16;
  const bool has_hash = member.size() > k_digits + 1 && member[k_digits] == '-' &&
                        member.substr(0, k_digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return has_hash ? member.substr(k_digits + 1) : member;
}

} // namespace

ObjectOrigin origin_of(const plan::ActionGraph& graph, plan::ActionIndex link, std::string_view file)
{
  ObjectOrigin origin;
  const std::size_t open = file.ends_with(')') ? file.rfind('(') : std::string_view::npos;
  const base::Path path = file.substr(0, open);
  if (open == std::string_view::npos) {
    origin.member = path.filename().string();
    if (const auto part = is_rust_object(origin.member) ? part_of_crate(graph, link, origin.member) : std::nullopt) {
      origin.kind = ObjectOrigin::Kind::crate;
      origin.action = *part;
      return origin;
    }
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
  } else if (shim::is_of_toolchain(file)) {
    origin.kind = ObjectOrigin::Kind::toolchain;
  }
  return origin;
}

std::optional<plan::ActionIndex> rust_crate(const ObjectOrigin& origin)
{
  const bool is_crate = origin.kind == ObjectOrigin::Kind::crate || origin.kind == ObjectOrigin::Kind::merged;
  return is_crate ? std::optional(origin.action) : std::nullopt;
}

std::string describe(const plan::ActionGraph& graph, const ObjectOrigin& origin)
{
  const auto package = [&] { return shown_package(graph.actions[origin.action].label); };
  const std::string_view member = without_cc_hash(origin.member);
  std::string object = origin.archive.empty() ? fmt::format("`{}`", member) : fmt::format("`{}` of `{}`", member, origin.archive);
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
