// A sparse registry as a source of packages: candidates from its index, archives into cargo's cache, trees into cargo's `src`.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

#include "crate_store.hpp"
#include "package_source.hpp"
#include "remote_index.hpp"
#include <cargo_wasm/source/yanked_check.hpp>

namespace cargo_wasm::source {

/// The candidates of a file that a dependency accepts, under cargo's offline rule: when some of the matching versions are
/// downloaded, only those count; when none is, all do. `is_downloaded` may be empty: online.
[[nodiscard]] std::vector<resolve::Candidate> select_candidates(IndexFile& file,
                                                                const manifest::Dependency& dependency,
                                                                Match match,
                                                                spec::SourceId source,
                                                                const std::function<bool(const spec::Version&)>& is_downloaded);

/// Whether a version is yanked by this file, which may be nullptr.
[[nodiscard]] bool is_yanked_in(IndexFile* file, const Wanted& want);

/// Downloads what is missing by `download` and unpacks what is packed; checksums that the caller does not know come from the index of
/// `registry`. Errors: CW0421 offline, CW0422 not in the index, those of CrateStore.
Result<> fetch_archives(Session& session,
                        CrateStore& store,
                        PackageSource& registry,
                        spec::SourceId shown,
                        std::span<const Wanted> wanted,
                        const std::function<Result<>(std::span<const Wanted>)>& download);

class RemoteRegistry final : public PackageSource
{
public:
  /// `shown`: the id that packages carry; `actual`: the registry that is read. They differ under source replacement
  /// and for crates.io, whose packages carry the id of its git index.
  /// `known`: what this machine knows of its federation, for a registry that has one.
  RemoteRegistry(Session& session,
                 spec::SourceId shown,
                 spec::SourceId actual,
                 std::optional<registry_client::KnownRegistry> known = std::nullopt);

  Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) override;
  Result<manifest::SummaryPtr> load_candidate(const resolve::Candidate& candidate) override;
  Result<std::vector<std::string>> similar_names(std::string_view name) override;
  Result<> fetch(std::span<const Wanted> wanted) override;
  Result<manifest::PackagePtr> loaded_package(spec::PackageId) override { return nullptr; }
  [[nodiscard]] std::optional<base::Path> directory_of(spec::PackageId id) const override { return m_store.directory_of(id); }
  void request_update() override { m_index.make_current(); }
  /// From now on `fetch` brings archives and unpacks none.
  void keep_packed() { m_store.keep_packed(); }
  [[nodiscard]] std::optional<base::Path> archive_of(spec::PackageId id) const override { return m_store.archive_of(id); }

  // For the walk ahead of the resolver.
  [[nodiscard]] RemoteIndex& index() { return m_index; }
  [[nodiscard]] SummaryReader& reader() { return m_reader; }

private:
  Result<> download(std::span<const Wanted> wanted);
  Result<> check_revoked(std::span<const Wanted> wanted);
  Result<> confirm_lines(std::span<const Wanted> wanted);
  Result<> check_yanked(std::span<const Wanted> wanted);
  [[nodiscard]] Result<std::vector<registry_client::VerifiedRegistry::Version>> versions_of(std::span<const Wanted> wanted, bool may_ask);
  Result<std::vector<resolve::Candidate>> select(IndexFile* file, const manifest::Dependency& dependency, Match match);

  Session& m_session;
  spec::SourceId m_shown;
  RemoteIndex m_index;
  SummaryReader m_reader;
  CrateStore m_store;
  YankedCheck m_yanked;
};

} // namespace cargo_wasm::source
