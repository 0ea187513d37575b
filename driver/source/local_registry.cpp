#include "local_registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include "registry.hpp"

namespace cargo_wasm::source {

LocalRegistry::LocalRegistry(Session& session, spec::SourceId shown, spec::SourceId actual)
    : m_session(session), m_shown(shown.without_precise()), m_root(actual.path()), m_reader(shown, actual),
      m_store(session, actual, registry_directory_name(actual), actual.path()), m_yanked(session.config(), session.reporter())
{
}

Result<IndexFile*> LocalRegistry::file_of(std::string_view name)
{
  const std::string key = base::to_lower(name);
  auto found = m_files.find(key);
  if (found == m_files.end()) {
    if (!m_session.fs().is_directory(m_root / "index")) {
      return fail(Error("CW0483", fmt::format("`{}` is no local registry", m_root.string()), Blame::environment)
                      .note("it has no directory `index`")
                      .help("correct `local-registry` under `[source]` in the configuration"));
    }
    CW_TRY_ASSIGN(const auto text, m_session.fs().read_if_exists(m_root / "index" / registry_protocol::index_path(key)));
    std::optional<IndexFile> file;
    if (text) {
      file = IndexFile::from_index(*text);
    }
    found = m_files.emplace(key, std::move(file)).first;
  }
  return found->second ? &*found->second : nullptr;
}

Result<std::vector<resolve::Candidate>> LocalRegistry::candidates(const manifest::Dependency& dependency, Match match)
{
  CW_TRY_ASSIGN(auto* const file, file_of(dependency.package_name));
  if (file == nullptr) {
    return std::vector<resolve::Candidate>{};
  }
  return select_candidates(*file, dependency, match, m_shown, {});
}

Result<manifest::SummaryPtr> LocalRegistry::load_candidate(const resolve::Candidate& candidate)
{
  CW_TRY_ASSIGN(auto* const file, file_of(candidate.id.name()));
  return summary_in(file, candidate.id.version(), m_reader);
}

Result<std::vector<std::string>> LocalRegistry::similar_names(std::string_view name)
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

Result<> LocalRegistry::fetch(std::span<const Wanted> wanted)
{
  for (const auto& want : wanted) {
    if (m_store.is_unpacked(want.id)) {
      continue;
    }
    const auto archive = m_store.archive_of(want.id);
    CW_TRY_ASSIGN(const auto bytes, m_session.fs().read_if_exists(archive));
    if (!bytes) {
      return fail(Error("CW0484", fmt::format("the local registry has no archive of `{}`", want.id.display()), Blame::environment)
                      .note(fmt::format("looked for `{}`", archive.string()))
                      .help("run the program again that made the local registry"));
    }
    const auto actual = base::to_hex(base::sha256(*bytes));
    if (want.checksum && actual != *want.checksum) {
      return fail(Error("CW0420", fmt::format("the archive of `{}` is not the one that was published", want.id.display()), Blame::integrity)
                      .note(fmt::format("its SHA-256 should be `{}`", *want.checksum))
                      .note(fmt::format("`{}` has `{}`", archive.string(), actual))
                      .help("make the local registry anew"));
    }
    m_session.reporter().status("Unpacking", want.id.display());
  }
  CW_TRY(m_yanked.check(m_shown, wanted, [this](const Wanted& want) {
    const auto file = file_of(want.id.name().view());
    return file && is_yanked_in(*file, want);
  }));
  return m_store.unpack(wanted);
}

} // namespace cargo_wasm::source
