#include "component_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_client/download_log.hpp>
#include <cargo_wasm/registry_client/locked_versions.hpp>
#include <cargo_wasm/registry_oci/static_layout.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>
#include <cargo_wasm/source/reading_tokens.hpp>

#include "component_lock.hpp"
#include "publish_component.hpp"

namespace cargo_wasm::ops {

namespace {

using registry_client::KnownRegistry;
using registry_client::VerifiedRegistry;
using registry_oci::PackageName;
using registry_oci::Repository;
using registry_oci::Sha256;

/// Of a package with more hyphens only the spellings with hyphens or underscores throughout are looked for.
constexpr std::size_t k_most_mixed_hyphens = 8;

std::string_view without_prefix(std::string_view address)
{
  constexpr std::string_view k_sparse = "sparse+";
  return address.starts_with(k_sparse) ? address.substr(k_sparse.size()) : address;
}

/// "https://registry.example/sub/" as the place of OCI that its files make it.
Result<registry_oci::Place> place_at(std::string_view address)
{
  const std::size_t host = address.find("://");
  std::string_view rest = host == std::string_view::npos ? address : address.substr(host + 3);
  while (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  return registry_oci::parse_place("oci://" + std::string(rest));
}

/// What a crate may be called whose component is this package: names of crates may have `_` where those of packages have `-`.
std::vector<std::string> crate_names(const std::string& package)
{
  std::vector<std::size_t> hyphens;
  for (std::size_t i = 0; i < package.size(); ++i) {
    if (package[i] == '-') {
      hyphens.push_back(i);
    }
  }
  std::string underscored = package;
  std::ranges::replace(underscored, '-', '_');
  std::vector<std::string> names{package};
  if (!hyphens.empty()) {
    names.push_back(underscored);
  }
  const std::size_t mixed = hyphens.size() <= k_most_mixed_hyphens ? (std::size_t{1} << hyphens.size()) : 0;
  for (std::size_t bits = 1; bits + 1 < mixed; ++bits) {
    std::string name = package;
    for (std::size_t i = 0; i < hyphens.size(); ++i) {
      name[hyphens[i]] = (bits >> i & 1U) != 0 ? '_' : '-';
    }
    names.push_back(std::move(name));
  }
  return names;
}

/// Whether the components beside this crate are versions of this package.
bool is_beside(const KnownRegistry& known, const std::string& crate, const PackageName& package)
{
  const auto own = registry_oci::component_repository(known.federation.name, crate);
  return own && *own == fmt::format("{}/{}", package.space, package.name);
}

/// Whether a crate of the registry can have this package as its component.
bool is_of(const KnownRegistry& known, const PackageName& package)
{
  return is_beside(known, package.name, package);
}

Error not_in_log(const KnownRegistry& known, const PackageName& package, const spec::Version& version, std::string why)
{
  return Error("CW1134",
               fmt::format("the log of the registry `{}` does not have the component `{}` {} as it is here",
                           known.federation.name,
                           to_string(package),
                           spec::to_string(version)),
               Blame::integrity)
      .note(std::move(why))
      .help("nothing of it was used: ask the registry's operators, and whoever changed the lock");
}

/// The versions of an index file that have components.
Result<std::vector<LoggedVersion>> logged_versions(std::string_view index_file)
{
  std::vector<LoggedVersion> found;
  for (const std::string_view line : base::split(index_file, '\n')) {
    if (line.empty()) {
      continue;
    }
    CW_TRY_ASSIGN(const auto entry, registry_protocol::parse_index_entry(line));
    const auto manifest = entry.component ? registry_oci::parse_digest(*entry.component) : std::nullopt;
    if (!manifest) {
      continue;
    }
    CW_TRY_ASSIGN(spec::Version version, spec::parse_version(entry.version));
    found.push_back({.version = std::move(version),
                     .manifest = *manifest,
                     .yanked = entry.yanked,
                     .line = {.name = entry.name, .version = entry.version, .checksum = entry.checksum, .line = std::string(line)}});
  }
  std::ranges::sort(found, {}, &LoggedVersion::version);
  return found;
}

} // namespace

struct ComponentLog::Reading
{
  std::unique_ptr<base::HttpClient> http; ///< nullptr offline
  std::unique_ptr<VerifiedRegistry> registry;
  std::map<std::string, std::vector<LoggedVersion>> versions; ///< by package
  std::optional<Error> trouble;                               ///< why its state could not be read
  bool is_current = false;
  bool has_no_news = false; ///< of what was yanked, which was said

