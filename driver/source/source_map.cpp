#include <cargo_wasm/source/source_map.hpp>

#include <fmt/format.h>

#include "cargo_hash.hpp"
#include "directory_source.hpp"
#include "git_registry.hpp"
#include "git_source.hpp"
#include "local_registry.hpp"
#include "name_rules.hpp"
#include "package_reader.hpp"
#include "path_source.hpp"
#include "registry.hpp"
#include "replacement.hpp"
#include "session.hpp"
#include "walk_ahead.hpp"

namespace cargo_wasm::source {

struct SourceMap::State
{
  State(const Env& env, const manifest::Config& config, SourceOptions options)
      : session(env, config, std::move(options)), walk([this](SourceId id) { return registry_of(id); },
                                                       [this](const manifest::Dependency& one) { return names.check(one).has_value(); })
  {
  }

  Session session;
  Replacements replacements;
  NameRules names;
  /// By source and precise part: one repository may be in use at several commits.
  std::map<std::pair<const void*, std::string>, std::shared_ptr<PackageSource>> sources;
  WalkAhead walk;
  bool update_requested = false;

  Result<PackageSource*> source_of(SourceId id);
  Result<std::shared_ptr<PackageSource>> make(SourceId id);
  RemoteRegistry* registry_of(SourceId id);
  Result<> prepare(std::span<const Wanted> wanted);
};

namespace {

std::vector<Wanted> wanted_of(const resolve::Resolve& resolve, std::span<const PackageId> ids)
{
  std::vector<Wanted> out;
  out.reserve(ids.size());
  for (const auto id : ids) {
    const auto* package = resolve.find(id);
    out.push_back({id, package == nullptr ? std::nullopt : package->checksum});
  }
  return out;
}

/// `registries.crates-io.protocol`: whatever it says, crates.io is read by its sparse index.
Result<> check_crates_io_protocol(const Session& session)
{
  constexpr std::string_view k_key = "registries.crates-io.protocol";
  CW_TRY_ASSIGN(const auto protocol, session.config().get_string(k_key));
  if (!protocol || protocol->value == "sparse") {
    return {};
  }
  if (protocol->value != "git") {
    return fail(Error("CW0413", fmt::format("`{}` names no protocol: `{}`", k_key, protocol->value), Blame::environment)
                    .note(fmt::format("it is set in {}", protocol->definition.display()))
                    .help("it is `sparse` or `git`"));
  }
  session.reporter().warning(Error("CW0413", fmt::format("`{} = \"git\"` has no effect", k_key), Blame::environment)
                                 .note("crates.io is read by its sparse index, which lists the same packages")
                                 .help("remove the setting"));
  return {};
}

/// `--strict-federation`: a registry that nothing vouches for is not read.
Result<> check_strictness(const Session& session, SourceId registry, bool is_known)
{
  CW_TRY_ASSIGN(const auto strict, session.config().get_bool("cargo-wasm.strict-federation"));
  if (!strict || !strict->value || is_known || registry.is_crates_io()) {
    return {};
  }
  return fail(Error("CW1119", fmt::format("{} cannot be verified", registry.display()), Blame::integrity)
                  .note(fmt::format("`--strict-federation` is in effect, and no federation with the index `{}` is known",
                                    url_without_secrets(registry.url())))
                  .help("`cargo-wasm registry add URL --key KEY`, with a key that its operators have published"));
}

/// A package that its source has put into `directory`.
Result<PackagePtr> read_unpacked(const Session& session, const base::Path& directory, PackageId id)
{
  auto package = read_package(session, directory, id.source().without_precise());
  if (package ? *package != nullptr : session.fs().exists(directory / "Cargo.toml")) {
    return package;
  }
  return fail(
      Error("CW0452", fmt::format("`{}` holds no package", id.display()), Blame::integrity)
          .note(fmt::format("`{}` {}", directory.string(), package ? "has a virtual manifest" : "has no `Cargo.toml`"))
          .help("if you edited that directory, remove it: it is unpacked again; otherwise tell the author, and take another version"));
}

} // namespace

std::string registry_directory_name(SourceId source)
{
  const SourceId read = source.is_crates_io() ? crates_io_sparse() : source;
  return fmt::format("{}-{}", url_host(read.url()), source_hash(read));
}

Result<PackageSource*> SourceMap::State::source_of(SourceId id)
{
  const std::pair key(id.address(), id.is_git() ? id.precise() : std::string());
  const auto found = sources.find(key);
  if (found != sources.end()) {
    return found->second.get();
  }
  CW_TRY_ASSIGN(auto made, make(id));
  if (update_requested) {
    made->request_update();
  }
  return sources.emplace(key, std::move(made)).first->second.get();
}

Result<std::shared_ptr<PackageSource>> SourceMap::State::make(SourceId id)
{
  using spec::SourceKind;
  CW_TRY_ASSIGN(const auto actual, replacements.resolve(id));
  std::shared_ptr<PackageSource> made;
  switch (actual.kind()) {
  case SourceKind::path:
    made = std::make_shared<PathSource>(session, actual);
    break;
  case SourceKind::git:
    made = std::make_shared<GitSource>(session, actual.precise().empty() ? actual.with_precise(id.precise()) : actual);
    break;
  case SourceKind::directory:
    made = std::make_shared<DirectorySource>(session, id, actual.path());
    break;
  case SourceKind::local_registry:
    made = std::make_shared<LocalRegistry>(session, id, actual);
    break;
  case SourceKind::sparse_registry: {
    if (!actual.url().ends_with('/')) {
      return fail(
          Error("CW0414", fmt::format("the URL of a sparse registry must end with `/`: `sparse+{}`", url_without_secrets(actual.url())))
              .help("add the slash to `index` in the configuration"));
    }
    if (actual.is_crates_io()) {
      CW_TRY(check_crates_io_protocol(session));
    }
    std::optional<registry_client::KnownRegistry> known;
    for (const registry_client::KnownRegistry& one : names.known()) {
      if (one.federation.canonical == "sparse+" + std::string(actual.url())) {
        known = one;
      }
    }
    CW_TRY(check_strictness(session, actual, known.has_value()));
    auto registry = std::make_shared<RemoteRegistry>(session, id, actual, std::move(known));
    registry->index().on_loaded([this, raw = registry.get()](const std::string& name) { walk.loaded(*raw, name); });
    made = std::move(registry);
    break;
  }
  case SourceKind::registry:
    CW_TRY(check_strictness(session, actual, false));
    made = std::make_shared<GitRegistry>(session, id, actual);
    break;
  }
  return made;
}

RemoteRegistry* SourceMap::State::registry_of(SourceId id)
{
  const auto source = id.is_registry() ? source_of(id) : Result<PackageSource*>(nullptr);
  return source ? dynamic_cast<RemoteRegistry*>(*source) : nullptr;
}

Result<> SourceMap::State::prepare(std::span<const Wanted> wanted)
{
  std::map<PackageSource*, std::vector<Wanted>> by_source;
  std::vector<PackageSource*> order;
  for (const auto& want : wanted) {
    CW_TRY_ASSIGN(auto* const source, source_of(want.id.source()));
    auto& list = by_source[source];
    if (list.empty()) {
      order.push_back(source);
    }
    list.push_back(want);
  }
  for (auto* const source : order) {
    CW_TRY(source->fetch(by_source[source]));
  }
  return {};
}

SourceMap::SourceMap(std::unique_ptr<State> state) : m_state(std::move(state)) {}
SourceMap::~SourceMap() = default;

Result<std::unique_ptr<SourceMap>> SourceMap::create(const Env& env, const manifest::Config& config, SourceOptions options)
{
  auto state = std::make_unique<State>(env, config, std::move(options));
  if (!state->session.options().ignores_replacements) {
    CW_TRY_ASSIGN(state->replacements, Replacements::read(config));
    CW_TRY(state->replacements.check());
  }
  CW_TRY_ASSIGN(auto known, registry_client::known_registries(env.fs, config.cargo_home()));
  state->names = NameRules(std::move(known));
  return std::unique_ptr<SourceMap>(new SourceMap(std::move(state)));
}

Result<> SourceMap::check_member_names(std::span<const PackagePtr> members) const
{
  return m_state->names.check_members(m_state->session.fs(), m_state->session.config(), members);
}

Result<std::vector<resolve::Candidate>> SourceMap::query_candidates(const manifest::Dependency& dependency)
{
  CW_TRY(m_state->names.check(dependency));
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(dependency.source));
  if (auto* const registry = m_state->registry_of(dependency.source);
      registry != nullptr && !m_state->session.offline() && !registry->index().is_ready(dependency.package_name)) {
    // What it leads to will be asked for next.
    m_state->walk.visit(dependency);
  }
  CW_TRY_ASSIGN(auto found, source->candidates(dependency, Match::requirement));
  if (dependency.source.is_git() && !found.empty()) {
    // The answer carries the commit; asking by it must not load the repository again.
    const SourceId locked = found.front().id.source();
    const auto own = m_state->sources.at({dependency.source.address(), dependency.source.precise()});
    m_state->sources.try_emplace({locked.address(), locked.precise()}, own);
  }
  return found;
}

