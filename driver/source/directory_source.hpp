// A vendored directory: one subdirectory a package, each with `.cargo-checksum.json` (`cargo vendor` makes them).
#pragma once
#include <map>

#include "loaded_source.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

class DirectorySource final : public LoadedSource
{
public:
  /// `shown`: the source that it stands for, when it replaces one; packages carry that id.
  DirectorySource(Session& session, spec::SourceId shown, const base::Path& root)
      : m_session(session), m_shown(shown.without_precise()), m_root(root)
  {
  }

  Result<std::vector<resolve::Candidate>> candidates(const manifest::Dependency& dependency, Match match) override;
  Result<> verify(spec::PackageId id) override;

protected:
  Result<std::vector<manifest::PackagePtr>> load() override;
  [[nodiscard]] std::string description() const override;

private:
  struct Checksums
  {
    std::optional<std::string> package;
    std::map<std::string, std::string> files;
  };
  Result<Checksums> read_checksums(const base::Path& directory) const;

  Session& m_session;
  spec::SourceId m_shown;
  base::Path m_root;
  std::map<base::Path, Checksums> m_checksums;
};

} // namespace cargo_wasm::source
