#include <cargo_wasm/ops/component_verbs.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/manifest/component_settings.hpp>
#include <cargo_wasm/ops/project.hpp>

#include <cargo_wasm/publish/quorum.hpp>

#include "component_fetch.hpp"
#include "publish_component.hpp"

namespace cargo_wasm::ops {

namespace {

using registry_oci::PackageName;

struct PackageSpec
{
  PackageName package;
  std::optional<std::string> version; ///< or a requirement
};

Result<PackageSpec> parse_package_spec(std::string_view text)
{
  const auto at = text.find('@');
  PackageSpec spec;
  CW_TRY_ASSIGN(spec.package, registry_oci::parse_package_name(text.substr(0, at)));
  if (at != std::string_view::npos) {
    spec.version = std::string(text.substr(at + 1));
  }
  return spec;
}

/// The package around the working directory, if there is one.
struct OwnPackage
{
  std::optional<Project> project;
  manifest::PackagePtr package;
  manifest::ComponentSettings settings;
};

/// `manifest`: another member than the one of the working directory.
Result<OwnPackage> own_package(const Env& env, const GlobalOptions& options, const std::optional<Path>& manifest = {})
{
  OwnPackage own;
  auto project = open_project(env, options);
  if (!project) {
    // Without a project the command line has to say everything.
    return options.workspace.manifest_path ? Result<OwnPackage>(fail(project.error())) : Result<OwnPackage>(std::move(own));
  }
  own.project = std::move(*project);
  own.package = own.project->workspace.current_package();
  for (const manifest::PackagePtr& member : own.project->workspace.members) {
    own.package = manifest && member->root() / "Cargo.toml" == *manifest ? member : own.package;
  }
  if (own.package != nullptr) {
    CW_TRY_ASSIGN(own.settings, manifest::read_component_settings(env.fs, *own.package->manifest, *own.project->workspace.root_manifest));
  }
  return own;
}

Error not_told(std::string message, std::string help)
{
  return Error("CW1167", std::move(message), Blame::usage).help(std::move(help));
}

/// What a release build leaves for the package, for whichever target.
Result<Path> built_file(const Env& env, const OwnPackage& own)
{
  constexpr std::array k_triples{"wasm32-wasip2", "wasm32-wasip1", "wasm32-unknown-unknown"};
  std::vector<Path> found;
  if (own.package != nullptr) {
    std::string with_underscores(own.package->id().name());
    std::ranges::replace(with_underscores, '-', '_');
    for (const char* const triple : k_triples) {
      const Path directory = own.project->workspace.target_directory / triple / "release";
      for (const std::string& stem : {std::string(own.package->id().name()), with_underscores}) {
        const Path file = directory / (stem + ".wasm");
        if (env.fs.is_file(file) && std::ranges::find(found, file) == found.end()) {
          found.push_back(file);
        }
      }
    }
  }
  if (found.size() != 1) {
    Error error = not_told(found.empty() ? "there is nothing to push" : "which of them is to be pushed?",
                           "name the file: `cargo-wasm component push app.wasm --to oci://HOST/PREFIX`");
    for (const Path& file : found) {
      error.notes.push_back(fmt::format("`{}`", base::shown_path(env.cwd, file).native()));
    }
    return fail(std::move(error));
  }
  return found.front();
}

/// Which package and version a file is: the command line, what the file says, the manifest.
Result<> identify(const Env& env, const ComponentPushRequest& request, const OwnPackage& own, ComponentPublication& into)
{
  std::optional<PackageName> name;
  std::optional<spec::Version> version;
  const bool is_own = !request.file || request.manifest;
  if (request.package) {
    CW_TRY_ASSIGN(const PackageSpec said, parse_package_spec(*request.package));
    name = said.package;
    if (said.version) {
      CW_TRY_ASSIGN(version, spec::parse_version(*said.version));
    }
  }
  if (!name || !version) {
    CW_TRY_ASSIGN(const auto identity, identity_of(env, into.file));
    if (identity && (!name || *name == identity->package)) {
      name = identity->package;
      version = version ? version : identity->version;
    }
  }
  if (!name && own.settings.package) {
    CW_TRY_ASSIGN(name, registry_oci::parse_package_name(*own.settings.package));
  }
  if (!version && own.package != nullptr && (is_own || own.settings.package)) {
    version = own.package->id().version();
  }
  if (!name || !version) {
    return fail(not_told(name ? fmt::format("which version of `{}` is it?", to_string(*name)) : std::string("which package is it?"),
                         "`--package ns:name@1.2.3`, or `[package.metadata.wasm.component] package = \"ns:name\"`"));
  }
  into.package = *name;
  into.version = *version;
  return {};
}

} // namespace

Result<> component_push(const Env& env, const GlobalOptions& options, const ComponentPushRequest& request)
{
  CW_TRY_ASSIGN(const OwnPackage own, own_package(env, options, request.manifest));
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  ComponentPublication publication;
  publication.dry_run = request.dry_run;
  if (request.file) {
    publication.file = *request.file;
  } else {
    CW_TRY_ASSIGN(publication.file, built_file(env, own));
  }
  if (own.package != nullptr && (!request.file || request.manifest)) {
    publication.annotations = annotations_of(*own.package);
  }
  CW_TRY(identify(env, request, own, publication));
  publication.targets = request.to;
  if (publication.targets.empty() && own.settings.registry) {
    publication.targets.push_back(*own.settings.registry);
  }
  ComponentRegistry registry(env, *config);
  if (publication.targets.empty()) {
    CW_TRY_ASSIGN(const registry_oci::Place place, registry.place_of(publication.package, std::nullopt));
    publication.targets.push_back(to_string(place));
  }
  CW_TRY_ASSIGN(publication.required,
                publish::required_registries(request.quorum.empty() ? "all" : request.quorum, publication.targets.size()));
  CW_TRY(publish_component(env, registry, publication));
  return {};
}

Result<> publish_built_component(const Env& env, const GlobalOptions& options, CompileRequest build, ComponentPushRequest push)
{
  CW_TRY_ASSIGN(const BuiltComponent built, built_component(env, options, std::move(build)));
  push.file = built.file;
  push.manifest = built.manifest;
  return component_push(env, options, push);
}

Result<> component_pull(const Env& env, const GlobalOptions& options, const ComponentPullRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const PackageSpec wanted, parse_package_spec(request.package));
  if (request.key) {
    CW_TRY(check_publisher_key(*request.key));
  }
  std::optional<std::string> from = request.from;
  if (!from) {
    CW_TRY_ASSIGN(const OwnPackage own, own_package(env, options));
    from = own.settings.registry;
  }
  ComponentRegistry registry(env, *config);
  CW_TRY_ASSIGN(const PackageSource source, registry.source_of(wanted.package, from));
  CW_TRY(registry.check_strictness(source, wanted.package, request.key.has_value()));
  std::optional<OfferedVersion> chosen;
  const auto exact = spec::parse_version(wanted.version.value_or(""));
  if (exact && source.known == nullptr) {
    CW_TRY_ASSIGN(std::string tag, registry_oci::tag_of(spec::to_string(*exact)));
    chosen = OfferedVersion{.version = *exact, .reference = std::move(tag)};
  } else {
    CW_TRY_ASSIGN(const auto requirement, spec::parse_version_req(exact ? "*" : wanted.version.value_or("*")));
    CW_TRY_ASSIGN(const auto versions, registry.versions(source, wanted.package));
    for (const OfferedVersion& offered : versions) {
      const bool fits = exact ? offered.version == *exact : !offered.yanked && requirement.matches(offered.version);
      chosen = fits ? std::optional(offered) : chosen;
    }
    if (!chosen) {
      return fail(Error("CW1162", fmt::format("no version of `{}` is `{}`", to_string(wanted.package), wanted.version.value_or("*")))
                      .note(fmt::format("`{}` has {} versions", to_string(source.repository), versions.size()))
                      .help(fmt::format("`cargo-wasm component versions {}` lists them", to_string(wanted.package))));
    }
  }
  const spec::Version& version = chosen->version;
  const std::string& reference = chosen->reference;
  CW_TRY_ASSIGN(const auto pulled, registry.pull(source, wanted.package, version, reference));
  if (request.key) {
    const SignedVersion signed_version{wanted.package, spec::to_string(version), pulled.digest, base::sha256(pulled.layer)};
    CW_TRY(registry.check_key(source, signed_version, *request.key));
  }
  const Path output = request.output.value_or(env.cwd / (wanted.package.name + ".wasm"));
  CW_TRY(env.fs.write_atomic(output, pulled.layer));
  env.reporter.status("Pulled",
                      fmt::format("{} v{} to {} ({}, {})",
                                  to_string(wanted.package),
                                  spec::to_string(version),
                                  base::shown_path(env.cwd, output).native(),
                                  base::human_bytes(pulled.layer.size()),
                                  registry_oci::digest_text(pulled.digest)));
  return {};
}

