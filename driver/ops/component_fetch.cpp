#include "component_fetch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/component_settings.hpp>
#include <cargo_wasm/wit/decode.hpp>

#include "publish_component.hpp"

namespace cargo_wasm::ops {

namespace {

using manifest::ComponentDependency;
using registry_oci::PackageName;
using registry_oci::Sha256;

/// What is asked of one package, by all members.
struct Wanted
{
  PackageName package;
  std::vector<spec::VersionReq> requirements;
  std::vector<std::string> texts;      ///< the requirements as written
  std::optional<std::string> registry; ///< of the first who says one
  std::vector<std::string> keys;
  std::vector<Path> wit; ///< directories of those who ask
  base::TextSpan where;

  [[nodiscard]] bool fits(const spec::Version& version) const
  {
    return std::ranges::all_of(requirements, [&](const spec::VersionReq& requirement) { return requirement.matches(version); });
  }
};
using WantedByName = std::map<std::string, Wanted>;

Result<> add_wanted(const ComponentDependency& dependency, const manifest::ComponentSettings& settings, const Path& wit, WantedByName& into)
{
  const auto wrong = [&](const Error& why) {
    Error error("CW1168", fmt::format("the dependency `{}` of a component cannot be read", dependency.name));
    if (dependency.where.line != 0) {
      error.where = dependency.where;
    }
    error.notes.push_back(why.message);
    error.helps = why.helps;
    return fail(std::move(error));
  };
  const auto package = registry_oci::parse_package_name(dependency.name);
  if (!package) {
    return wrong(package.error());
  }
  const auto requirement = spec::parse_version_req(dependency.requirement);
  if (!requirement) {
    return wrong(requirement.error());
  }
  Wanted& wanted = into[dependency.name];
  wanted.package = *package;
  wanted.requirements.push_back(*requirement);
  wanted.texts.push_back(dependency.requirement);
  const std::optional<std::string>& registry = dependency.registry ? dependency.registry : settings.registry;
  if (wanted.registry && registry && *wanted.registry != *registry) {
    Error error("CW1168", fmt::format("`{}` is wanted from two registries", dependency.name));
    error.where = dependency.where;
    error.notes.push_back(fmt::format("`{}` and `{}`", *wanted.registry, *registry));
    error.helps.emplace_back(
        "a name belongs to one registry: say the same everywhere, or say it once in `[workspace.metadata.wasm.component]`");
    return fail(std::move(error));
  }
  wanted.registry = wanted.registry ? wanted.registry : registry;
  wanted.where = wanted.where.line == 0 ? dependency.where : wanted.where;
  if (dependency.key) {
    wanted.keys.push_back(*dependency.key);
  }
  if (std::ranges::find(wanted.wit, wit) == wanted.wit.end()) {
    wanted.wit.push_back(wit);
  }
  return {};
}

Result<WantedByName> collect_wanted(const Env& env, const manifest::Workspace& workspace)
{
  WantedByName all;
  for (const manifest::PackagePtr& member : workspace.members) {
    CW_TRY_ASSIGN(const auto settings, manifest::read_component_settings(env.fs, *member->manifest, *workspace.root_manifest));
    const Path wit = settings.wit.value_or(member->root() / "wit");
    for (const ComponentDependency& dependency : settings.dependencies) {
      CW_TRY(add_wanted(dependency, settings, wit, all));
    }
  }
  return all;
}

class ComponentFetcher
{
public:
  ComponentFetcher(const Env& env, const manifest::Config& config) : m_env(env), m_config(config), m_registry(env, config) {}

  struct Choice
  {
    LockedComponent locked;
    PackageSource source;
  };