  /// Once a command: a registry that is away is away for each of its components.
  Result<> refresh()
  {
    if (!trouble && !is_current) {
      const Result<> refreshed = registry->refresh();
      is_current = refreshed.has_value();
      trouble = refreshed ? std::nullopt : std::optional(refreshed.error());
    }
    return trouble ? Result<>(fail(*trouble)) : Result<>();
  }
};

Error needs_network(const manifest::Config& config)
{
  return Error("CW1165", "the registry of a component would have to be asked", Blame::network)
      .note(fmt::format("{} forbids the network", config.offline_reason()))
      .help("`cargo-wasm component fetch` with a network; afterwards builds do without");
}

ComponentLog::ComponentLog(const Env& env, const manifest::Config& config) : m_env(env), m_config(config), m_yanked(config, env.reporter) {}

ComponentLog::~ComponentLog()
{
  for (const auto& [name, one] : m_reading) {
    one->registry->keep_health();
  }
}

Result<const std::vector<KnownRegistry>*> ComponentLog::all()
{
  if (!m_known) {
    CW_TRY_ASSIGN(m_known, registry_client::known_registries(m_env.fs, m_config.cargo_home()));
  }
  return &*m_known;
}

Result<const KnownRegistry*> ComponentLog::named(const std::string& said)
{
  const auto source = m_config.source_of_registry(said);
  if (!source) {
    return nullptr;
  }
  CW_TRY_ASSIGN(const auto* const known, all());
  const auto found = std::ranges::find_if(
      *known, [&](const KnownRegistry& one) { return without_prefix(one.federation.canonical) == without_prefix(source->url()); });
  return found == known->end() ? nullptr : &*found;
}

Result<Repository> ComponentLog::repository(const KnownRegistry& known, const PackageName& package)
{
  CW_TRY_ASSIGN(const registry_oci::Place place, place_at(without_prefix(known.federation.canonical)));
  return registry_oci::repository_of(place, package);
}

Result<const KnownRegistry*> ComponentLog::owner_of(const PackageName& package, const Repository& repository)
{
  CW_TRY_ASSIGN(const auto* const known, all());
  for (const KnownRegistry& one : *known) {
    if (!is_of(one, package)) {
      continue;
    }
    std::vector<std::string> addresses{std::string(without_prefix(one.federation.canonical))};
    for (const registry_trust::Mirror& mirror : one.federation.mirrors) {
      addresses.push_back(mirror.base);
    }
    for (const std::string& address : addresses) {
      CW_TRY_ASSIGN(const registry_oci::Place place, place_at(address));
      CW_TRY_ASSIGN(const Repository there, registry_oci::repository_of(place, package));
      if (there == repository) {
        return &one;
      }
    }
  }
  return nullptr;
}

Result<ComponentLog::Reading*> ComponentLog::reading(const KnownRegistry& known)
{
  std::unique_ptr<Reading>& one = m_reading[known.federation.name];
  if (!one) {
    auto made = std::make_unique<Reading>();
    registry_client::ReadingOptions options;
    options.offline = m_config.offline();
    if (!options.offline) {
      CW_TRY_ASSIGN(const auto http, m_config.http_options());
      CW_TRY_ASSIGN(made->http, m_env.http.make(http));
    }
    CW_TRY_ASSIGN(const auto preferred, m_config.get_string_list("cargo-wasm.mirrors"));
    if (preferred) {
      options.pool.preferred = preferred->value;
    }
    options.pool.tokens = source::tokens_to_read(m_env, m_config, known);
    made->registry = std::make_unique<VerifiedRegistry>(m_env, made->http.get(), known, std::move(options));
    one = std::move(made);
  }
  return one.get();
}

Path ComponentLog::remembered_file(const KnownRegistry& known, const PackageName& package) const
{
  return m_config.cargo_home() / "cargo-wasm/oci/index" / fmt::format("{}-{}", known.federation.name, package.name);
}

// A file that is here, and still the right one by the registry's map, is not fetched again.
Result<std::optional<std::string>> ComponentLog::index_file(const KnownRegistry& known, const PackageName& package)
{
  CW_TRY_ASSIGN(Reading* const reading, this->reading(known));
  const Path here = remembered_file(known, package);
  CW_TRY_ASSIGN(const auto remembered, m_env.fs.read_if_exists(here));
  const auto is_here = [hash = base::sha256(remembered.value_or(""))](const base::Sha256& wanted) { return hash == wanted; };
  for (const std::string& name : crate_names(package.name)) {
    const auto got = std::make_shared<std::optional<Result<std::optional<std::string>>>>();
    reading->registry->index_file(name, is_here, [got](Result<std::optional<std::string>> file) { *got = std::move(file); });
    while (!*got) {
      CW_TRY(reading->registry->poll());
    }
    CW_TRY_ASSIGN(std::optional<std::string> file, std::move(**got));
    if (!file) {
      continue;
    }
    file = file->empty() ? remembered : file;
    CW_TRY(m_env.fs.create_directories(here.parent_path()));
    CW_TRY(m_env.fs.write_atomic(here, *file)); // the same bytes, too: its time says when they were right
    return file;
  }
  return std::optional<std::string>();
}

Result<std::vector<LoggedVersion>> ComponentLog::versions(const KnownRegistry& known, const PackageName& package)
{
  CW_TRY_ASSIGN(Reading* const one, reading(known));
  const auto read = one->versions.find(to_string(package));
  if (read != one->versions.end()) {
    return read->second;
  }
  CW_TRY(one->refresh());
  const std::string& federation = known.federation.name;
  std::optional<std::string> file;
  if (is_of(known, package)) {
    CW_TRY_ASSIGN(file, index_file(known, package));
  }
  if (!file) {
    return fail(Error("CW1162", fmt::format("the registry `{}` has no package `{}`", federation, to_string(package)))
                    .note("its signed map of names has no such crate")
                    .help(fmt::format("a component beside its crate `NAME` is called `{}:NAME`", federation)));
  }
  CW_TRY_ASSIGN(std::vector<LoggedVersion> found, logged_versions(*file));
  return one->versions.emplace(to_string(package), std::move(found)).first->second;
}

// What is here was verified when it came; since then it may have been revoked.
Result<> ComponentLog::check_kept(const KnownRegistry& known, const VerifiedRegistry::Version& kept)
{
  CW_TRY_ASSIGN(const auto listed, m_config.get_string_list("cargo-wasm.allow-revoked"));
  CW_TRY_ASSIGN(const auto strict, m_config.get_bool("cargo-wasm.strict-federation"));
  const auto before = m_reading.find(known.federation.name);
  const bool is_read = before != m_reading.end();
  const registry_client::LockedCheck how{.allowed = listed ? listed->value : std::vector<std::string>(),
                                         .offline = m_config.offline() || (is_read && before->second->trouble),
                                         .was_asked = is_read && before->second->is_current,
                                         .strict = strict && strict->value};
  return registry_client::check_locked_versions(m_env, known, how, std::span(&kept, 1), [&]() -> Result<VerifiedRegistry*> {
    CW_TRY_ASSIGN(Reading* const one, reading(known));
    CW_TRY(one->refresh());
    return one->registry.get();
  });
}

// The same manifest may have been published beside several crates: each of them counts for itself.
Path ComponentLog::kept_file(const KnownRegistry& known, const PackageName& package, const Sha256& manifest) const
{
  return m_config.cargo_home() / "cargo-wasm/oci/logged" /
         fmt::format("{}-{}-{}", base::to_hex(manifest), known.federation.name, package.name);
}

Result<std::optional<LoggedVersion>>
ComponentLog::kept(const KnownRegistry& known, const PackageName& package, const spec::Version& version, const Sha256& manifest) const
{
  CW_TRY_ASSIGN(const auto text, m_env.fs.read_if_exists(kept_file(known, package, manifest)));
  auto lines = text ? logged_versions(*text) : Result<std::vector<LoggedVersion>>();
  const bool is_it = lines && lines->size() == 1 && lines->front().manifest == manifest && lines->front().version == version &&
                     is_beside(known, lines->front().line.name, package);
  return is_it ? std::optional(std::move(lines->front())) : std::nullopt;
}

Result<LoggedVersion>
ComponentLog::logged(const KnownRegistry& known, const PackageName& package, const spec::Version& version, const Sha256& manifest)
{
  CW_TRY_ASSIGN(const std::vector<LoggedVersion> all_versions, versions(known, package));
  const auto found = std::ranges::find(all_versions, version, &LoggedVersion::version);
  if (found == all_versions.end()) {
    return fail(not_in_log(known, package, version, "its crate has no such version with a component beside it"));
  }
  if (found->manifest != manifest) {
    return fail(not_in_log(known,
                           package,
                           version,
                           fmt::format("it has the manifest `{}`, and this one is `{}`",
                                       registry_oci::digest_text(found->manifest),
                                       registry_oci::digest_text(manifest))));
  }
  CW_TRY_ASSIGN(Reading* const one, reading(known));
  CW_TRY(one->registry->verify_versions(std::span(&found->line, 1)));
  return *found;
}

Result<> ComponentLog::check(const KnownRegistry& known, const PackageName& package, const spec::Version& version, const Sha256& manifest)
{
  CW_TRY_ASSIGN(const auto before, kept(known, package, version, manifest));
  if (before) {
    return check_kept(known, before->line);
  }
  if (m_config.offline()) {
    return fail(needs_network(m_config)); // a digest says nothing of whose component that is
  }
  CW_TRY_ASSIGN(const LoggedVersion found, logged(known, package, version, manifest));
  CW_TRY(check_kept(known, found.line));
  const Path file = kept_file(known, package, manifest);
  CW_TRY(m_env.fs.create_directories(file.parent_path()));
  return m_env.fs.write_atomic(file, found.line.line + "\n");
}

Result<bool> ComponentLog::was_confirmed_lately(const Path& file) const
{
  CW_TRY_ASSIGN(const auto stat, m_env.fs.stat(file));
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(m_env.clock.now().time_since_epoch());
  const auto then = std::chrono::nanoseconds(stat ? stat->mtime_ns : 0);
  return stat && then <= now && now - then < source::k_yanked_age;
}

Result<> ComponentLog::check_yanked(const KnownRegistry& known, const PackageName& package, const spec::Version& version)
{
  CW_TRY_ASSIGN(const source::YankedPolicy policy, m_yanked.policy());
  const std::string registry = fmt::format("registry `{}`", known.federation.name);
  const Path here = remembered_file(known, package);
  if (policy == source::YankedPolicy::deny && !m_config.offline()) {
    CW_TRY_ASSIGN(const bool is_young, was_confirmed_lately(here));
    CW_TRY_ASSIGN(Reading* const one, reading(known));
    if (!is_young && !one->has_no_news) {
      if (const auto news = versions(known, package); !news) {
        CW_TRY(m_yanked.without_news(registry, news.error()));
        one->has_no_news = true;
      }
    }
  }
  CW_TRY_ASSIGN(const auto remembered, m_env.fs.read_if_exists(here));
  CW_TRY_ASSIGN(const auto all_versions, logged_versions(remembered.value_or("")));
  const auto found = std::ranges::find(all_versions, version, &LoggedVersion::version);
  if (found == all_versions.end() || !found->yanked) {
    return {};
  }
  return m_yanked.check(
      registry,
      {.name = to_string(package), .crate = found->line.name, .version = spec::to_string(version), .lock = k_component_lock_name});
}

Result<> ComponentLog::check_publisher(
    const KnownRegistry& known, const PackageName& package, const spec::Version& version, const Sha256& manifest, const std::string& key)
{
  CW_TRY(check_publisher_key(key));
  CW_TRY_ASSIGN(auto found, kept(known, package, version, manifest));
  if (!found) {
    CW_TRY_ASSIGN(found, logged(known, package, version, manifest));
  }
  // Who signed what is in the log does not change: what is here of the log does, as far as it has it.
  VerifiedRegistry from_memory(m_env, nullptr, known, {.pool = {}, .offline = true});
  Result<std::optional<std::string>> publisher = from_memory.publisher_of(found->line);
  if (!publisher && !m_config.offline()) {
    CW_TRY_ASSIGN(Reading* const one, reading(known));
    publisher = one->registry->publisher_of(found->line);
  }
  CW_TRY_ASSIGN(const std::optional<std::string> who, std::move(publisher));
  const auto wanted = registry_tlog::parse_verifier_key(key);
  const auto is = who ? registry_tlog::parse_verifier_key(*who) : fail(Error());
  if (is && *is == *wanted) {
    return {};
  }
  return fail(Error("CW1170",
                    fmt::format("`{}` {} is not signed by `{}`", to_string(package), spec::to_string(version), wanted->name),
                    Blame::integrity)
                  .note(who ? fmt::format("the log of the registry `{}` has it as signed by `{}`", known.federation.name, *who)
                            : fmt::format("the log of the registry `{}` has no publisher's signature for it", known.federation.name))
                  .help("ask its publisher which key it was signed with, and do not use it before you know"));
}

Result<registry_oci::PulledArtifact>
ComponentLog::pull(const KnownRegistry& known, const PackageName& package, const spec::Version& version, const Sha256& manifest)
{
  CW_TRY_ASSIGN(Reading* const one, reading(known));
  CW_TRY(one->refresh());
  const std::string repository = fmt::format("{}/{}", package.space, package.name);
  std::string mirror;
  const auto file = [&](const std::string& path, const Sha256& hash, std::uint64_t max_bytes) -> Result<std::string> {
    const auto got = std::make_shared<std::optional<Result<VerifiedRegistry::Archive>>>();
    one->registry->file(path, hash, max_bytes, [got](Result<VerifiedRegistry::Archive> bytes) { *got = std::move(bytes); });
    while (!*got) {
      CW_TRY(one->registry->poll());
    }
    if (!**got) {
      return fail(std::move(**got).error().during(fmt::format("while downloading {} v{}", to_string(package), spec::to_string(version))));
    }
    mirror = (**got)->mirror;
    return std::move((**got)->bytes);
  };
  CW_TRY_ASSIGN(registry_oci::PulledArtifact pulled,
                registry_oci::read_artifact(
                    fmt::format("{}@{}", to_string(package), spec::to_string(version)),
                    [&]() -> Result<registry_oci::FetchedManifest> {
                      CW_TRY_ASSIGN(std::string text,
                                    file(registry_oci::manifest_path(repository, manifest), manifest, registry_oci::k_max_manifest_bytes));
                      return registry_oci::FetchedManifest{std::move(text), manifest};
                    },
                    [&](const registry_oci::Descriptor& blob) {
                      return file(registry_oci::blob_path(repository, blob.digest), blob.digest, blob.size);
                    }));
  const registry_client::DownloadRecord record{.time = registry_trust::utc_seconds(m_env.clock.now()),
                                               .registry = known.federation.name,
                                               .name = to_string(package),
                                               .version = spec::to_string(version),
                                               .sha256 = base::to_hex(manifest),
                                               .mirror = mirror,
                                               .log_size = one->registry->state().checkpoint.size};
  if (Result<> noted = registry_client::append_downloads(m_env.fs, m_config.cargo_home(), {record}); !noted) {
    m_env.reporter.warning(std::move(noted).error().during("while noting what was downloaded"));
  }
  return pulled;
}

} // namespace cargo_wasm::ops
