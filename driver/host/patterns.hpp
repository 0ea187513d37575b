// How the rules of a host's file are compared with names.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/host/profile.hpp>

namespace cargo_wasm::host {

inline bool any_matches(const std::vector<std::string>& globs, std::string_view text)
{
  return std::ranges::any_of(globs, [&](const std::string& glob) { return base::glob_matches(glob, text); });
}

/// A rule without versions, and an interface without one, leave the question open.
inline bool fits_version(const ImportRule& rule, const InterfaceName& interface)
{
  return !rule.versions || !interface.version || rule.versions->matches(*interface.version);
}

} // namespace cargo_wasm::host
