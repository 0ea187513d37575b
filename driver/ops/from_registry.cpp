// `--from NAME[@VERSION]`: a published program as a project of its own, the way `npx` treats an npm package. The unpacked
// crate is copied to our cache, because building writes (Cargo.lock, target) and cargo's registry directory is not ours to change.
#include <cargo_wasm/ops/project.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

Result<> copy_tree(base::Filesystem& fs, const Path& from, const Path& to)
{
  CW_TRY(fs.create_directories(to));
  CW_TRY_ASSIGN(const auto entries, fs.list(from));
  for (const auto& entry : entries) {
    if (entry.type == base::FileType::directory) {
      CW_TRY(copy_tree(fs, from / entry.name, to / entry.name));
    } else if (entry.name != ".cargo-ok") {
      CW_TRY(fs.copy(from / entry.name, to / entry.name));
    }
  }
  return {};
}

Error no_such_version(const FromSpec& from, std::vector<resolve::SummaryPtr> all, std::vector<std::string> similar)
{
  if (all.empty()) {
    Error error("CW0741", fmt::format("crates.io has no package `{}`", from.name), Blame::usage);
    for (const auto& name : similar) {
      error.helps.push_back(fmt::format("did you mean `{}`?", name));
    }
    return error;
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return b->id.version() < a->id.version(); });
  std::string versions;
  for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 5); ++i) {
    versions += fmt::format("{}{}{}", i == 0 ? "" : ", ", spec::to_string(all[i]->id.version()), all[i]->yanked ? " (yanked)" : "");
  }
  return Error("CW0741", fmt::format("package `{}` has no version `{}`", from.name, from.version.value_or("*")), Blame::usage)
      .note(fmt::format("its newest versions are {}", versions));
}

/// The summary to build: newest that fits; a yanked one only when it is named exactly.
Result<resolve::SummaryPtr> find_summary(source::SourceMap& sources, const FromSpec& from)
{
  manifest::Dependency wanted;
  wanted.package_name = from.name;
  wanted.name_in_toml = from.name;
  bool exact = false;
  if (from.version) {
    const auto version = spec::parse_version(*from.version);
    exact = version.has_value();
    if (exact) {
      wanted.req = spec::VersionReq::exactly(*version);
    } else {
      CW_TRY_ASSIGN(wanted.req, spec::parse_version_req(*from.version));
    }
  }
  CW_TRY_ASSIGN(const auto candidates, sources.query(wanted));
  resolve::SummaryPtr best;
  for (const auto& candidate : candidates) {
    if ((!candidate->yanked || exact) && (!best || best->id.version() < candidate->id.version())) {
      best = candidate;
    }
  }
  if (best) {
    return best;
  }
  CW_TRY_ASSIGN(auto all, sources.query_all_versions(wanted));
  CW_TRY_ASSIGN(auto similar, sources.similar_names(wanted));
  return fail(no_such_version(from, std::move(all), std::move(similar)));
}

/// The package of `directory` as the only member of a workspace.
Result<> load_alone(const Env& env, const GlobalOptions& options, const Path& directory, const Path& default_target, Project& project)
{
  manifest::ReadOptions read;
  read.source = spec::SourceId::for_path(directory);
  read.registries = project.config.get();
  auto package = std::make_shared<manifest::Package>();
  CW_TRY_ASSIGN(package->manifest, manifest::read_manifest(env.fs, directory / "Cargo.toml", read));
  const auto target = options.workspace.target_directory.value_or(default_target);
  CW_TRY_ASSIGN(project.workspace, manifest::load_ephemeral_workspace(env, *project.config, package, target));
  CW_TRY_ASSIGN(project.sources, source::SourceMap::create(env, *project.config, {project.workspace.members, {}}));
  return {};
}

} // namespace

Result<PackagePtr> load_from_registry(source::SourceMap& sources, const FromSpec& from)
{
  CW_TRY_ASSIGN(const auto summary, find_summary(sources, from));
  return sources.load(summary->id, summary->checksum);
}

Result<FromSpec> parse_from_spec(std::string_view text)
{
  FromSpec from;
  const auto at = text.find('@');
  from.name = text.substr(0, at);
  const auto ok = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  const bool bad_name = from.name.empty() || !std::all_of(from.name.begin(), from.name.end(), ok);
  if (at != std::string_view::npos) {
    from.version = std::string(text.substr(at + 1));
  }
  const bool bad_version = from.version && !spec::parse_version(*from.version) && !spec::parse_version_req(*from.version);
  if (bad_name || bad_version) {
    return fail(Error("CW0740", fmt::format("`{}` does not name a package of crates.io", text), Blame::usage)
                    .help("write `--from hexyl` or `--from hexyl@0.17.0`"));
  }
  return from;
}

Result<Project> open_registry_project(const Env& env, const GlobalOptions& options, const FromSpec& from)
{
  Project project;
  project.is_from_registry = true;
  CW_TRY_ASSIGN(project.config, manifest::Config::load(env, options.config));
  for (const auto& warning : project.config->warnings()) {
    env.reporter.warning(warning);
  }
  Path directory;
  {
    CW_TRY_ASSIGN(const auto sources, source::SourceMap::create(env, *project.config));
    CW_TRY_ASSIGN(const auto summary, find_summary(*sources, from));
    directory = cache_home(env) / (from.ignores_lock ? "from-without-lock" : "from") /
                fmt::format("{}-{}", summary->id.name(), spec::to_string(summary->id.version()));
    if (!env.fs.exists(directory / "package" / "Cargo.toml")) {
      CW_TRY_ASSIGN(const auto package, sources->load(summary->id, summary->checksum));
      const auto unfinished = directory / "package.part";
      CW_TRY(env.fs.remove_all(unfinished));
      CW_TRY(copy_tree(env.fs, package->root(), unfinished));
      if (from.ignores_lock) {
        CW_TRY(env.fs.remove(unfinished / "Cargo.lock"));
      }
      CW_TRY(env.fs.remove_all(directory / "package"));
      CW_TRY(env.fs.rename(unfinished, directory / "package"));
    }
  }
  CW_TRY(load_alone(env, options, directory / "package", directory / "target", project));
  return project;
}

Result<Project> open_unpacked_project(const Env& env, const GlobalOptions& options, const Path& directory)
{
  Project project;
  CW_TRY_ASSIGN(project.config, manifest::Config::load(env, options.config));
  CW_TRY(load_alone(env, options, directory, directory / "target", project));
  return project;
}

} // namespace cargo_wasm::ops
