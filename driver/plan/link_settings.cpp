#include "link_settings.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/link_settings.hpp>
#include <cargo_wasm/shim/linker_options.hpp>

#include "unit_context.hpp"

namespace cargo_wasm::plan {

namespace {

using manifest::LinkSetting;
using manifest::LinkSettings;

/// What stands in the user's rustc flags, as the linker sees it behind a compiler driver, too.
std::vector<std::string> user_arguments(const toolchain::TargetInfo& target)
{
  std::vector<std::string> arguments;
  for (const std::string& argument : toolchain::link_arguments(target.rustflags)) {
    if (!argument.starts_with("-Wl,")) {
      arguments.push_back(argument);
      continue;
    }
    for (const std::string_view part : base::split(std::string_view(argument).substr(4), ',')) {
      arguments.emplace_back(part);
    }
  }
  return arguments;
}

bool is_set(const shim::LinkerOptions& options, std::string_view setting)
{
  return (setting == "stack-size" && options.stack_size_bytes) || (setting == "initial-memory" && options.initial_memory_bytes) ||
         (setting == "max-memory" && options.max_memory_bytes) || (setting == "import-memory" && options.import_memory) ||
         (setting == "shared-memory" && options.shared_memory) || (setting == "export-table" && options.export_table);
}

/// Exports belong to the library that is made for a host; of a package without one, to its programs.
bool has_exports(const Unit& unit)
{
  if (is_any_test(unit.mode)) {
    return false;
  }
  const manifest::CrateTarget* library = unit.package->manifest->library();
  const bool makes_cdylib =
      library != nullptr && std::ranges::find(library->crate_types, manifest::CrateType::cdylib) != library->crate_types.end();
  return makes_cdylib ? unit.target->is_lib() : unit.target->is_executable();
}

std::vector<std::string> arguments_of(std::string_view name, const LinkSetting& setting)
{
  if (const std::uint64_t* bytes = setting.as_size()) {
    return {name == "stack-size" ? fmt::format("-zstack-size={}", *bytes) : fmt::format("--{}={}", name, *bytes)};
  }
  if (const bool* is_on = setting.as_switch()) {
    return *is_on ? std::vector<std::string>{fmt::format("--{}", name)} : std::vector<std::string>{};
  }
  std::vector<std::string> arguments;
  for (const std::string& symbol : *setting.as_names()) {
    arguments.push_back("--export=" + symbol);
  }
  return arguments;
}

std::string value_text(const LinkSetting& setting)
{
  if (const std::uint64_t* bytes = setting.as_size()) {
    return fmt::format("{}", *bytes);
  }
  if (const bool* is_on = setting.as_switch()) {
    return *is_on ? "true" : "false";
  }
  return base::join(*setting.as_names(), ",");
}

std::string place_of(const LinkSetting& setting)
{
  return setting.where.line == 0 ? setting.source : fmt::format("{}:{}", setting.where.file.string(), setting.where.line);
}

class SettingsCheck
{
public:
  SettingsCheck(const LinkSettings& settings, const shim::LinkerOptions& effective, const toolchain::TargetInfo& target)
      : m_settings(settings), m_effective(effective), m_target(target)
  {
  }

  [[nodiscard]] Result<> run(toolchain::WasmLinker::Kind linker) const
  {
    CW_TRY(sizes());
    CW_TRY(shared_memory());
    CW_TRY(switched_off());
    if (linker == toolchain::WasmLinker::Kind::component_ld) {
      CW_TRY(component());
    }
    return {};
  }

private:
  [[nodiscard]] const LinkSetting* find(std::string_view name) const
  {
    const auto found = m_settings.find(name);
    return found == m_settings.end() ? nullptr : &found->second;
  }

