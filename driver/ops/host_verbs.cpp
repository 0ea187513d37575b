// `host list` and `host show NAME`: what the profiles say.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/host/profiles.hpp>
#include <cargo_wasm/ops/verbs.hpp>

#include "host_choice.hpp"

namespace cargo_wasm::ops {

namespace {

using nlohmann::ordered_json;

constexpr std::array<host::LimitKind, 5> k_limit_kinds{host::LimitKind::module_bytes,
                                                       host::LimitKind::memory_pages,
                                                       host::LimitKind::table_elements,
                                                       host::LimitKind::functions,
                                                       host::LimitKind::imports};

std::vector<std::string> feature_names(const host::Profile& profile)
{
  std::vector<std::string> names;
  const wasm::FeatureSet set = host::common_features(profile);
  for (std::size_t i = 1; i < wasm::k_features; ++i) {
    if (const auto feature = static_cast<wasm::Feature>(i); set.contains(feature)) {
      names.emplace_back(wasm::name_of(feature));
    }
  }
  return names;
}

bool knows_features(const host::Profile& profile)
{
  const auto parts = host::parts_of(profile);
  return std::ranges::any_of(parts, [](const host::Profile* part) { return part->features.has_value(); });
}

std::string taken(const host::Profile& profile)
{
  const host::Profile& part = *host::parts_of(profile).front();
  return part.takes_modules ? part.takes_components ? "modules and components" : "modules" : "components";
}

std::string imports_line(const host::ImportRule& rule)
{
  std::string text = base::join(rule.modules, ", ");
  if (rule.versions) {
    text += fmt::format(" ({})", spec::to_string(*rule.versions));
  }
  const std::size_t count = rule.functions.size() + rule.fields.size();
  return text + (count == 0 ? std::string(": everything") : fmt::format(": {} {}", count, count == 1 ? "name" : "names"));
}

ordered_json profile_json(const host::Profile& profile)
{
  ordered_json json{
      {"id", profile.id}, {"name", profile.name}, {"file", profile.file.empty() ? ordered_json() : ordered_json(profile.file.native())}};
  json["version"] = profile.version ? ordered_json(profile.version->text) : ordered_json();
  ordered_json every = ordered_json::array();
  for (const host::Profile& part : profile.every) {
    every.push_back(part.id);
  }
  json["every"] = std::move(every);
  const host::Profile& part = *host::parts_of(profile).front();
  json["accepts"] = {{"modules", part.takes_modules}, {"components", part.takes_components}};
  json["shared-memory"] = part.has_shared_memory;
  json["features"] = knows_features(profile) ? ordered_json(feature_names(profile)) : ordered_json();
  ordered_json imports = ordered_json::array();
  for (const host::ImportRule& rule : profile.imports) {
    imports.push_back({{"modules", rule.modules},
                       {"versions", rule.versions ? ordered_json(spec::to_string(*rule.versions)) : ordered_json()},
                       {"fields", rule.fields},
                       {"functions", rule.functions}});
  }
  json["imports"] = std::move(imports);
  ordered_json limits = ordered_json::object();
  for (const host::LimitKind kind : k_limit_kinds) {
    if (const auto limit = host::limit_of(profile, kind)) {
      limits[std::string(host::name_of(kind))] = *limit;
    }
  }
  json["limits"] = std::move(limits);
  json["program-target"] = profile.program_target;
  json["library-target"] = profile.library_target;
  json["test-target"] = profile.test_target.empty() ? profile.program_target : profile.test_target;
  json["target-features"] = profile.target_features;
  json["build-std"] = profile.builds_std;
  json["headers"] = profile.headers;
  json["evidence"] = profile.evidence;
  return json;
}

std::string profile_text(const host::Profile& profile)
{
  std::string text = fmt::format("{}: {}\n", profile.id, host::shown_name(profile));
  const auto line = [&](std::string_view label, std::string_view value) { text += fmt::format("  {:<16}{}\n", label, value); };
  line("from", profile.file.empty() ? "cargo-wasm" : profile.file.native());
  for (const host::Profile& part : profile.every) {
    line("stands for", host::shown_name(part));
  }
  line("takes", taken(profile));
  line("shared memory", host::parts_of(profile).front()->has_shared_memory ? "yes" : "no");
  line("features", knows_features(profile) ? base::join(feature_names(profile), ", ") : "not known");
  for (const host::ImportRule& rule : profile.imports) {
    line("provides", imports_line(rule));
  }
  for (const host::OwnImportRule& rule : profile.own_imports) {
    line("the project may",
         fmt::format(
             "provide {}{}{}", base::join(rule.modules, ", "), rule.except.empty() ? "" : " but not ", base::join(rule.except, ", ")));
  }
  for (const host::ExportRule& rule : profile.exports) {
    line("looks for",
         fmt::format("{} {}", rule.need == host::Need::at_most_one ? "at most one of" : "one of", base::join(rule.names, ", ")));
  }
  for (const host::LimitKind kind : k_limit_kinds) {
    if (const auto limit = host::limit_of(profile, kind)) {
      line("limit", fmt::format("{} {}", host::name_of(kind), *limit));
    }
  }
  if (!profile.program_target.empty() || !profile.library_target.empty()) {
    line("built for",
         profile.program_target == profile.library_target || profile.program_target.empty()
             ? profile.library_target
             : fmt::format("{} (programs), {} (libraries)", profile.program_target, profile.library_target));
  }
  if (!profile.test_target.empty()) {
    line("tested for", profile.test_target);
  }
  if (!profile.target_features.empty()) {
    line("compiled with", base::join(profile.target_features, ", ") + (profile.builds_std ? ", std, too" : ""));
  }
  for (const auto& [name, value] : profile.headers) {
    line("needs header", fmt::format("{}: {}", name, value));
  }
  for (const std::string& evidence : profile.evidence) {
    line("evidence", evidence);
  }
  return text;
}

} // namespace

Result<> host_list(const Env& env, bool json)
{
  CW_TRY_ASSIGN(const host::ProfilePlaces places, host_places(env, env.cwd));
  CW_TRY_ASSIGN(const auto profiles, host::all_profiles(env.fs, places));
  if (json) {
    ordered_json list = ordered_json::array();
    for (const host::Profile& profile : profiles) {
      list.push_back(profile_json(profile));
    }
    env.reporter.result(ordered_json{{"version", 1}, {"hosts", std::move(list)}}.dump(1) + "\n");
    return {};
  }
  std::string text;
  for (const host::Profile& profile : profiles) {
    text += fmt::format(
        "{:<18}{}{}\n", profile.id, host::shown_name(profile), profile.file.empty() ? "" : fmt::format(" ({})", profile.file.native()));
  }
  env.reporter.result(text);
  return {};
}

Result<> host_show(const Env& env, const std::string& name, bool json)
{
  CW_TRY_ASSIGN(const host::ProfilePlaces places, host_places(env, env.cwd));
  CW_TRY_ASSIGN(const host::Profile profile, host::find_profile(env.fs, places, name));
  env.reporter.result(json ? profile_json(profile).dump(1) + "\n" : profile_text(profile));
  return {};
}

} // namespace cargo_wasm::ops
