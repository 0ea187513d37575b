#include <cargo_wasm/package/packaged_crate.hpp>

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "tar_archive.hpp"

namespace cargo_wasm::package {

namespace {

constexpr std::string_view k_vcs_info = ".cargo_vcs_info.json";
constexpr std::string_view k_original = "Cargo.toml.orig";

/// As paths are ordered, name by name: "a/b" before "a-b".
bool is_before(const ArchiveFile& a, const ArchiveFile& b)
{
  return std::ranges::lexicographical_compare(a.path, b.path, [](char x, char y) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
    return rank(x) < rank(y);
  });
}

class ArchivePlanner
{
public:
  ArchivePlanner(const Env& env, const manifest::Manifest& manifest) : m_env(env), m_manifest(manifest) {}

  Result<ArchivePlan> run(const manifest::Workspace& workspace, const PlanOptions& options, const MakeGit& git)
  {
    const manifest::PackageInfo& info = m_manifest.info;
    if (!info.include.empty() && !info.exclude.empty()) {
      m_plan.warnings.emplace_back("CW1038", "`package.exclude` is not looked at beside `package.include`");
    }
    CW_TRY_ASSIGN(const auto listed, list_package_files(m_env, m_manifest, git));
    CW_TRY_ASSIGN(m_plan.vcs, vcs_state_of(m_env, workspace, m_manifest, listed, options.allows_changes, git));
    CW_TRY(take(listed));
    if (options.has_lock) {
      add({ArchiveFile::Kind::lock, "Cargo.lock", {}});
    }
    if (m_plan.vcs) {
      add({ArchiveFile::Kind::vcs, std::string(k_vcs_info), {}});
    }
    CW_TRY(add_named("license-file", info.license_file));
    CW_TRY(add_named("readme", info.readme));
    CW_TRY(check_build_script());
    std::ranges::sort(m_plan.files, is_before);
    return std::move(m_plan);
  }

private:
  void add(ArchiveFile file) { m_plan.files.push_back(std::move(file)); }

  [[nodiscard]] bool has(const std::string& path) const
  {
    return std::ranges::any_of(m_plan.files, [&](const ArchiveFile& file) { return file.path == path; });
  }

  Result<> take(const std::vector<ListedFile>& listed)
  {
    bool has_manifest = false;
    for (const ListedFile& file : listed) {
      if (file.path == "Cargo.lock") {
        continue;
      }
      if (file.path == k_vcs_info || file.path == k_original) {
        return fail(Error("CW1032", fmt::format("`{}` cannot be packaged: cargo makes a file of that name", file.path))
                        .help(fmt::format("remove it, or leave it out with `package.exclude = [\"{}\"]`", file.path)));
      }
      // Where names differ by case alone, the file system may have given us another spelling.
      if (base::to_lower(file.path) == "cargo.toml") {
        has_manifest = true;
        continue;
      }
      add({ArchiveFile::Kind::copied, file.path, file.source});
    }
    if (has_manifest) {
      add({ArchiveFile::Kind::copied, std::string(k_original), m_manifest.file});
      add({ArchiveFile::Kind::manifest, "Cargo.toml", {}});
    }
    return {};
  }

  /// A readme or license goes along wherever it lies.
  Result<> add_named(std::string_view key, const std::optional<std::string>& written)
  {
    if (!written) {
      return {};
    }
    const Path source = (m_manifest.root() / *written).lexically_normal();
    if (!m_env.fs.is_file(source)) {
      return fail(Error("CW1033", fmt::format("`package.{}` names `{}`, which does not exist", key, *written))
                      .note(fmt::format("it is looked for at `{}`", source.string())));
    }
    const std::string path = path_in_archive(m_manifest.root(), *written);
    const bool is_outside = source.lexically_relative(m_manifest.root()).native().starts_with("..");
    if (!has(path)) {
      add({ArchiveFile::Kind::copied, path, source});
    } else if (is_outside) {
      m_plan.warnings.push_back(
          Error("CW1038", fmt::format("`package.{}` names `{}`, and the package has a `{}` of its own", key, *written, path))
              .note("the archive holds the package's own file"));
    }
    return {};
  }

