#include "locked_imports.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/host/profile.hpp>

namespace cargo_wasm::link {

namespace {

/// The entry that tells whose interface it is: of the same name, and of the same version where there is one.
const LedgerEntry* entry_of_interface(const Ledger& ledger, const std::string& interface)
{
  const LedgerEntry* found = nullptr;
  for (const LedgerEntry& entry : ledger.imports) {
    if (entry.module == interface) {
      return &entry;
    }
    if (found == nullptr && is_in_range(module_range(interface), entry.module)) {
      found = &entry;
    }
  }
  return found;
}

} // namespace

std::string module_range(std::string_view module)
{
  const auto [name, version] = host::split_interface(module);
  if (!version) {
    return std::string(module);
  }
  if (!version->pre.empty() || (version->major == 0 && version->minor == 0)) {
    return fmt::format("{}@={}", name, spec::to_string(*version));
  }
  return version->major > 0 ? fmt::format("{}@^{}", name, version->major) : fmt::format("{}@^0.{}", name, version->minor);
}

bool is_in_range(std::string_view range, std::string_view module)
{
  if (range == module) {
    return true;
  }
  const auto [name, version] = host::split_interface(module);
  const std::size_t at = range.rfind('@');
  if (!version || at == std::string_view::npos || range.substr(0, at) != name) {
    return false;
  }
  const auto requirement = spec::parse_version_req(range.substr(at + 1));
  return requirement && requirement->matches(*version);
}

LinkedArtifact key_of(const LinkedArtifact& artifact)
{
  LinkedArtifact key = artifact;
  key.version.clear();
  return key;
}

std::vector<PresentImport> present_imports(const Ledger& ledger)
{
  std::vector<PresentImport> present;
  if (ledger.is_component) {
    for (const std::string& interface : ledger.interfaces) {
      const LedgerEntry* const entry = entry_of_interface(ledger, interface);
      const bool is_interface = interface.find(':') != std::string::npos;
      const std::string crate(entry == nullptr ? k_toolchain_crate : std::string_view(entry->package));
      present.push_back({{interface, {}, is_interface ? "interface" : "function", crate}, entry});
    }
  } else {
    for (const LedgerEntry& entry : ledger.imports) {
      present.push_back({{entry.module, entry.field, shown_type(entry), entry.package}, &entry});
    }
  }
  std::ranges::stable_sort(present, {}, &PresentImport::import);
  const auto equal = [](const PresentImport& a, const PresentImport& b) { return a.import == b.import; };
  present.erase(std::unique(present.begin(), present.end(), equal), present.end());
  return present;
}

} // namespace cargo_wasm::link
