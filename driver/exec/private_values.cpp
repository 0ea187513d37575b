#include "private_values.hpp"

#include <algorithm>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "byte_search.hpp"
#include "dotenv.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

std::vector<std::string_view> values_to_look_for(const Env& env, const plan::ActionTemplate& tmpl, const ExpandedCommand& command)
{
  std::vector<std::string_view> values;
  for (const auto& [name, value] : env.vars) {
    const bool counts = sounds_secret(name) || (tmpl.kind == plan::ActionKind::run_build_script && is_not_known_harmless(name));
    if (counts && value.size() >= k_shortest_secret && !command.environment.contains(name) && !base::is_secret_variable(name)) {
      values.push_back(value);
    }
  }
  for (const auto& [name, value] : command.environment) {
    const bool counts = sounds_secret(name) || tmpl.kind == plan::ActionKind::run_build_script;
    if (counts && value.size() >= k_shortest_secret && is_private_variable(tmpl, command, name)) {
      values.push_back(value);
    }
  }
  return values;
}

bool contains_one_of(std::string_view bytes, const std::vector<std::string_view>& values)
{
  return std::ranges::any_of(values, [&](std::string_view value) { return occurs_in(value, bytes); });
}

} // namespace

bool is_of_every_session(std::string_view name)
{
  constexpr std::string_view k_names[] = {
      "CARGO", "HOME", "HOSTTYPE", "LANG", "LANGUAGE", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER"};
  constexpr std::string_view k_prefixes[] = {"CARGO_", "LC_", "RUST", "XDG_"};
  return std::ranges::find(k_names, name) != std::end(k_names) ||
         std::ranges::any_of(k_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

bool is_not_known_harmless(std::string_view name)
{
  return !is_shareable_variable(name) && !is_of_every_session(name);
}

bool is_configured_secret(const plan::ActionTemplate& tmpl, std::string_view name)
{
  constexpr std::string_view k_of_packages[] = {"CARGO_BIN_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "CARGO_WASM_"};
  constexpr std::string_view k_of_this_program[] = {"LD_LIBRARY_PATH", "OUT_DIR"};
  const auto found = tmpl.env.find(std::string(name));
  if (found == tmpl.env.end() || std::ranges::any_of(k_of_packages, [&](std::string_view prefix) { return name.starts_with(prefix); })) {
    return false;
  }
  return sounds_secret(name) || (is_not_known_harmless(name) && found->second.size() >= k_shortest_secret &&
                                 std::ranges::find(k_of_this_program, name) == std::end(k_of_this_program));
}

bool is_private_variable(const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const std::string& name)
{
  if (tmpl.env.contains(name)) {
    return is_configured_secret(tmpl, name);
  }
  const auto found = command.environment.find(name);
  return found != command.environment.end() && found->second.size() >= k_shortest_secret && sounds_secret(name);
}

std::set<std::string> private_variables(const plan::ActionTemplate& tmpl, const ExpandedCommand& command)
{
  std::set<std::string> names;
  for (const auto& [name, value] : command.environment) {
    if (is_private_variable(tmpl, command, name)) {
      names.insert(name);
    }
  }
  return names;
}

bool hands_on_secret(std::string_view stdout_text)
{
  return std::ranges::any_of(base::split(stdout_text, '\n'), [](std::string_view line) {
    if (!line.starts_with("cargo:")) {
      return false;
    }
    line.remove_prefix(line.starts_with("cargo::") ? 7 : 6);
    for (const std::string_view directive : {"rustc-env=", "metadata="}) {
      if (line.starts_with(directive)) {
        line.remove_prefix(directive.size());
        break;
      }
    }
    const std::size_t equals = line.find('=');
    return equals != std::string_view::npos && line.size() - equals > k_shortest_secret && sounds_secret(line.substr(0, equals));
  });
}

Result<bool> has_private_values(
    const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const Record& record, const SharedKey* key)
{
  const auto is_dotenv = [](const RecordedFile& file) { return is_dotenv_file(file.name) && file.known != absent_file(); };
  if (std::ranges::any_of(record.sources, is_dotenv)) {
    return true;
  }
  for (const auto& [name, value] : record.observed) {
    if (value && (value->starts_with(k_hashed_value) || is_private_variable(tmpl, command, name))) {
      return true;
    }
  }
  if (tmpl.kind == plan::ActionKind::run_build_script && hands_on_secret(record.stdout_text)) {
    return true;
  }
  CW_TRY_ASSIGN(const std::vector<std::string> written_down, private_values_of_dotenv_files(context, tmpl, key));
  std::vector<std::string_view> values = values_to_look_for(context.env, tmpl, command);
  values.insert(values.end(), written_down.begin(), written_down.end());
  if (values.empty()) {
    return false;
  }
  const auto is_in_file = [&](const std::string& name) -> Result<bool> {
    CW_TRY_ASSIGN(const auto file, context.env.fs.map(context.places.path_of(name)));
    return contains_one_of(file.bytes(), values);
  };
  bool found = contains_one_of(record.stdout_text, values) || contains_one_of(record.stderr_text, values);
  for (const RecordedOutput& output : record.outputs) {
    if (!output.is_directory && !found) {
      CW_TRY_ASSIGN(found, is_in_file(output.name));
    }
    for (auto file = output.files.begin(); file != output.files.end() && !found; ++file) {
      CW_TRY_ASSIGN(found, is_in_file(file->name));
    }
  }
  return found;
}

} // namespace cargo_wasm::exec
