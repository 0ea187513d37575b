// Which registry a name belongs to, decided before anything is asked (dependency confusion). The documents of the federations that this
// machine knows list names that are theirs alone.
#pragma once
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/registry_client/known_registry.hpp>

namespace cargo_wasm::source {

class NameRules
{
public:
  NameRules() = default;
  explicit NameRules(std::vector<registry_client::KnownRegistry> known) : m_known(std::move(known)) {}

  /// Errors: CW1117 the name belongs to another registry than the dependency's.
  [[nodiscard]] Result<> check(const manifest::Dependency& dependency) const;
  [[nodiscard]] const std::vector<registry_client::KnownRegistry>& known() const { return m_known; }

private:
  std::vector<registry_client::KnownRegistry> m_known;
};

} // namespace cargo_wasm::source
