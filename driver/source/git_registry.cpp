#include "git_registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "cargo_hash.hpp"
#include "registry.hpp"

namespace cargo_wasm::source {

GitRegistry::GitRegistry(Session& session, spec::SourceId shown, spec::SourceId actual)
    : m_session(session), m_shown(shown.without_precise()), m_actual(actual),
      m_clone(session.registry_directory("index", registry_directory_name(actual))), m_reader(shown, actual),
      m_store(session, actual, registry_directory_name(actual), session.registry_directory("cache", registry_directory_name(actual))),
      m_yanked(session.config(), session.reporter())
{
}

Result<> GitRegistry::update()
{
  m_wants_update = false;
  if (m_updated || m_session.offline()) {
    return {};
  }
  CW_TRY(m_session.lock());
  m_session.reporter().status(
      "Updating",
      fmt::format("`{}` index", m_actual.registry_name().empty() ? url_without_secrets(m_actual.url()) : m_actual.registry_name()));
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  if (!git->is_repository(m_clone)) {
    CW_TRY(m_session.fs().remove_all(m_clone));
    CW_TRY(git->init(m_clone, false));
  }
  if (auto fetched = fetch_repository(m_session, m_clone, m_actual.url(), plan_fetch({}, {})); !fetched) {
    return fail(std::move(fetched).error().during(fmt::format("while updating the index of {}", m_actual.display())));
  }
  m_updated = true;
  m_head.reset();
  m_files.clear();
  return {};
}

Result<std::optional<std::string>> GitRegistry::read_here(const std::string& path)
{
  CW_TRY(m_session.lock());
  CW_TRY_ASSIGN(auto* const git, m_session.git());
  if (!m_head) {
    if (!git->is_repository(m_clone)) {
      return std::nullopt;
    }
    CW_TRY_ASSIGN(m_head, git->resolve(m_clone, "refs/remotes/origin/HEAD"));
  }
  return m_head ? git->read_file(m_clone, *m_head, path) : std::optional<std::string>();
}

Result<std::optional<std::string>> GitRegistry::read(const std::string& path)
{
  if (m_wants_update) {
    CW_TRY(update());
  }
  auto text = read_here(path);
  if ((!text || !*text) && !m_updated && !m_session.offline()) {
    CW_TRY(update());
    return read_here(path);
  }
  return text;
}

Result<IndexFile*> GitRegistry::file_of(std::string_view name)
{
  const std::string key = base::to_lower(name);
  if (m_wants_update) {
    CW_TRY(update());
  }
  auto found = m_files.find(key);
  if (found == m_files.end()) {
    CW_TRY_ASSIGN(const auto text, read(registry_protocol::index_path(key)));
    std::optional<IndexFile> file;
    if (text) {
      file = IndexFile::from_index(*text);
    }
    found = m_files.insert_or_assign(key, std::move(file)).first;
  }
  return found->second ? &*found->second : nullptr;
}

Result<std::vector<resolve::Candidate>> GitRegistry::select(const manifest::Dependency& dependency, Match match)
{
  CW_TRY_ASSIGN(auto* const file, file_of(dependency.package_name));
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

Result<std::vector<resolve::Candidate>> GitRegistry::candidates(const manifest::Dependency& dependency, Match match)
{
  if (match == Match::requirement) {
    if (dependency.locked_version) {
      CW_TRY_ASSIGN(auto found, select(dependency, match));
      if (!found.empty()) {
        return found;
      }
    }
    m_wants_update = !m_updated;
  }
  return select(dependency, match);
}

Result<manifest::SummaryPtr> GitRegistry::load_candidate(const resolve::Candidate& candidate)
{
  CW_TRY_ASSIGN(auto* const file, file_of(candidate.id.name()));
  return summary_in(file, candidate.id.version(), m_reader);
}

Result<std::vector<std::string>> GitRegistry::similar_names(std::string_view name)
{
  std::vector<std::string> names;
  for (std::string& other : other_spellings(name)) {
    CW_TRY_ASSIGN(auto* const file, file_of(other));
    if (file != nullptr) {
      names.push_back(std::move(other));
    }
  }
  return names;
}

Result<> GitRegistry::fetch(std::span<const Wanted> wanted)
{
  CW_TRY(m_yanked.check(m_shown, wanted, [this](const Wanted& want) {
    const auto found = m_files.find(base::to_lower(want.id.name().view()));
    return found != m_files.end() && found->second && is_yanked_in(&*found->second, want);
  }));
  return fetch_archives(m_session, m_store, *this, m_shown, wanted, [this](std::span<const Wanted> missing) { return download(missing); });
}

Result<> GitRegistry::download(std::span<const Wanted> wanted)
{
  CW_TRY_ASSIGN(const auto text, read("config.json"));
  if (!text) {
    return fail(Error("CW0412", fmt::format("{} has no `config.json`", m_actual.display()), Blame::network)
                    .note(fmt::format("its index is the git repository `{}`", url_without_secrets(m_actual.url())))
                    .help("is it the index of a registry, and is its URL right?"));
  }
  auto config = registry_protocol::parse_registry_config(*text);
  if (!config) {
    return fail(std::move(config)
                    .error()
                    .note(fmt::format("its index is the git repository `{}`", url_without_secrets(m_actual.url())))
                    .help("tell the owner of the registry: nothing can be downloaded from it"));
  }
  std::optional<std::string> authorization;
  if (config->auth_required) {
    CW_TRY_ASSIGN(const std::string token, m_session.token(m_actual, {}, std::nullopt));
    authorization = "authorization: " + token;
  }
  return m_store.download(wanted, *config, authorization);
}

} // namespace cargo_wasm::source