  /// What the lock has if that fits and is from the registry that is named, else the highest version.
  Result<Choice> choose(const Wanted& wanted, const std::vector<LockedComponent>& lock)
  {
    const auto known = std::ranges::find(lock, wanted.package, &LockedComponent::package);
    std::string why = known == lock.end() ? fmt::format("it does not have `{}`", to_string(wanted.package))
                                          : fmt::format("it has `{}` {}, and `{}` is wanted",
                                                        to_string(wanted.package),
                                                        spec::to_string(known->version),
                                                        base::join(wanted.texts, "`, `"));
    if (known != lock.end() && wanted.fits(known->version)) {
      CW_TRY_ASSIGN(const auto found, m_registry.locked_source(wanted.package, wanted.registry, known->source));
      if (!found.elsewhere) {
        return Choice{*known, found.source};
      }
      why = fmt::format(
          "it has `{}` from `{}`, and `{}` is named", to_string(wanted.package), to_string(known->source), to_string(*found.elsewhere));
      if (!m_config.locked()) {
        m_env.reporter.status("Updating", fmt::format("{}, as the registry is another one: {}", k_component_lock_name, why));
      }
    }
    if (m_config.locked()) {
      return fail(Error("CW1164", fmt::format("`{}` would have to be changed", k_component_lock_name))
                      .note(std::move(why))
                      .help("run the same command without `--locked`, and keep the lock that it writes"));
    }
    CW_TRY_ASSIGN(const PackageSource source, m_registry.source_of(wanted.package, wanted.registry));
    CW_TRY(m_registry.check_strictness(source, wanted.package, !wanted.keys.empty()));
    CW_TRY_ASSIGN(const auto versions, m_registry.versions(source, wanted.package));
    const auto best = std::find_if(
        versions.rbegin(), versions.rend(), [&](const OfferedVersion& offered) { return !offered.yanked && wanted.fits(offered.version); });
    if (best == versions.rend()) {
      return fail(none_fits(wanted, to_string(source.repository), versions));
    }
    CW_TRY_ASSIGN(const auto pulled, pull(source, wanted, best->version, best->reference));
    return Choice{{wanted.package, best->version, source.repository, pulled.digest, base::sha256(pulled.layer)}, source};
  }

  /// Its bytes, from the cache or by the digests of the lock.
  Result<FetchedComponent> fetch(const Wanted& wanted, const Choice& choice)
  {
    const auto& [locked, place] = choice;
    const Path file = cached(locked.package, locked.content);
    CW_TRY(m_registry.check_strictness(place, wanted.package, !wanted.keys.empty()));
    CW_TRY_ASSIGN(const auto kept, m_env.fs.read_if_exists(file));
    if (kept && base::sha256(*kept) == locked.content) {
      CW_TRY(m_registry.check(place, locked.package, locked.version, locked.manifest)); // it may have been revoked since
    } else {
      CW_TRY_ASSIGN(const auto pulled, pull(place, wanted, locked.version, registry_oci::digest_text(locked.manifest)));
      if (base::sha256(pulled.layer) != locked.content) {
        return fail(Error("CW1166",
                          fmt::format("`{}` contradicts itself about `{}` {}",
                                      k_component_lock_name,
                                      to_string(locked.package),
                                      spec::to_string(locked.version)),
                          Blame::integrity)
                        .note("the manifest that it names is one of other content")
                        .help("take the lock from version control again"));
      }
    }
    const SignedVersion version{locked.package, spec::to_string(locked.version), locked.manifest, locked.content};
    for (const std::string& key : wanted.keys) {
      CW_TRY(m_registry.check_key(place, version, key));
    }
    CW_TRY_ASSIGN(const base::MappedFile mapped, m_env.fs.map(file));
    const wasm::Source source(mapped.path(), mapped.bytes());
    CW_TRY_ASSIGN(const auto package, wit::decode_package(source));
    return FetchedComponent{locked, file, package.has_value()};
  }

private:
  /// By content; tools that put components together want a name of words in front of `.wasm`.
  [[nodiscard]] Path cached(const PackageName& package, const Sha256& content) const
  {
    return m_config.cargo_home() / "cargo-wasm/oci/sha256" / base::to_hex(content) / fmt::format("{}-{}.wasm", package.space, package.name);
  }

  Result<registry_oci::PulledArtifact>
  pull(const PackageSource& source, const Wanted& wanted, const spec::Version& version, const std::string& reference)
  {
    CW_TRY(m_registry.demand_network());
    m_env.reporter.status("Downloading",
                          fmt::format("{} v{} ({})",
                                      to_string(wanted.package),
                                      spec::to_string(version),
                                      source.known == nullptr ? source.repository.host : source.known->federation.name + ", verified"));
    CW_TRY_ASSIGN(registry_oci::PulledArtifact pulled, m_registry.pull(source, wanted.package, version, reference));
    const Path file = cached(wanted.package, base::sha256(pulled.layer));
    CW_TRY(m_env.fs.create_directories(file.parent_path()));
    CW_TRY(m_env.fs.write_atomic(file, pulled.layer));
    return pulled;
  }