  Result<> check_build_script() const
  {
    const manifest::CrateTarget* const script = m_manifest.custom_build();
    if (script == nullptr) {
      return {};
    }
    const bool is_inside = !script->source.lexically_relative(m_manifest.root()).native().starts_with("..");
    if (is_inside && m_env.fs.is_file(script->source)) {
      return {};
    }
    return fail(Error("CW1033",
                      fmt::format("the build script `{}` {}",
                                  script->source.string(),
                                  is_inside ? "does not exist" : "lies outside of the package, whose archive cannot hold it"))
                    .help("name a file of the package with `package.build`"));
  }

  const Env& m_env;
  const manifest::Manifest& m_manifest;
  ArchivePlan m_plan;
};

} // namespace

Result<ArchivePlan> plan_archive(
    const Env& env, const manifest::Workspace& workspace, const manifest::Package& member, const PlanOptions& options, const MakeGit& git)
{
  return ArchivePlanner(env, *member.manifest).run(workspace, options, git);
}

std::string archive_name(const manifest::Package& member)
{
  return fmt::format("{}-{}", member.id().name().str(), spec::to_string(member.id().version()));
}

std::set<std::string> paths_of(const ArchivePlan& plan)
{
  std::set<std::string> paths;
  for (const ArchiveFile& file : plan.files) {
    paths.insert(file.path);
  }
  return paths;
}

Result<Archive> make_archive(const Env& env,
                             const manifest::Package& member,
                             const ArchivePlan& plan,
                             const std::string& manifest_text,
                             const std::string& lock_text)
{
  constexpr std::uint32_t k_owner_may_run = 0100;
  const std::string directory = archive_name(member) + "/";
  TarArchive tar;
  Archive archive;
  const auto put = [&](const std::string& path, std::string_view content, TarFile kind) {
    archive.unpacked_bytes += content.size();
    tar.add(directory + path, content, kind);
    env.reporter.verbose("Archiving", path);
  };
  for (const ArchiveFile& file : plan.files) {
    if (file.kind == ArchiveFile::Kind::manifest) {
      put(file.path, manifest_text, TarFile::generated);
    } else if (file.kind == ArchiveFile::Kind::lock) {
      put(file.path, lock_text, TarFile::generated);
    } else if (file.kind == ArchiveFile::Kind::vcs) {
      put(file.path, vcs_info_text(*plan.vcs), TarFile::generated);
    } else {
      CW_TRY_ASSIGN(const auto content, env.fs.read(file.source));
      CW_TRY_ASSIGN(const auto state, env.fs.stat(file.source));
      put(file.path, content, state && (state->mode & k_owner_may_run) != 0 ? TarFile::executable : TarFile::regular);
    }
  }
  CW_TRY_ASSIGN(archive.bytes, to_gzip(std::move(tar).finish()));
  return archive;
}

Result<> check_dependencies(const manifest::Package& member, bool for_registry)
{
  for (const auto& dependency : member.manifest->summary->dependencies) {
    const bool is_local = dependency->source.is_path() || dependency->source.is_git();
    if (!is_local || dependency->specified_req || dependency->kind == manifest::DependencyKind::development) {
      continue;
    }
    return fail(Error("CW1034",
                      fmt::format("dependency `{}` of `{}` has no version, which a {} package needs",
                                  dependency->name_in_toml.str(),
                                  member.id().name().str(),
                                  for_registry ? "published" : "packaged"))
                    .note(fmt::format("whoever uses the package takes it from a registry, not from a {}",
                                      dependency->source.is_git() ? "repository" : "path"))
                    .help(fmt::format("write `version` beside `{}`", dependency->source.is_git() ? "git" : "path")));
  }
  return {};
}

std::optional<Error> missing_metadata(const manifest::Package& member)
{
  const manifest::PackageInfo& info = member.manifest->info;
  const auto is_there = [](const std::optional<std::string>& text) { return text && !text->empty(); };
  std::vector<std::string> missing;
  if (!is_there(info.description)) {
    missing.emplace_back("`description`");
  }
  if (!is_there(info.license) && !is_there(info.license_file)) {
    missing.emplace_back("`license` or `license-file`");
  }
  if (!is_there(info.documentation) && !is_there(info.homepage) && !is_there(info.repository)) {
    missing.emplace_back("`documentation`, `homepage` or `repository`");
  }
  if (missing.empty()) {
    return std::nullopt;
  }
  return Error("CW1035", fmt::format("`{}` does not say {}", member.manifest->file.string(), base::join(missing, ", nor ")))
      .help("people who look for a package read these in `[package]`");
}

} // namespace cargo_wasm::package