Result<resolve::SummaryPtr> SourceMap::load_candidate(const resolve::Candidate& candidate)
{
  if (candidate.summary) {
    return candidate.summary;
  }
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(candidate.id.source()));
  return source->load_candidate(candidate);
}

Result<std::vector<resolve::SummaryPtr>> SourceMap::query(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(const auto found, query_candidates(dependency));
  std::vector<resolve::SummaryPtr> out;
  for (const auto& candidate : found) {
    CW_TRY_ASSIGN(auto summary, load_candidate(candidate));
    if (summary) {
      out.push_back(std::move(summary));
    }
  }
  return out;
}

Result<std::vector<resolve::SummaryPtr>> SourceMap::query_all_versions(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(dependency.source));
  CW_TRY_ASSIGN(const auto found, source->candidates(dependency, Match::any_version));
  std::vector<resolve::SummaryPtr> out;
  for (const auto& candidate : found) {
    CW_TRY_ASSIGN(auto summary, source->load_candidate(candidate));
    if (summary) {
      out.push_back(std::move(summary));
    }
  }
  return out;
}

Result<std::vector<std::string>> SourceMap::similar_names(const manifest::Dependency& dependency)
{
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(dependency.source));
  return source->similar_names(dependency.package_name);
}

Result<> SourceMap::prefetch(std::span<const resolve::DependencyPtr> roots)
{
  if (m_state->session.offline()) {
    return {};
  }
  for (const auto& root : roots) {
    m_state->walk.visit(*root);
  }
  if (!m_state->session.network_was_used()) {
    return {};
  }
  CW_TRY_ASSIGN(auto* const http, m_state->session.http());
  for (;;) {
    // Mirrors of federations may be slow, and are not waited for once another one has answered.
    bool is_federated = false, is_pending = false;
    for (const auto& [key, source] : m_state->sources) {
      if (auto* const registry = dynamic_cast<RemoteRegistry*>(source.get())) {
        registry->index().tick();
        is_federated = is_federated || registry->index().has_federation();
        is_pending = is_pending || registry->index().pending();
      }
    }
    CW_TRY_ASSIGN(const bool more, http->poll(std::chrono::milliseconds(is_federated ? 20 : 200)));
    if (!more || (is_federated && !is_pending)) {
      m_state->session.reporter().clear_progress();
      return {};
    }
  }
}

