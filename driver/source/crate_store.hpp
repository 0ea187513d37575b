// The `.crate` files and unpacked trees of one registry, in cargo's places and by cargo's marks:
//   registry/cache/<registry>/<name>-<version>.crate    there and not empty = downloaded, and verified when it was
//   registry/src/<registry>/<name>-<version>/.cargo-ok  `{"v":1}` = unpacked to the end; anything else = unpack again
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include <cargo_wasm/registry_client/verified_registry.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>

#include <cargo_wasm/base/archive.hpp>

#include "package_source.hpp"
#include "server_answer.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

class CrateStore
{
public:
  /// `archives`: the directory of the `.crate` files; a local registry has its own.
  CrateStore(Session& session,
             spec::SourceId registry,
             std::string name,
             base::Path archives,
             base::ArchiveRules rules = base::ArchiveRules::cargo);
  ~CrateStore();

  [[nodiscard]] bool is_downloaded(InternedString name, const spec::Version& version);
  /// From now on nothing is unpacked, and only archives count.
  void keep_packed() { m_unpacks = false; }
  /// Neither unpacked nor downloaded. A download whose contents are not those of `checksum` any more is removed, with a warning.
  [[nodiscard]] bool needs_archive(const Wanted& want);
  [[nodiscard]] bool is_unpacked(spec::PackageId id) const;
  [[nodiscard]] base::Path directory_of(spec::PackageId id) const;
  [[nodiscard]] base::Path archive_of(spec::PackageId id) const;

  /// Downloads all at once and unpacks each in another thread as soon as it has come. SHA-256 is computed while bytes
  /// arrive; a file appears under its name only when it is right. Errors: CW0420 wrong checksum (integrity), CW0422 gone,
  /// CW0400–CW0409, those of transfers and archives. What was downloaded before an error is kept.
  Result<> download(std::span<const Wanted> wanted,
                    const registry_protocol::RegistryConfig& config,
                    const std::optional<std::string>& authorization);
  /// The same from the mirrors of a federation, whose versions were verified. Errors: CW1103, those of archives.
  Result<> download(std::span<const Wanted> wanted, registry_client::VerifiedRegistry& registry);
  /// Those that are not unpacked yet, in several threads.
  Result<> unpack(std::span<const Wanted> wanted);

private:
  struct Batch;
  class Transfer;
  friend class Transfer;

  [[nodiscard]] std::shared_ptr<Batch> begin_batch(std::size_t total);
  Result<> finish_batch(const std::shared_ptr<Batch>& batch, const std::function<Result<bool>()>& poll);
  void arrived(Batch& batch, const Wanted& want, std::uint64_t bytes);
  Result<> unpack_one(spec::PackageId id) const;
  Result<> accept(const Wanted& want,
                  const base::HttpResponse& response,
                  const std::string& url,
                  const std::string& body,
                  const std::string& actual_checksum,
                  Token token);

  Session& m_session;
  spec::SourceId m_registry;
  base::Path m_archives, m_trees;
  bool m_unpacks = true;
  base::ArchiveRules m_rules;
  /// Names of `.crate` files, listed once; whether one has any bytes is found out when it is asked for.
  std::optional<std::unordered_map<std::string, std::optional<bool>>> m_listed;
};

} // namespace cargo_wasm::source
