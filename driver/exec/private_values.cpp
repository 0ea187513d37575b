#include "private_values.hpp"

#include <algorithm>

#include <cargo_wasm/base/secret_variables.hpp>
#include <cargo_wasm/exec/observed.hpp>

#include "byte_search.hpp"
#include "shared_key.hpp"

namespace cargo_wasm::exec {
namespace {

constexpr std::size_t k_shortest_secret = 8; ///< bytes; what is shorter is in files by chance

/// Of sessions, terminals and toolchains: where somebody works, not what he knows.
bool is_of_every_session(std::string_view name)
{
  constexpr std::string_view k_names[] = {
      "CARGO", "HOME", "HOSTTYPE", "LANG", "LANGUAGE", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER"};
  constexpr std::string_view k_prefixes[] = {"CARGO_", "LC_", "RUST", "XDG_"};
  return std::ranges::find(k_names, name) != std::end(k_names) ||
         std::ranges::any_of(k_prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::vector<std::string_view> values_to_look_for(const Env& env, const plan::ActionTemplate& tmpl, const ExpandedCommand& command)
{
  std::vector<std::string_view> values;
  for (const auto& [name, value] : env.vars) {
    const bool counts = sounds_secret(name) ||
                        (tmpl.kind == plan::ActionKind::run_build_script && !is_shareable_variable(name) && !is_of_every_session(name));
    if (counts && value.size() >= k_shortest_secret && !command.environment.contains(name) && !base::is_secret_variable(name)) {
      values.push_back(value);
    }
  }
  for (const auto& [name, value] : tmpl.env) {
    if (value.size() >= k_shortest_secret && is_configured_secret(tmpl, name)) {
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

bool is_configured_secret(const plan::ActionTemplate& tmpl, std::string_view name)
{
  constexpr std::string_view k_of_packages[] = {"CARGO_BIN_", "CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_", "CARGO_WASM_"};
  return sounds_secret(name) && tmpl.env.contains(std::string(name)) &&
         std::ranges::none_of(k_of_packages, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

Result<bool>
has_private_values(const Context& context, const plan::ActionTemplate& tmpl, const ExpandedCommand& command, const Record& record)
{
  for (const auto& [name, value] : record.observed) {
    if (value && value->starts_with(k_hashed_value)) {
      return true;
    }
  }
  const std::vector<std::string_view> values = values_to_look_for(context.env, tmpl, command);
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
