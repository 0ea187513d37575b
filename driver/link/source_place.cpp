#include "source_place.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>

namespace cargo_wasm::link {

std::string shown_package(const plan::ActionLabel& label)
{
  return fmt::format("{} v{}", label.package_name, label.package_version);
}

std::string shown_place(const Env& env, const base::TextSpan& span)
{
  return fmt::format("{}:{}:{}", base::shown_path(env.cwd, span.file).string(), span.line, span.column);
}

base::TextSpan declaration_caret(const Env& env, const rust::Location& location)
{
  base::TextSpan span = location.where;
  span.file = base::shown_path(env.cwd, span.file);
  span.label = location.macro.empty() ? "declared here" : fmt::format("declared by `{}`", location.macro);
  return span;
}

base::TextSpan caret(const Env& env, base::TextSpan span, std::string label)
{
  span.file = base::shown_path(env.cwd, span.file);
  span.label = std::move(label);
  return span;
}

} // namespace cargo_wasm::link