Result<>
component_versions(const Env& env, const GlobalOptions& options, const std::string& package, const std::optional<std::string>& from)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const PackageName name, registry_oci::parse_package_name(package));
  std::optional<std::string> where = from;
  if (!where) {
    CW_TRY_ASSIGN(const OwnPackage own, own_package(env, options));
    where = own.settings.registry;
  }
  ComponentRegistry registry(env, *config);
  CW_TRY_ASSIGN(const PackageSource source, registry.source_of(name, where));
  CW_TRY(registry.check_strictness(source, name, false));
  CW_TRY_ASSIGN(const auto versions, registry.versions(source, name));
  std::string text;
  for (auto offered = versions.rbegin(); offered != versions.rend(); ++offered) {
    text += offered->yanked ? "" : spec::to_string(offered->version) + "\n";
  }
  env.reporter.result(text);
  return {};
}

Result<> component_fetch(const Env& env, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(const Project project, open_project(env, options));
  CW_TRY_ASSIGN(const FetchedComponents fetched, fetch_component_dependencies(env, *project.config, project.workspace));
  for (const auto& [name, component] : fetched) {
    env.reporter.status(
        "Fetched",
        fmt::format(
            "{} v{} ({})", name, spec::to_string(component.locked.version), component.is_wit_package ? "a package of WIT" : "a component"));
  }
  return {};
}

} // namespace cargo_wasm::ops