  /// At the setting of the first name that was written as one; the others may stand in RUSTFLAGS.
  [[nodiscard]] Error contradiction(std::string message, std::initializer_list<std::string_view> names) const
  {
    Error error("CW0840", std::move(message));
    for (const std::string_view name : names) {
      const LinkSetting* setting = find(name);
      if (setting != nullptr && setting->where.line != 0 && std::holds_alternative<std::monostate>(error.where)) {
        error.where = setting->where;
      } else if (setting != nullptr) {
        error.notes.push_back(fmt::format("`{}` comes from {}", name, place_of(*setting)));
      } else if (is_set(m_effective, name)) {
        error.notes.push_back(fmt::format("`{}` comes from the linker arguments in rustc's flags", name));
      }
    }
    return error;
  }

  [[nodiscard]] Result<> ordered(std::string_view smaller_name,
                                 std::optional<std::uint64_t> smaller,
                                 std::string_view larger_name,
                                 std::optional<std::uint64_t> larger) const
  {
    const bool is_ours = find(smaller_name) != nullptr || find(larger_name) != nullptr;
    if (!is_ours || !smaller || !larger || *smaller <= *larger) {
      return {};
    }
    return fail(contradiction(fmt::format("`{}` is more than `{}`: {} and {} bytes", smaller_name, larger_name, *smaller, *larger),
                              {smaller_name, larger_name})
                    .help(fmt::format("make `{}` {} bytes or more", larger_name, *smaller)));
  }

  [[nodiscard]] Result<> sizes() const
  {
    CW_TRY(ordered("initial-memory", m_effective.initial_memory_bytes, "max-memory", m_effective.max_memory_bytes));
    CW_TRY(ordered("stack-size", m_effective.stack_size_bytes, "initial-memory", m_effective.initial_memory_bytes));
    return ordered("stack-size", m_effective.stack_size_bytes, "max-memory", m_effective.max_memory_bytes);
  }

  [[nodiscard]] Result<> shared_memory() const
  {
    const LinkSetting* shared = find("shared-memory");
    if (shared == nullptr || !*shared->as_switch()) {
      return {};
    }
    if (!has_atomics()) {
      return fail(at_setting(Error("CW0841", fmt::format("`shared-memory` cannot be had for `{}`", m_target.triple)), *shared)
                      .note("the standard library of this target is compiled without atomics, which shared memory needs")
                      .help("build for `wasm32-wasip1-threads`"));
    }
    if (!m_effective.max_memory_bytes && !m_target.triple.ends_with("-threads")) {
      return fail(contradiction("`shared-memory` needs `max-memory`", {"shared-memory"})
                      .note("a memory that threads share cannot grow beyond a size that is known from the start")
                      .help("set `max-memory = \"1 GiB\"`, or what the program may use"));
    }
    return {};
  }

  /// rustc's cfg has unstable features on nightly compilers only.
  [[nodiscard]] bool has_atomics() const
  {
    const std::vector<std::string> features = m_target.cfg_values("target_feature");
    const auto is_switched_on = [](const std::string& option) {
      return option.starts_with("target-feature=") && option.find("+atomics") != std::string::npos;
    };
    return std::ranges::find(features, "atomics") != features.end() ||
           std::ranges::any_of(toolchain::codegen_options(m_target.rustflags), is_switched_on);
  }

  /// The linker has no opposites of its switches.
  [[nodiscard]] Result<> switched_off() const
  {
    for (const std::string_view name : {"import-memory", "shared-memory", "export-table"}) {
      const LinkSetting* setting = find(name);
      if (setting == nullptr || *setting->as_switch()) {
        continue;
      }
      if (is_set(m_effective, name)) {
        return fail(contradiction(fmt::format("`{}` is switched off, and `--{}` is among the linker's arguments", name, name), {name})
                        .help(fmt::format("take `-C link-arg=--{}` out of rustc's flags", name)));
      }
      if (m_target.triple.ends_with("-threads") && name != "export-table") {
        return fail(at_setting(Error("CW0841", fmt::format("`{}` cannot be switched off for `{}`", name, m_target.triple)), *setting)
                        .note("threads share a memory that their host makes and each of them imports")
                        .help("build for `wasm32-wasip1`"));
      }
    }
    return {};
  }

