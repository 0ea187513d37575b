// A local registry: a directory with `index/` in the layout of a registry's index and the `.crate` files beside it.
#pragma once
#include <map>

#include "crate_store.hpp"
#include "package_source.hpp"
#include <cargo_wasm/source/yanked_check.hpp>
#include "index_file.hpp"

namespace cargo_wasm::source {

class LocalRegistry final : public PackageSource
{
public:
  LocalRegistry(Session& session, spec::SourceId shown, spec::SourceId actual);

  Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) override;
  Result<manifest::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override;
  Result<std::vector<std::string>> similar_names(std::string_view name) override;
  Result<> fetch(std::span<const Wanted> wanted) override;
  Result<manifest::PackagePtr> loaded_package(spec::PackageId) override { return nullptr; }
  [[nodiscard]] std::optional<base::Path> directory_of(spec::PackageId id) const override { return m_store.directory_of(id); }
  [[nodiscard]] std::optional<base::Path> archive_of(spec::PackageId id) const override { return m_store.archive_of(id); }

private:
  Result<IndexFile*> file_of(std::string_view name);

  Session& m_session;
  spec::SourceId m_shown;
  base::Path m_root;
  SummaryReader m_reader;
  CrateStore m_store;
  YankedCheck m_yanked;
  std::map<std::string, std::optional<IndexFile>, std::less<>> m_files;
};

} // namespace cargo_wasm::source
