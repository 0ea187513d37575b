// The same thing in several settings, told once.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include <cargo_wasm/exam/certificate.hpp>

namespace cargo_wasm::exam {

/// Values of `T` with the settings they occurred in; in the order of their first occurrence. Quadratic: there are a handful.
template <class T> struct SettingsOf
{
  T value;
  Way way = Way::rustc;
  std::vector<std::string> settings;
};

template <class T> void add_to_groups(std::vector<SettingsOf<T>>& groups, Way way, const std::string& setting, const T& value)
{
  const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.way == way && group.value == value; });
  if (same == groups.end()) {
    groups.push_back({value, way, {setting}});
  } else if (same->settings.back() != setting) {
    same->settings.push_back(setting);
  }
}

/// "dev, thin", or "every setting".
[[nodiscard]] std::string settings_text(const std::vector<std::string>& some, const std::vector<std::string>& all);
/// "rustc alone" or "cargo-wasm": who built.
[[nodiscard]] std::string_view builder_text(Way way);

} // namespace cargo_wasm::exam