  static Error none_fits(const Wanted& wanted, const std::string& repository, const std::vector<OfferedVersion>& versions)
  {
    constexpr std::size_t k_shown = 5;
    std::vector<std::string> newest;
    for (std::size_t i = 0; i < std::min(k_shown, versions.size()); ++i) {
      newest.push_back(spec::to_string(versions[versions.size() - 1 - i].version));
    }
    Error error("CW1162", fmt::format("no version of `{}` is `{}`", to_string(wanted.package), base::join(wanted.texts, "` and `")));
    if (wanted.where.line != 0) {
      error.where = wanted.where;
    }
    error.notes.push_back(newest.empty() ? fmt::format("`{}` has no version at all", repository)
                                         : fmt::format("`{}` has {}", repository, base::join(newest, ", ")));
    error.helps.emplace_back("change the requirement, or ask for the version to be published");
    return error;
  }

  const Env& m_env;
  const manifest::Config& m_config;
  ComponentRegistry m_registry;
};

/// `acme-calc-1.2.3.wasm`, and nothing of other versions beside it.
Result<> place_wit(const Env& env, const FetchedComponent& fetched, const Path& wit)
{
  const Path directory = wit / "deps";
  const std::string stem = fmt::format("{}-{}-", fetched.locked.package.space, fetched.locked.package.name);
  const std::string name = fmt::format("{}{}.wasm", stem, spec::to_string(fetched.locked.version));
  CW_TRY(env.fs.create_directories(directory));
  CW_TRY_ASSIGN(const auto entries, env.fs.list(directory));
  for (const base::DirectoryEntry& entry : entries) {
    const std::string text = Path(entry.name).native();
    constexpr std::string_view k_extension = ".wasm";
    const bool is_ours =
        text != name && text.starts_with(stem) && text.ends_with(k_extension) &&
        spec::parse_version(std::string_view(text).substr(stem.size(), text.size() - stem.size() - k_extension.size())).has_value();
    if (is_ours) {
      CW_TRY(env.fs.remove(directory / entry.name));
    }
  }
  CW_TRY_ASSIGN(const std::string bytes, env.fs.read(fetched.file));
  CW_TRY_ASSIGN(const auto there, env.fs.read_if_exists(directory / name));
  return there == bytes ? Result<>() : env.fs.write_atomic(directory / name, bytes);
}

} // namespace

Result<FetchedComponents> fetch_component_dependencies(const Env& env, const manifest::Config& config, const manifest::Workspace& workspace)
{
  FetchedComponents fetched;
  CW_TRY_ASSIGN(const WantedByName wanted, collect_wanted(env, workspace));
  if (wanted.empty()) {
    return fetched;
  }
  const Path lock_file = workspace.root / k_component_lock_name;
  CW_TRY_ASSIGN(auto text, env.fs.read_if_exists(lock_file));
  const std::string before = text.value_or("");
  std::vector<LockedComponent> lock;
  if (text) {
    CW_TRY_ASSIGN(lock, parse_component_lock(lock_file, std::move(*text)));
  }
  ComponentFetcher fetcher(env, config);
  std::vector<LockedComponent> chosen;
  for (const auto& [name, one] : wanted) {
    CW_TRY_ASSIGN(const auto choice, fetcher.choose(one, lock));
    CW_TRY_ASSIGN(FetchedComponent component, fetcher.fetch(one, choice));
    chosen.push_back(choice.locked);
    fetched.emplace(name, std::move(component));
  }
  if (const std::string after = component_lock_text(chosen); after != before) {
    if (config.locked()) {
      return fail(Error("CW1164", fmt::format("`{}` would have to be changed", k_component_lock_name))
                      .note("it has packages that nobody uses any more, or is not as it would be written")
                      .help("run the same command without `--locked`, and keep the lock that it writes"));
    }
    CW_TRY(env.fs.write_atomic(lock_file, after));
  }
  for (const auto& [name, one] : wanted) {
    const FetchedComponent& component = fetched.at(name);
    for (const Path& wit : one.wit) {
      if (component.is_wit_package) {
        CW_TRY(place_wit(env, component, wit));
      }
    }
  }
  return fetched;
}

} // namespace cargo_wasm::ops
