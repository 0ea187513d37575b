#include <cargo_wasm/host/profile.hpp>

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "patterns.hpp"

namespace cargo_wasm::host {

namespace {

constexpr std::array<std::string_view, 5> k_limit_names{"module-bytes", "memory-pages", "table-elements", "functions", "imports"};

} // namespace

std::optional<HostVersion> parse_host_version(std::string_view text)
{
  HostVersion version;
  version.text = text;
  for (const std::string_view part : base::split(text, '.')) {
    std::uint32_t number = 0;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.empty() || code != std::errc() || end != part.data() + part.size()) {
      return std::nullopt;
    }
    version.numbers.push_back(number);
  }
  while (!version.numbers.empty() && version.numbers.back() == 0) {
    version.numbers.pop_back();
  }
  return version;
}

std::string_view name_of(LimitKind kind)
{
  return k_limit_names[static_cast<std::size_t>(kind)];
}

std::optional<LimitKind> limit_named(std::string_view name)
{
  const auto found = std::ranges::find(k_limit_names, name);
  return found == k_limit_names.end() ? std::nullopt : std::optional(static_cast<LimitKind>(found - k_limit_names.begin()));
}

std::vector<const Profile*> parts_of(const Profile& profile)
{
  std::vector<const Profile*> parts;
  if (profile.every.empty()) {
    parts.push_back(&profile);
  }
  for (const Profile& part : profile.every) {
    const auto below = parts_of(part);
    parts.insert(parts.end(), below.begin(), below.end());
  }
  return parts;
}

std::string shown_name(const Profile& profile)
{
  return profile.version ? fmt::format("{} {}", profile.name, profile.version->text) : profile.name;
}

wasm::FeatureSet features_of(const Profile& profile)
{
  if (!profile.features) {
    return wasm::FeatureSet::all();
  }
  wasm::FeatureSet set;
  for (const auto& [feature, support] : *profile.features) {
    if (support.is_on && (!support.since || !profile.version || *profile.version >= *support.since)) {
      set.insert(feature);
    }
  }
  return wasm::with_parts(set);
}

wasm::FeatureSet common_features(const Profile& profile)
{
  wasm::FeatureSet set = wasm::FeatureSet::all();
  for (const Profile* const part : parts_of(profile)) {
    set = set.without(wasm::FeatureSet::all().without(features_of(*part)));
  }
  return set;
}

std::optional<std::uint64_t> limit_of(const Profile& profile, LimitKind kind)
{
  std::optional<std::uint64_t> least;
  for (const Profile* const part : parts_of(profile)) {
    if (const auto limit = part->limits.find(kind); limit != part->limits.end() && (!least || limit->second < *least)) {
      least = limit->second;
    }
  }
  return least;
}

InterfaceName split_interface(std::string_view module)
{
  const std::size_t at = module.rfind('@');
  if (at == std::string_view::npos) {
    return {module, std::nullopt};
  }
  auto version = spec::parse_version(module.substr(at + 1));
  return version ? InterfaceName{module.substr(0, at), std::move(*version)} : InterfaceName{module, std::nullopt};
}

bool provides(const ImportRule& rule, std::string_view module, std::string_view field, wasm::ExternalKind kind)
{
  const InterfaceName interface = split_interface(module);
  const bool has_any_field = rule.fields.empty() && rule.functions.empty();
  return fits_version(rule, interface) && any_matches(rule.modules, interface.name) &&
         std::ranges::find(rule.kinds, kind) != rule.kinds.end() &&
         (has_any_field || rule.functions.contains(field) || any_matches(rule.fields, field));
}

} // namespace cargo_wasm::host