void SourceMap::request_update()
{
  m_state->update_requested = true;
  for (auto& [key, source] : m_state->sources) {
    source->request_update();
  }
}

bool SourceMap::network_was_used() const
{
  return m_state->session.network_was_used();
}

Result<> SourceMap::download(const resolve::Resolve& resolve, std::span<const PackageId> ids)
{
  return m_state->prepare(wanted_of(resolve, ids));
}

Result<PackageMap> SourceMap::load_packages(const resolve::Resolve& resolve, std::span<const PackageId> ids)
{
  CW_TRY(m_state->prepare(wanted_of(resolve, ids)));
  std::vector<PackagePtr> packages(ids.size());
  std::vector<std::optional<base::Path>> directories(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    CW_TRY_ASSIGN(auto* const source, m_state->source_of(ids[i].source()));
    directories[i] = source->directory_of(ids[i]);
    if (!directories[i]) {
      CW_TRY_ASSIGN(packages[i], source->loaded_package(ids[i]));
    }
  }
  CW_TRY(for_each_in_parallel(ids.size(), [&](std::size_t i) -> Result<> {
    if (directories[i]) {
      CW_TRY_ASSIGN(packages[i], read_unpacked(m_state->session, *directories[i], ids[i]));
    }
    return {};
  }));
  PackageMap out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    out.emplace(ids[i], std::move(packages[i]));
  }
  return out;
}

Result<PackagePtr> SourceMap::load(PackageId id, const std::optional<std::string>& checksum)
{
  const Wanted want{id, checksum};
  CW_TRY(m_state->prepare({&want, 1}));
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(id.source()));
  const auto directory = source->directory_of(id);
  if (!directory) {
    return source->loaded_package(id);
  }
  return read_unpacked(m_state->session, *directory, id);
}

Result<std::vector<PackagePtr>> SourceMap::packages_of(SourceId id)
{
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(id));
  return source->all_packages();
}

Result<> SourceMap::verify(PackageId id)
{
  CW_TRY_ASSIGN(auto* const source, m_state->source_of(id.source()));
  return source->verify(id);
}

std::optional<base::Path> SourceMap::package_directory(PackageId id) const
{
  const auto source = m_state->source_of(id.source());
  return source ? (*source)->directory_of(id) : std::nullopt;
}

std::optional<base::Path> SourceMap::archive_of(PackageId id) const
{
  const auto source = m_state->source_of(id.source());
  return source ? (*source)->archive_of(id) : std::nullopt;
}

Result<> SourceMap::lock()
{
  return m_state->session.lock();
}
void SourceMap::unlock()
{
  m_state->session.unlock();
}

std::unique_ptr<base::FileLock> lock_sources_for_reading(const Env& env, const Path& cargo_home)
{
  auto lock = env.fs.lock(cargo_home / ".package-cache-mutate", base::LockMode::shared, {});
  return lock ? std::move(lock).value() : nullptr;
}

} // namespace cargo_wasm::source
