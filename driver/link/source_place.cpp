#include "source_place.hpp"

#include <fmt/format.h>

namespace cargo_wasm::link {

base::Path shown_path(const Env& env, const base::Path& file)
{
  const base::Path relative = file.lexically_relative(env.cwd);
  return relative.empty() || relative.native().starts_with("..") ? file : relative;
}

std::string shown_package(const plan::ActionLabel& label)
{
  return fmt::format("{} v{}", label.package_name, label.package_version);
}

std::string shown_place(const Env& env, const base::TextSpan& span)
{
  return fmt::format("{}:{}:{}", shown_path(env, span.file).string(), span.line, span.column);
}

base::TextSpan declaration_caret(const Env& env, const rust::Location& location)
{
  base::TextSpan span = location.where;
  span.file = shown_path(env, span.file);
  span.label = location.macro.empty() ? "declared here" : fmt::format("declared by `{}`", location.macro);
  return span;
}

} // namespace cargo_wasm::link
