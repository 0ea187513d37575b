// A registry whose index is a git repository. cargo's clone of it, `registry/index/<name>/.git`, is shared; index files are read
// from its objects, and nothing is checked out. As with cargo, the repository is fetched at most once a command: when a
// dependency is not locked, or when the clone does not know a locked version.
#pragma once
#include <map>

#include "crate_store.hpp"
#include "git_fetch.hpp"
#include "index_file.hpp"
#include "package_source.hpp"
#include <cargo_wasm/source/yanked_check.hpp>

namespace cargo_wasm::source {

class GitRegistry final : public PackageSource
{
public:
  /// `shown`: the id that packages carry; `actual`: the registry that is read, after replacement.
  GitRegistry(Session& session, spec::SourceId shown, spec::SourceId actual);

  Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) override;
  Result<manifest::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override;
  Result<std::vector<std::string>> similar_names(std::string_view name) override;
  Result<> fetch(std::span<const Wanted> wanted) override;
  Result<manifest::PackagePtr> loaded_package(spec::PackageId) override { return nullptr; }
  [[nodiscard]] std::optional<base::Path> directory_of(spec::PackageId id) const override { return m_store.directory_of(id); }
  [[nodiscard]] std::optional<base::Path> archive_of(spec::PackageId id) const override { return m_store.archive_of(id); }
  void request_update() override { m_wants_update = true; }

private:
  /// Fetches unless that was done, or the network may not be used.
  Result<> update();
  Result<> download(std::span<const Wanted> wanted);
  /// A file of the index; before it is missing for good the repository is fetched.
  Result<std::optional<std::string>> read(const std::string& path);
  Result<std::optional<std::string>> read_here(const std::string& path);
  /// nullptr: the index has no such crate.
  Result<IndexFile*> file_of(std::string_view name);
  Result<std::vector<resolve::Candidate>> select(const manifest::Dependency& dependency, Match match);

  Session& m_session;
  spec::SourceId m_shown, m_actual;
  base::Path m_clone;
  SummaryReader m_reader;
  CrateStore m_store;
  YankedCheck m_yanked;
  std::map<std::string, std::optional<IndexFile>> m_files; ///< by lower case name
  std::optional<std::string> m_head;                       ///< the commit that is read
  bool m_wants_update = false, m_updated = false;
};

} // namespace cargo_wasm::source
