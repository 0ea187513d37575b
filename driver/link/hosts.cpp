#include <cargo_wasm/link/hosts.hpp>

#include <algorithm>

namespace cargo_wasm::link {

std::vector<std::string> hosts_of(const std::vector<host::Profile>& hosts, const LedgerEntry& entry)
{
  if (entry.is_allowed) {
    return {"the host of this project"};
  }
  std::vector<std::string> names;
  for (const host::Profile& profile : hosts) {
    const auto provides_entry = [&](const host::ImportRule& rule) {
      return !rule.is_inherited && host::provides(rule, entry.module, entry.field, wasm::ExternalKind::func);
    };
    if (std::ranges::any_of(profile.imports, provides_entry)) {
      names.push_back(profile.name);
    }
  }
  return names;
}

} // namespace cargo_wasm::link
