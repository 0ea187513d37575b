#include <algorithm>
#include <array>
#include <set>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/observed.hpp>
#include <cargo_wasm/shim/shim.hpp>

#include "freshness.hpp"

namespace cargo_wasm::exec {
namespace {

using Words = std::vector<std::string>;

/// Elements of `a` beyond those in `b`, in order.
Words minus(const Words& a, const Words& b)
{
  std::multiset<std::string> rest(b.begin(), b.end());
  Words out;
  for (const std::string& word : a) {
    if (const auto found = rest.find(word); found != rest.end()) {
      rest.erase(found);
    } else {
      out.push_back(word);
    }
  }
  return out;
}

Words features_in(const Words& arguments)
{
  Words features;
  for (const std::string& word : arguments) {
    if (word.starts_with("feature=\"") && word.ends_with('"')) {
      features.push_back(word.substr(9, word.size() - 10));
    }
  }
  return features;
}

bool is_profile_setting(const std::string& word)
{
  static constexpr std::array k_settings = {"opt-level=",
                                            "debuginfo=",
                                            "lto",
                                            "panic=",
                                            "codegen-units=",
                                            "strip=",
                                            "debug-assertions=",
                                            "overflow-checks=",
                                            "embed-bitcode=",
                                            "linker-plugin-lto",
                                            "split-debuginfo=",
                                            "incremental=",
                                            "rpath"};
  return word == "-C" || std::any_of(k_settings.begin(), k_settings.end(), [&](const char* setting) { return word.starts_with(setting); });
}

bool has_script_arguments(const plan::ActionTemplate& tmpl)
{
  for (const plan::TemplateArg& argument : tmpl.args) {
    for (const plan::ArgPiece& piece : argument) {
      if (std::holds_alternative<plan::ScriptArgs>(piece.value)) {
        return true;
      }
    }
  }
  return false;
}

/// What follows -L, -l, --cfg, --check-cfg or is a link argument may come from the build script.
bool is_from_script(const Words& all, const std::string& word)
{
  if (word.starts_with("link-arg=") || word == "-L" || word == "-l" || word == "--cfg" || word == "--check-cfg" || word == "-C") {
    return true;
  }
  const auto found = std::find(all.begin(), all.end(), word);
  return found != all.begin() && found != all.end() &&
         (*(found - 1) == "-L" || *(found - 1) == "-l" || *(found - 1) == "--cfg" || *(found - 1) == "--check-cfg");
}

std::optional<DirtyReason> argument_difference(const Record& record, const plan::ActionTemplate& tmpl, const action::Command& now)
{
  if (record.arguments == now.arguments) {
    return std::nullopt;
  }
  if (record.arguments.empty() || record.arguments[0] != now.arguments[0]) {
    return DirtyReason{DirtyKind::program_changed, {}, record.arguments.empty() ? "" : record.arguments[0], now.arguments[0]};
  }
  const Words old_features = features_in(record.arguments);
  const Words new_features = features_in(now.arguments);
  if (old_features != new_features) {
    return DirtyReason{DirtyKind::features_changed, {}, base::join(old_features, ","), base::join(new_features, ",")};
  }
  const Words removed = minus(record.arguments, now.arguments);
  const Words added = minus(now.arguments, record.arguments);
  DirtyReason reason{DirtyKind::arguments_changed, {}, base::join(removed, " "), base::join(added, " ")};
  const auto all = [&](const auto& predicate) {
    return std::all_of(removed.begin(), removed.end(), [&](const auto& w) { return predicate(record.arguments, w); }) &&
           std::all_of(added.begin(), added.end(), [&](const auto& w) { return predicate(now.arguments, w); });
  };
  if (all([](const Words&, const std::string& word) { return is_profile_setting(word); })) {
    reason.kind = DirtyKind::profile_changed;
  } else if (has_script_arguments(tmpl) && all(is_from_script)) {
    reason.kind = DirtyKind::script_output_changed;
  }
  return reason;
}

/// Settings become arguments, which say less: not what they mean, nor who set them.
std::optional<DirtyReason> link_settings_difference(const Record& record, const action::Command& now)
{
  const auto settings = [](const std::map<std::string, std::string>& environment) {
    const auto found = environment.find(shim::k_settings_variable);
    return found == environment.end() ? Words() : shim::split_settings(found->second);
  };
  const Words was = settings(record.environment);
  const Words is = settings(now.environment);
  if (was == is) {
    return std::nullopt;
  }
  return DirtyReason{DirtyKind::link_settings_changed, {}, base::join(minus(was, is), ", "), base::join(minus(is, was), ", ")};
}

std::optional<DirtyReason> environment_difference(const Record& record, const action::Command& now)
{
  const auto value_in = [](const std::map<std::string, std::string>& map, const std::string& name) {
    const auto found = map.find(name);
    return found == map.end() ? std::string() : found->second;
  };
  std::set<std::string> names;
  for (const auto& [name, value] : record.environment) {
    names.insert(name);
  }
  for (const auto& [name, value] : now.environment) {
    names.insert(name);
  }
  for (const std::string& name : names) {
    const bool was_set = record.environment.contains(name);
    const bool is_set = now.environment.contains(name);
    const std::string was = value_in(record.environment, name);
    const std::string is = value_in(now.environment, name);
    if (was_set == is_set && was == is) {
      continue;
    }
    if (name.starts_with("CARGO_FEATURE_")) {
      return DirtyReason{
          DirtyKind::features_changed, {}, was_set ? base::to_lower(name.substr(14)) : "", is_set ? base::to_lower(name.substr(14)) : ""};
    }
    if (was.starts_with(k_hashed_value) || is.starts_with(k_hashed_value)) {
      return DirtyReason{DirtyKind::environment_changed, name, {}, {}}; // to what, no record says
    }
    return DirtyReason{DirtyKind::environment_changed, name, was, is};
  }
  return std::nullopt;
}

std::optional<DirtyReason> source_difference(const Context& context, const Record& record, const SealInput& input)
{
  const auto shown = [&](const std::string& name) { return path_to_show(context, context.places.path_of(name)); };
  std::map<std::string, const RecordedFile*> before;
  for (const RecordedFile& file : record.sources) {
    before.emplace(file.name, &file);
  }
  for (const SealedFile& file : input.sources) {
    const auto found = before.find(file.name);
    if (found == before.end()) {
      return DirtyReason{DirtyKind::source_added, shown(file.name), {}, {}};
    }
    const KnownFile& was = found->second->known;
    if (file.digest != was.digest || file.executable != was.executable) {
      const bool is_absent = file.digest == absent_file().digest;
      return DirtyReason{is_absent ? DirtyKind::source_missing : DirtyKind::source_changed, shown(file.name), {}, {}};
    }
    before.erase(found);
  }
  if (!before.empty()) {
    return DirtyReason{DirtyKind::source_missing, shown(before.begin()->first), {}, {}};
  }
  return std::nullopt;
}

DirtyReason dependency_difference(const Context& context, const Record& record, const plan::ActionTemplate& tmpl, const SealInput& input)
{
  std::map<std::string, base::Digest> before(record.dependencies.begin(), record.dependencies.end());
  std::string changed;
  for (const auto& [name, digest] : input.dependencies) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != digest) {
      changed = name;
      break;
    }
    before.erase(found);
  }
  if (changed.empty()) {
    changed = before.empty() ? "" : before.begin()->first;
  }
  std::string subject = changed;
  const std::string path = context.places.path_of(changed);
  for (const plan::ActionTemplate& action : context.graph.actions) {
    for (const plan::TemplateOutput& output : action.outputs) {
      if (output.path == path) {
        subject = action.label.package_display;
      }
    }
  }
  if (tmpl.program_ref && context.graph.actions[tmpl.program_ref->action].outputs[tmpl.program_ref->output].path == path) {
    return DirtyReason{DirtyKind::program_changed, subject, {}, {}};
  }
  return DirtyReason{DirtyKind::dependency_changed, subject, {}, {}};
}

} // namespace

