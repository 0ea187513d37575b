// The registry's pages for people: what they show is gathered here from its files, its log and its accounts; registry/pages makes HTML of
// it. What the log says of an entry, and what an archive says of its package, never changes: it is kept in memory, within bounds.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_pages/pages.hpp>
#include <cargo_wasm/registry_server/api.hpp>
#include <cargo_wasm/registry_server/registry.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_tlog/tile_reader.hpp>

namespace cargo_wasm::registry_server {

/// Before a name becomes a path of a file.
[[nodiscard]] bool could_be_a_crate(std::string_view name);

class PageAnswers
{
public:
  /// Both outlive it.
  PageAnswers(const Env& env, Registry& registry) : m_env(env), m_registry(registry) {}

  /// Whether a path is one of pages: `/`, `/me`, `/-/…`.
  [[nodiscard]] static bool is_page(std::string_view path) { return path == "/" || path == "/me" || path.starts_with("/-/"); }
  /// `query` is the decoded value of `q`. Never fails: what goes wrong is a page.
  [[nodiscard]] HttpAnswer answer(const HttpQuestion& question, std::string_view path, const std::optional<std::string>& query);

private:
  /// A publication, or a version that was brought in, as its entry states it.
  struct Publication
  {
    registry_trust::PublishStatement statement;
    registry_tlog::NoteSignature first; ///< the publisher's, unless the statement names a user
    std::string upstream = {};          ///< of what was brought in from another registry; its statement then has no more than what and when
  };
  struct Bundle
  {
    unsigned width = 0;
    std::map<std::uint64_t, Publication> publications; ///< by entry
  };
  /// The log as it is now; made for one answer.
  struct Log
  {
    std::string note; ///< the checkpoint's
    registry_tlog::Checkpoint checkpoint;
  };

  Result<HttpAnswer> page(std::string_view path, const std::optional<std::string>& query, registry_pages::Site& site);
  Result<HttpAnswer> start(const registry_pages::Site& site, const Log& log);
  Result<HttpAnswer> search(const registry_pages::Site& site, const std::string& query);
  Result<HttpAnswer> crate(const registry_pages::Site& site, const Log& log, std::string_view name);
  Result<HttpAnswer> proof(const Log& log, std::uint64_t entry);
  Result<Log> read_log() const;
  Result<std::vector<registry_protocol::IndexEntry>> index_of(std::string_view name) const;
  /// Of the entries of one bundle of the log: those that publish.
  Result<const Bundle*> bundle(const Log& log, std::uint64_t index);
  Result<std::optional<registry_pages::LoggedBy>> logged(const Log& log, std::uint64_t entry);
  /// What stands beside a version; nullopt where its files are not here.
  [[nodiscard]] std::optional<registry_pages::ComponentValues> component(std::string_view crate, const base::Sha256& manifest);
  Result<registry_pages::VersionValues>
  version(const Log& log, registry_protocol::IndexEntry entry, const std::vector<registry_trust::Revocation>& revocations);
  /// Empty when the archive cannot be read.
  registry_pages::PackageAbout about(const registry_protocol::IndexEntry& entry);

  const Env& m_env;
  Registry& m_registry;
  std::map<std::uint64_t, Bundle> m_bundles;
  std::map<std::string, registry_pages::PackageAbout> m_abouts;        ///< by the archive's SHA-256
  std::map<std::string, registry_pages::ComponentValues> m_components; ///< by crate and manifest
};

} // namespace cargo_wasm::registry_server