  /// A component has its own memory and table, and exports what its world says.
  [[nodiscard]] Result<> component() const
  {
    for (const std::string_view name : {"import-memory", "shared-memory", "export-table", "exports"}) {
      const LinkSetting* setting = find(name);
      const bool is_off = setting == nullptr || (setting->as_switch() != nullptr && !*setting->as_switch());
      if (!is_off) {
        return fail(
            at_setting(Error("CW0841", fmt::format("`{}` cannot be had for `{}`", name, m_target.triple)), *setting)
                .note("its programs are components, which export what their WIT world says, and keep memory and table to themselves")
                .help("build for `wasm32-wasip1`, whose programs are plain modules"));
      }
    }
    return {};
  }

  const LinkSettings& m_settings;
  const shim::LinkerOptions& m_effective;
  const toolchain::TargetInfo& m_target;
};

Error against_defect(std::string_view name, const LinkSetting& setting, const DefectArgument& needed)
{
  return at_setting(Error("CW0842", fmt::format("`{}` is switched off, which this compiler cannot do without harm", name)), setting)
      .note(fmt::format("the known defect `{}` is made harmless by `{}`", needed.defect, needed.argument))
      .help("take the setting out, or use a compiler without the defect: docs/reference/toolchain-defects.md")
      .help(fmt::format("`--ignore-defect {}` builds nevertheless", needed.defect));
}

} // namespace

Result<EffectiveLinkSettings>
effective_link_settings(const base::Env& env, const ActionContext& context, UnitIndex index, toolchain::WasmLinker::Kind linker)
{
  const Unit& unit = context.unit(index);
  const toolchain::TargetInfo& target = context.input.platforms.info(unit.kind);
  CW_TRY_ASSIGN(
      LinkSettings settings,
      manifest::read_link_settings(env.fs, *unit.package->manifest, *context.input.workspace.root_manifest, context.input.config));
  if (!has_exports(unit)) {
    settings.erase("exports");
  }
  EffectiveLinkSettings result;
  if (context.request.strict_cargo) {
    for (const auto& [name, setting] : settings) {
      env.reporter.warning(at_setting(Error("CW0843", fmt::format("the link setting `{}` is not applied", name)), setting)
                               .note("cargo does not know it, and --strict-cargo builds as cargo does"));
    }
    return result;
  }
  const std::vector<std::string> given = user_arguments(target);
  const shim::LinkerOptions flags = shim::read_linker_options(given);
  std::erase_if(settings, [&](const auto& entry) {
    const bool* is_on = entry.second.as_switch();
    const bool is_off = is_on != nullptr && !*is_on;
    return entry.second.origin != LinkSetting::Origin::command_line && !is_off && is_set(flags, entry.first);
  });
  for (const auto& [name, setting] : settings) {
    for (std::string& argument : arguments_of(name, setting)) {
      result.link_args.push_back(std::move(argument));
    }
    result.described.push_back(fmt::format("{}={} ({})", name, value_text(setting), to_string(setting.origin)));
  }
  std::vector<std::string> all = given;
  all.insert(all.end(), result.link_args.begin(), result.link_args.end());
  CW_TRY(SettingsCheck(settings, shim::read_linker_options(all), target).run(linker));

  if (const auto needed = context.defects.link_args.find(unit.kind); needed != context.defects.link_args.end()) {
    const std::vector<std::string> explicit_arguments = result.link_args;
    for (const DefectArgument& defect : needed->second) {
      const std::string_view name = std::string_view(defect.argument).substr(defect.argument.find_first_not_of('-'));
      if (const auto setting = settings.find(name);
          setting != settings.end() && setting->second.as_switch() != nullptr && !*setting->second.as_switch()) {
        return fail(against_defect(name, setting->second, defect));
      }
      if (!is_given(explicit_arguments, defect.argument)) {
        result.link_args.push_back(defect.argument);
        result.described.push_back(fmt::format("{} (defect {})", name, defect.defect));
      }
    }
  }
  return result;
}

} // namespace cargo_wasm::plan
