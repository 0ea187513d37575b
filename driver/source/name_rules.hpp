// Which registry a name belongs to, decided before anything is asked (dependency confusion). The documents of the federations that this
// machine knows list names that are theirs alone.
#pragma once
#include <span>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/registry_client/known_registry.hpp>
#include <cargo_wasm/source/source_map.hpp>

namespace cargo_wasm::source {

class NameRules
{
public:
  NameRules() = default;
  explicit NameRules(std::vector<registry_client::KnownRegistry> known) : m_known(std::move(known)) {}

  /// Errors: CW1117 the name belongs to another registry than the dependency's.
  [[nodiscard]] Result<> check(const manifest::Dependency& dependency) const;
  /// As `SourceMap::check_member_names`.
  [[nodiscard]] Result<>
  check_members(const base::ReadOnlyFilesystem& fs, const manifest::Config& config, std::span<const PackagePtr> members) const;
  [[nodiscard]] const std::vector<registry_client::KnownRegistry>& known() const { return m_known; }

private:
  std::vector<registry_client::KnownRegistry> m_known;
};

} // namespace cargo_wasm::source
