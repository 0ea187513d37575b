#include <cargo_wasm/source/registry_copy.hpp>

#include <fmt/format.h>

#include <cargo_wasm/registry_client/known_registry.hpp>

#include "registry.hpp"
#include "replacement.hpp"

namespace cargo_wasm::source {

struct RegistryCopier::State
{
  State(const Env& env, const manifest::Config& config, spec::SourceId shown_, spec::SourceId actual_)
      : session(env, config, {}), shown(shown_), actual(actual_)
  {
  }

  Session session;
  spec::SourceId shown, actual;
  std::unique_ptr<RemoteRegistry> registry;

  [[nodiscard]] PackageId id_of(const CopiedVersion& version) const
  {
    return PackageId(InternedString(version.name), version.version, shown);
  }
};

namespace {

std::optional<std::string> line_in(IndexFile* file, const spec::Version& version)
{
  const IndexFile::Entry* const entry = file == nullptr ? nullptr : file->find(version);
  return entry == nullptr ? std::nullopt : std::optional(std::string(entry->json));
}

} // namespace

RegistryCopier::RegistryCopier(std::unique_ptr<State> state) : m_state(std::move(state)) {}
RegistryCopier::~RegistryCopier() = default;

Result<std::unique_ptr<RegistryCopier>> RegistryCopier::open(const Env& env, const manifest::Config& config, spec::SourceId registry)
{
  CW_TRY_ASSIGN(const Replacements replacements, Replacements::read(config));
  CW_TRY_ASSIGN(const spec::SourceId actual, replacements.resolve(registry));
  if (actual.kind() != spec::SourceKind::sparse_registry) {
    return fail(Error("CW1127", fmt::format("{} is not a registry that can be copied", actual.display()), Blame::usage)
                    .note("a copy is made of a sparse registry, over HTTP")
                    .help("`--from crates.io`, or the address of a sparse registry; look for `replace-with` in the configuration"));
  }
  auto state = std::make_unique<State>(env, config, registry, actual);
  CW_TRY_ASSIGN(auto known, registry_client::find_known_registry(env.fs, config.cargo_home(), "sparse+" + actual.url()));
  state->registry = std::make_unique<RemoteRegistry>(state->session, registry, actual, std::move(known));
  state->registry->keep_packed();
  return std::unique_ptr<RegistryCopier>(new RegistryCopier(std::move(state)));
}

spec::SourceId RegistryCopier::read_from() const
{
  return m_state->actual;
}

Result<std::vector<std::optional<std::string>>> RegistryCopier::lines(std::span<const CopiedVersion> wanted)
{
  CW_TRY(m_state->session.lock());
  RemoteIndex& index = m_state->registry->index();
  std::vector<std::optional<std::string>> lines;
  if (wanted.empty()) {
    return lines;
  }
  index.make_current();
  for (const CopiedVersion& one : wanted) {
    CW_TRY(index.request(one.name));
  }
  for (const CopiedVersion& one : wanted) {
    CW_TRY_ASSIGN(IndexFile* const file, index.get(one.name));
    lines.push_back(line_in(file, one.version));
  }
  m_state->session.reporter().clear_progress();
  return lines;
}

Result<std::vector<base::Path>> RegistryCopier::archives(std::span<const CopiedVersion> wanted)
{
  std::vector<Wanted> list;
  std::vector<base::Path> files;
  for (const CopiedVersion& one : wanted) {
    list.push_back({.id = m_state->id_of(one), .checksum = one.checksum});
    files.push_back(*m_state->registry->archive_of(list.back().id));
  }
  CW_TRY(m_state->session.lock());
  CW_TRY(m_state->registry->fetch(list));
  return files;
}

} // namespace cargo_wasm::source
