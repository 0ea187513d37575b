// What a registry has of some versions, as it has it: lines of its index and archives. For mirrors that are made of lock files; the
// resolver is not asked. Both come by way of cargo's caches below `$CARGO_HOME`, so that what was downloaded before is not downloaded
// again.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/spec/source_id.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::source {

struct CopiedVersion
{
  std::string name;
  spec::Version version;
  std::string checksum; ///< SHA-256 of the archive, 64 digits
};

class RegistryCopier
{
public:
  /// `registry` is read as a build reads it: through `[source]` replacements, with tokens, through the mirrors of a federation that is
  /// known here. `env` and `config` must outlive it. Errors: those of replacements; CW1127 it is not a registry over HTTP in the end.
  [[nodiscard]] static Result<std::unique_ptr<RegistryCopier>>
  open(const Env& env, const manifest::Config& config, spec::SourceId registry);
  ~RegistryCopier();

  /// What is really read, after replacement.
  [[nodiscard]] spec::SourceId read_from() const;
  /// The index's line of each of these versions (`checksum` is not looked at), without a newline; nullopt: the registry has no such
  /// version. As they are now: what the cache has is confirmed by the server, all at once. Errors: CW0400–CW0412, those of federations.
  [[nodiscard]] Result<std::vector<std::optional<std::string>>> lines(std::span<const CopiedVersion> wanted);
  /// Files with the archives of these versions, each compared with its checksum. What came before an error stays in the cache.
  /// Errors: CW0420 wrong checksum, CW0421 offline, CW0422 gone, those of the network, of federations and of writing.
  [[nodiscard]] Result<std::vector<base::Path>> archives(std::span<const CopiedVersion> wanted);

private:
  struct State;
  explicit RegistryCopier(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::source
