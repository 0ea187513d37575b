#include "step_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::plan {

namespace {

/// Goes up when a step makes something else of the same module: nobody hashes this program for it.
constexpr const char* k_step_variable = "CARGO_WASM_STEP_VERSION";
constexpr const char* k_step_version = "1";
constexpr std::uint32_t k_directory_output = 1; ///< of a step that makes a directory; output 0 is the module in it

TemplateArg text_arg(std::string text)
{
  return {ArgPiece{std::move(text)}};
}

TemplateArg module_arg(const ModuleRef& module)
{
  TemplateArg argument{ArgPiece{module.output}};
  if (!module.within.empty()) {
    argument.push_back(ArgPiece{module.within});
  }
  return argument;
}

} // namespace

StepWriter::StepWriter(const base::Path& driver, ActionTemplate& link, ActionIndex link_index, ActionIndex at, std::uint32_t output)
    : m_driver(driver), m_link(link), m_module_output(output), m_link_index(link_index), m_input{{link_index, output}, {}},
      m_path(link.outputs[output].path), m_next(at)
{
}

std::string StepWriter::final_name() const
{
  return m_bindings ? name() + "_bg.wasm" : user_path().filename().native();
}

const base::Path& StepWriter::user_path() const
{
  const auto uplifted = std::ranges::find(m_link.uplifted, m_module_output, &std::pair<std::uint32_t, base::Path>::first);
  return uplifted == m_link.uplifted.end() ? m_link.outputs[m_module_output].path : uplifted->second;
}

void StepWriter::add(std::string_view verb, std::string_view suffix, const std::vector<std::string>& options, const base::Path& tool)
{
  base::Path output = m_path;
  output.replace_extension(fmt::format("{}.wasm", suffix));
  begin(verb, output, options, tool).outputs.push_back({.path = output});
  m_input = {{m_next++, 0}, {}};
}

void StepWriter::may_say_once()
{
  ActionTemplate& step = m_steps.back();
  base::Path file = step.outputs.front().path;
  file += ".once";
  add_unkeyed("--once", file.native());
  step.once_file = std::move(file);
}

ModuleRef StepWriter::add_finding(std::string_view option, std::string_view suffix)
{
  ActionTemplate& step = m_steps.back();
  base::Path path = step.outputs.front().path;
  path += fmt::format(".{}", suffix);
  step.args.push_back(text_arg(std::string(option)));
  step.args.push_back(text_arg(path.native()));
  const auto output = static_cast<std::uint32_t>(step.outputs.size());
  step.outputs.push_back({.path = std::move(path)});
  return {{m_next - 1, output}, {}};
}

void StepWriter::add_unkeyed(const std::string& option, const std::string& value)
{
  m_steps.back().unkeyed_args.insert(m_steps.back().unkeyed_args.end(), {option, value});
}

void StepWriter::add_side_file(std::string_view option, std::string_view url_option, const std::string& name)
{
  ActionTemplate& step = m_steps.back();
  base::Path path = step.outputs.front().path;
  path += base::Path(name).extension() == ".map" ? ".map" : ".debug";
  // Bindings lie two directories below the other artifacts.
  const std::string url = (m_bindings ? "../../" : "") + name;
  for (const std::string& word : {std::string(option), path.native(), std::string(url_option), url}) {
    step.args.push_back(text_arg(word));
  }
  step.uplifted.emplace_back(static_cast<std::uint32_t>(step.outputs.size()), user_path().parent_path() / name);
  step.outputs.push_back({.path = path, .optional = true, .user_visible = true});
}

void StepWriter::add_bindings(const std::vector<std::string>& options, const base::Path& tool, bool is_last)
{
  base::Path directory = m_path;
  directory.replace_extension("bindings");
  if (is_last) {
    directory = bindings_place();
  }
  ActionTemplate& step = begin("bindgen", directory, options, tool);
  m_bindings = OutputRef{m_next++, k_directory_output};
  write_directory(step, directory);
  m_input = {*m_bindings, "/" + final_name()};
}

std::vector<ActionTemplate>
StepWriter::suite_bindings(const std::vector<std::string>& options, const base::Path& tool, const std::string& host)
{
  const base::Path directory = m_path.parent_path() / "suites" / host / name();
  ActionTemplate& step = begin("bindgen", directory, options, tool);
  step.identity += "/" + host;
  m_bindings = OutputRef{m_next++, k_directory_output};
  write_directory(step, directory);
  return std::move(m_steps);
}

void StepWriter::assemble_bindings()
{
  ActionTemplate& step = begin("assemble", bindings_place(), {}, {});
  add_input("--bindings", {*m_bindings, {}});
  write_directory(step, bindings_place());
  m_input = {{m_next++, k_directory_output}, "/" + final_name()};
}

void StepWriter::add_input(std::string_view option, const ModuleRef& input, std::string_view before_path)
{
  ActionTemplate& step = m_steps.back();
  step.args.push_back(text_arg(std::string(option)));
  TemplateArg argument = module_arg(input);
  if (!before_path.empty()) {
    argument.insert(argument.begin(), ArgPiece{std::string(before_path)});
  }
  step.args.push_back(std::move(argument));
  step.dependencies.push_back({input.output.action, false, {input.output.output}});
}

void StepWriter::add_file(const base::Path& file)
{
  if (!file.empty()) {
    m_steps.back().inputs.push_back({TemplateInput::Kind::file, file, {}});
  }
}

std::vector<ActionTemplate> StepWriter::finish()
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

void StepWriter::write_directory(ActionTemplate& step, const base::Path& directory)
{
  step.outputs.push_back({.path = directory / final_name()});
  step.outputs.push_back({.path = directory, .is_directory = true});
}

ActionTemplate&
StepWriter::begin(std::string_view verb, const base::Path& output, const std::vector<std::string>& options, const base::Path& tool)
{
  ActionTemplate step;
  step.kind = ActionKind::tool;
  step.label = m_link.label;
  step.label.verb.clear();
  step.label.progress_name = fmt::format("{} ({})", m_link.label.progress_name, verb);
  step.identity = fmt::format("{}/{}", m_link.identity, verb);
  step.program = m_driver;
  step.args = {text_arg("module"), text_arg(std::string(verb)), module_arg(m_input), text_arg("-o"), text_arg(output.native())};
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
  step.dependencies.push_back({m_input.output.action, false, {m_input.output.output}});
  m_steps.push_back(std::move(step));
  return m_steps.back();
}

} // namespace cargo_wasm::plan
