// Packages that lie on this disk and may change from run to run: members, and what they reach over
// `path`.
#pragma once
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/resolve/package_index.hpp>

#include <unordered_map>
#include <vector>

namespace cargo_wasm::resolve {

class PathPackages
{
public:
  /// Reads the path packages outside the workspace through the index; those that cannot be read are
  /// left out.
  PathPackages(const manifest::Workspace& workspace, PackageIndex& index);

  /// nullptr for other sources and for packages that are gone.
  [[nodiscard]] SummaryPtr find(spec::SourceId source) const;
  [[nodiscard]] std::vector<spec::PackageId> ids() const;

private:
  void add_dependencies(const Summary& summary, PackageIndex& index);
  void add(const Dependency& dependency, PackageIndex& index);

  std::unordered_map<spec::SourceId, SummaryPtr> m_by_source;
  std::vector<SummaryPtr> m_in_order;
};

} // namespace cargo_wasm::resolve
