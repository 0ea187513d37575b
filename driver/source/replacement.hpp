// `[source]` tables: which source is really read when a package names another (sources/config.rs).
#pragma once
#include <map>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::source {

class Replacements
{
public:
  /// Errors: CW0443 two names for one source, and those of the configuration.
  [[nodiscard]] static Result<Replacements> read(const manifest::Config& config);

  /// Follows `replace-with` to its end; the source itself when nothing replaces it. crates.io ends at its sparse index.
  /// Errors: CW0440 a cycle, CW0441 an unknown name, CW0442 the end has no checksums and the start has, CW0444 a git
  /// dependency that is not locked is replaced by a directory.
  [[nodiscard]] Result<spec::SourceId> resolve(spec::SourceId source) const;
  /// Every chain, so that a mistake shows before anything is read.
  [[nodiscard]] Result<> check() const;

private:
  const manifest::Config* m_config = nullptr;
  std::map<std::string, manifest::SourceReplacement> m_entries;
};

/// crates.io by its sparse protocol.
[[nodiscard]] spec::SourceId crates_io_sparse();

} // namespace cargo_wasm::source