DirtyReason explain_difference(
    const Context& context, const Record& record, const plan::ActionTemplate& tmpl, const action::Command& now, const SealInput& input)
{
  const auto platform_value = [](const std::map<std::string, std::string>& platform, const char* name) {
    const auto found = platform.find(name);
    return found == platform.end() ? std::string() : found->second;
  };
  if (platform_value(record.platform, "toolchain") != platform_value(now.platform, "toolchain")) {
    return {DirtyKind::toolchain_changed,
            {},
            platform_value(record.platform, "toolchain").substr(0, 16),
            platform_value(now.platform, "toolchain").substr(0, 16)};
  }
  if (platform_value(record.platform, "package") != platform_value(now.platform, "package")) {
    return {DirtyKind::package_changed, {}, platform_value(record.platform, "package"), platform_value(now.platform, "package")};
  }
  if (auto reason = link_settings_difference(record, now)) {
    return *reason;
  }
  if (auto reason = argument_difference(record, tmpl, now)) {
    return *reason;
  }
  if (record.working_directory != now.working_directory) {
    return {DirtyKind::working_directory_changed, {}, record.working_directory, now.working_directory};
  }
  if (auto reason = environment_difference(record, now)) {
    return *reason;
  }
  if (auto reason = source_difference(context, record, input)) {
    return *reason;
  }
  for (const auto& [name, value] : now.platform) {
    if (name.starts_with("file:") && platform_value(record.platform, name.c_str()) != value) {
      return {DirtyKind::source_changed, name.substr(5), {}, {}};
    }
  }
  if (platform_value(record.platform, k_named_by_scripts) != platform_value(now.platform, k_named_by_scripts)) {
    return {DirtyKind::script_output_changed, {}, {}, {}};
  }
  return dependency_difference(context, record, tmpl, input);
}

} // namespace cargo_wasm::exec
