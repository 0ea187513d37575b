#include "registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/registry_client/locked_versions.hpp>

namespace cargo_wasm::source {

std::vector<resolve::Candidate> select_candidates(IndexFile& file,
                                                  const manifest::Dependency& dependency,
                                                  Match match,
                                                  spec::SourceId source,
                                                  const std::function<bool(const spec::Version&)>& is_downloaded)
{
  std::vector<IndexFile::Entry*> accepted, downloaded;
  for (auto& entry : file.entries()) {
    if (match == Match::any_version || accepts(dependency, entry.version)) {
      accepted.push_back(&entry);
      if (is_downloaded && is_downloaded(entry.version)) {
        downloaded.push_back(&entry);
      }
    }
  }
  std::vector<resolve::Candidate> candidates;
  for (auto* const entry : downloaded.empty() ? accepted : downloaded) {
    const auto* head = file.head(*entry, source);
    // Paths fold case, names do not: `foo` is not `Foo`.
    if (head != nullptr && head->id.name() == dependency.package_name) {
      candidates.push_back(*head);
    }
  }
  return candidates;
}

bool is_yanked_in(IndexFile* file, const Wanted& want)
{
  auto* const entry = file == nullptr ? nullptr : file->find(want.id.version());
  const auto* const head = entry == nullptr ? nullptr : file->head(*entry, want.id.source());
  return head != nullptr && head->yanked;
}

RemoteRegistry::RemoteRegistry(Session& session,
                               spec::SourceId shown,
                               spec::SourceId actual,
                               std::optional<registry_client::KnownRegistry> known)
    : m_session(session), m_shown(shown.without_precise()), m_index(session, actual, known), m_reader(shown, actual),
      m_store(session,
              actual,
              registry_directory_name(actual),
              session.registry_directory("cache", registry_directory_name(actual)),
              known ? base::ArchiveRules::portable : base::ArchiveRules::cargo),
      m_yanked(session.config(), session.reporter())
{
}

Result<std::vector<resolve::Candidate>> RemoteRegistry::select(IndexFile* file, const manifest::Dependency& dependency, Match match)
{
  if (file == nullptr) {
    return std::vector<resolve::Candidate>{};
  }
  if (!m_session.offline()) {
    return select_candidates(*file, dependency, match, m_shown, {});
  }
  return select_candidates(*file, dependency, match, m_shown, [&](const spec::Version& version) {
    return m_store.is_downloaded(dependency.package_name, version);
  });
}

Result<std::vector<resolve::Candidate>> RemoteRegistry::candidates(const manifest::Dependency& dependency, Match match)
{
  if (match == Match::requirement && dependency.locked_version) {
    CW_TRY_ASSIGN(auto* const file, m_index.cached(dependency.package_name));
    CW_TRY_ASSIGN(auto found, select(file, dependency, match));
    if (!found.empty()) {
      return found;
    }
  }
  // Error messages ask for any version: what is in memory serves.
  if (match == Match::requirement) {
    m_index.make_current();
  }
  CW_TRY_ASSIGN(auto* const file, m_index.get(dependency.package_name));
  return select(file, dependency, match);
}

Result<manifest::SummaryPtr> RemoteRegistry::load_candidate(const resolve::Candidate& candidate)
{
  if (candidate.summary) {
    return candidate.summary;
  }
  CW_TRY_ASSIGN(auto* const file, m_index.cached(candidate.id.name()));
  return summary_in(file, candidate.id.version(), m_reader);
}

Result<std::vector<std::string>> RemoteRegistry::similar_names(std::string_view name)
{
  std::vector<std::string> names;
  for (const std::string& other : other_spellings(name)) {
    CW_TRY_ASSIGN(auto* const file, m_index.get(other));
    if (file != nullptr && !file->entries().empty()) {
      if (const auto* head = file->head(file->entries().back(), m_shown)) {
        names.push_back(head->id.name().str());
      }
    }
  }
  // The path folds case, so a crate that is spelled otherwise lies under the name that was asked for.
  CW_TRY_ASSIGN(auto* const file, m_index.get(name));
  if (file != nullptr && !file->entries().empty()) {
    if (const auto* head = file->head(file->entries().back(), m_shown); head != nullptr && head->id.name() != name) {
      names.push_back(head->id.name().str());
    }
  }
  return names;
}

Result<> fetch_archives(Session& session,
                        CrateStore& store,
                        PackageSource& registry,
                        spec::SourceId shown,
                        std::span<const Wanted> wanted,
                        const std::function<Result<>(std::span<const Wanted>)>& download)
{
  std::vector<Wanted> missing;
  for (const auto& want : wanted) {
    if (store.needs_archive(want)) {
      missing.push_back(want);
    }
  }
  if (!missing.empty()) {
    if (session.offline()) {
      Error error("CW0421",
                  fmt::format("`{}` is not downloaded, and the network may not be used", missing.front().id.display()),
                  Blame::environment);
      if (missing.size() > 1) {
        error.notes.push_back(fmt::format("{} more packages are missing, too", missing.size() - 1));
      }
      error.notes.push_back(fmt::format("{} is in effect", session.offline_reason()));
      error.helps.push_back("run `cargo-wasm fetch` once with the network");
      return fail(std::move(error));
    }
    for (auto& want : missing) {
      if (!want.checksum) {
        manifest::Dependency exact;
        exact.package_name = want.id.name();
        exact.source = shown;
        exact.locked_version = want.id.version();
        CW_TRY_ASSIGN(const auto found, registry.candidates(exact, Match::requirement));
        for (const auto& candidate : found) {
          CW_TRY_ASSIGN(const auto summary, registry.load_candidate(candidate));
          want.checksum = summary ? summary->checksum : std::nullopt;
        }
      }
      if (!want.checksum) {
        return fail(Error("CW0422", fmt::format("`{}` is not in {} any more", want.id.display(), shown.display()), Blame::network)
                        .help("run `cargo-wasm update` for this package, or ask the registry's owner"));
      }
    }
    CW_TRY(download(missing));
  }
  return store.unpack(wanted);
}

// The lines of the index of these versions, from the cache; from the registry where `may_ask` and the cache does not have them.
Result<std::vector<registry_client::VerifiedRegistry::Version>> RemoteRegistry::versions_of(std::span<const Wanted> wanted, bool may_ask)
{
  std::vector<registry_client::VerifiedRegistry::Version> versions;
  for (const Wanted& want : wanted) {
    CW_TRY_ASSIGN(IndexFile * file, m_index.cached(want.id.name().view()));
    if (may_ask && (file == nullptr || file->find(want.id.version()) == nullptr)) {
      // A lock file that came from elsewhere: this machine has not seen the index yet.
      m_index.make_current();
      CW_TRY_ASSIGN(file, m_index.get(want.id.name().view()));
    }
    const auto* const entry = file == nullptr ? nullptr : file->find(want.id.version());
    if (may_ask && entry == nullptr) {
      return fail(Error("CW0422", fmt::format("`{}` is not in {} any more", want.id.display(), m_shown.display()), Blame::network)
                      .help("run `cargo-wasm update` for this package, or ask the registry's owner"));
    }
    versions.push_back({.name = want.id.name().str(),
                        .version = spec::to_string(want.id.version()),
                        .checksum = want.checksum.value_or(""),
                        .line = entry == nullptr ? std::string() : std::string(entry->json)});
  }
  return versions;
}

// Also what is locked and here already may have been revoked since.
Result<> RemoteRegistry::check_revoked(std::span<const Wanted> wanted)
{
  CW_TRY_ASSIGN(const auto versions, versions_of(wanted, false));
  CW_TRY_ASSIGN(const auto listed, m_session.config().get_string_list("cargo-wasm.allow-revoked"));
  CW_TRY_ASSIGN(const auto strict, m_session.config().get_bool("cargo-wasm.strict-federation"));
  const registry_client::LockedCheck how{.allowed = listed ? listed->value : std::vector<std::string>(),
                                         .offline = m_session.offline(),
                                         .was_asked = m_index.is_current(),
                                         .strict = strict && strict->value};
  return registry_client::check_locked_versions(m_session.env(), *m_index.known(), how, versions, [this] { return m_index.verified(); });
}

// The newest lines, or at least such that are not older than what is known of revocations.
Result<> RemoteRegistry::confirm_lines(std::span<const Wanted> wanted)
{
  std::vector<std::string> names;
  for (const Wanted& want : wanted) {
    names.push_back(want.id.name().str());
  }
  const Result<> confirmed = m_index.confirm(names, k_yanked_age);
  return confirmed ? confirmed : m_yanked.without_news(m_shown.display(), confirmed.error());
}

Result<> RemoteRegistry::check_yanked(std::span<const Wanted> wanted)
{
  return m_yanked.check(m_shown, wanted, [this](const Wanted& want) {
    const auto file = m_index.cached(want.id.name().view());
    return file && is_yanked_in(*file, want);
  });
}

Result<> RemoteRegistry::fetch(std::span<const Wanted> wanted)
{
  if (m_index.has_federation()) {
    CW_TRY(m_session.lock());
    CW_TRY(check_revoked(wanted));
  }
  CW_TRY_ASSIGN(const YankedPolicy policy, m_yanked.policy());
  if (policy == YankedPolicy::deny) {
    CW_TRY(confirm_lines(wanted));
    CW_TRY(check_yanked(wanted));
  }
  CW_TRY(fetch_archives(m_session, m_store, *this, m_shown, wanted, [this](std::span<const Wanted> missing) { return download(missing); }));
  return policy == YankedPolicy::warn ? check_yanked(wanted) : Result<>();
}

Result<> RemoteRegistry::download(std::span<const Wanted> wanted)
{
  if (!m_index.has_federation()) {
    CW_TRY_ASSIGN(const auto config, m_index.config());
    CW_TRY_ASSIGN(const auto authorization, m_index.authorization());
    return m_store.download(wanted, config, authorization);
  }
  CW_TRY(m_session.lock());
  CW_TRY_ASSIGN(auto* const registry, m_index.verified());
  CW_TRY(registry->refresh());
  CW_TRY_ASSIGN(const auto versions, versions_of(wanted, true));
  CW_TRY(registry->verify_versions(versions));
  return m_store.download(wanted, *registry);
}

} // namespace cargo_wasm::source
