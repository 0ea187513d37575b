// A git repository as a source: cargo's database and checkout directories, so that both programs share one clone.
//   git/db/<name>-<hash>                     bare; branches under refs/remotes/origin/, tags under refs/remotes/origin/tags/
//   git/checkouts/<name>-<hash>/<short id>/  a work tree; `.cargo-ok` in it says that it is whole, submodules included
// The hash is of the canonical URL alone: every branch, tag and revision of one repository shares a database.
#pragma once
#include "loaded_source.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

/// What to look up in the database for a reference.
[[nodiscard]] std::string revision_of(const spec::GitReference& reference);
/// A submodule's URL may be relative to its parent's.
[[nodiscard]] std::string absolute_submodule_url(std::string_view parent, std::string_view url);

class GitSource final : public LoadedSource
{
public:
  /// `source`: with its precise part when locked.
  GitSource(Session& session, spec::SourceId source) : m_session(session), m_source(source) {}

protected:
  Result<std::vector<manifest::PackagePtr>> load() override;
  [[nodiscard]] std::string description() const override { return m_source.display(); }

private:
  struct Revision
  {
    base::Path database;
    std::string commit;
  };
  /// The whole checkout of the locked commit, found without opening a repository; nullopt when there is none.
  [[nodiscard]] std::optional<base::Path> existing_checkout() const;
  /// The database with the wanted commit in it, fetched if need be.
  Result<Revision> bring(spec::SourceId source, std::string_view fetch_url, bool is_submodule);
  /// A whole checkout at `directory`, submodules included.
  Result<> check_out(const Revision& revision, const base::Path& directory, std::string_view url, int depth);
  Result<> update_submodules(const base::Path& checkout, std::string_view url, int depth);

  Session& m_session;
  spec::SourceId m_source;
};

} // namespace cargo_wasm::source
