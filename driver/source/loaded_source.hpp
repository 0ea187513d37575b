// Sources whose packages are manifests on disk: path, directory (vendored) and git sources answer from a list.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "package_source.hpp"

namespace cargo_wasm::source {

class LoadedSource : public PackageSource
{
public:
  Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) override;
  Result<std::vector<std::string>> similar_names(std::string_view name) override;
  Result<> fetch(std::span<const Wanted> wanted) override;
  Result<manifest::PackagePtr> loaded_package(spec::PackageId id) override;
  [[nodiscard]] std::optional<base::Path> directory_of(spec::PackageId) const override { return std::nullopt; }
  Result<std::vector<manifest::PackagePtr>> all_packages() override;

protected:
  /// Reads the packages; called once.
  virtual Result<std::vector<manifest::PackagePtr>> load() = 0;
  /// What a message calls this source.
  [[nodiscard]] virtual std::string description() const = 0;
  Result<const std::vector<manifest::PackagePtr>*> packages();

private:
  std::optional<std::vector<manifest::PackagePtr>> m_packages;
};

} // namespace cargo_wasm::source
