#include "expansion.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/plan/front_end.hpp>

namespace cargo_wasm::plan {

namespace {

/// An argument that is nothing but text; empty for those that exec fills.
std::string_view text_of(const TemplateArg& argument)
{
  const auto* const text = argument.size() == 1 ? std::get_if<std::string>(&argument.front().value) : nullptr;
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

bool is_of_script(const TemplateArg& argument)
{
  return argument.size() == 1 && std::holds_alternative<ScriptArgs>(argument.front().value);
}

/// Without what names outputs or only links.
std::vector<TemplateArg> front_end_arguments(const std::vector<TemplateArg>& compile)
{
  std::vector<TemplateArg> arguments;
  for (std::size_t i = 0; i < compile.size(); ++i) {
    const std::string_view text = text_of(compile[i]);
    const std::string_view after = i + 1 < compile.size() ? text_of(compile[i + 1]) : std::string_view();
    if (const std::size_t left_out = output_arguments(text, after); left_out != 0) {
      i += left_out - 1;
    } else {
      arguments.push_back(compile[i]);
    }
  }
  return arguments;
}

} // namespace

std::size_t output_arguments(std::string_view argument, std::string_view next)
{
  if (argument == "--out-dir" || argument == "--emit") {
    return 2;
  }
  if (argument == "-C" && (next.starts_with("incremental=") || next.starts_with("linker=") || next.starts_with("extra-filename="))) {
    return 2;
  }
  return argument.starts_with("--out-dir=") || argument.starts_with("--emit=") ? 1 : 0;
}

bool is_expanded(const ActionContext& context, UnitIndex index)
{
  const Unit& unit = context.unit(index);
  return context.defects.check_imports.contains(unit.kind) && (unit.mode == CompileMode::build || unit.mode == CompileMode::test) &&
         !unit.target->proc_macro && !unit.target->is_custom_build();
}

base::Path expanded_path(const ActionContext& context, UnitIndex unit)
{
  return context.files.output_directory(unit) /
         fmt::format("{}-{}.expanded.rs", context.unit(unit).target->crate_name(), context.files.unit_hash(unit));
}

ActionTemplate expansion_of(const ActionTemplate& compile, base::Path file)
{
  ActionTemplate action = compile;
  action.args = front_end_arguments(compile.args);
  const auto scripts = std::ranges::find_if(action.args, is_of_script);
  std::vector<TemplateArg> added{{ArgPiece{"-Zunpretty=expanded"}}, {ArgPiece{"-o"}}, {ArgPiece{file.native()}}};
  action.args.insert(scripts, added.begin(), added.end());
  std::erase_if(action.env, [](const auto& variable) { return variable.first.starts_with("CARGO_WASM_"); });
  action.env.insert_or_assign("RUSTC_BOOTSTRAP", "1"); // for `-Z`; the crate itself is compiled without
  action.identity += "/expanded";
  action.label.verb.clear();
  action.label.is_root = false;
  action.outputs = {{.path = std::move(file)}};
  action.dep_info.reset();
  action.artifact_message.reset();
  action.artifact_outputs.clear();
  action.executable_output.reset();
  action.link_report.reset();
  action.uplifted.clear();
  return action;
}

} // namespace cargo_wasm::plan
