#include "packaging.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include <cargo_wasm/base/archive.hpp>
#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/file_digests.hpp>
#include <cargo_wasm/ops/verbs.hpp>
#include <cargo_wasm/package/packaged_lock.hpp>
#include <cargo_wasm/package/publish_json.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

#include "host_choice.hpp"

namespace cargo_wasm::ops {

namespace {

using FileHashes = std::map<std::string, base::Digest>;

/// The members of the selection that a package needs from the registry once it is published.
std::vector<PackagePtr> siblings_of(const manifest::Package& package, const std::vector<PackagePtr>& members)
{
  std::vector<PackagePtr> out;
  for (const auto& dependency : package.manifest->summary->dependencies) {
    const bool is_dropped = dependency->kind == manifest::DependencyKind::development && !dependency->specified_req;
    if (!dependency->source.is_path() || is_dropped) {
      continue;
    }
    for (const auto& member : members) {
      if (member->id().source().same_source(dependency->source) && member.get() != &package &&
          std::ranges::find(out, member) == out.end()) {
        out.push_back(member);
      }
    }
  }
  return out;
}

Result<FileHashes> hash_files(const Env& env, const Path& directory, const std::string& below = "")
{
  FileHashes hashes;
  CW_TRY_ASSIGN(const auto entries, env.fs.list(directory / below));
  for (const auto& entry : entries) {
    const std::string path = below.empty() ? entry.name : below + "/" + entry.name;
    if (entry.type == base::FileType::directory) {
      if (!below.empty() || entry.name != "target") {
        CW_TRY_ASSIGN(const auto inner, hash_files(env, directory, path));
        hashes.insert(inner.begin(), inner.end());
      }
    } else if (path != "Cargo.lock") { // ours to write while building
      CW_TRY_ASSIGN(hashes[path], base::digest_file(directory / path));
    }
  }
  return hashes;
}

std::string differences(const FileHashes& before, const FileHashes& after)
{
  std::vector<std::string> out;
  for (const auto& [path, digest] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      out.push_back(fmt::format("`{}` is gone", path));
    } else if (now->second != digest) {
      out.push_back(fmt::format("`{}` changed", path));
    }
  }
  for (const auto& [path, digest] : after) {
    if (!before.contains(path)) {
      out.push_back(fmt::format("`{}` is new", path));
    }
  }
  return base::join(out, ", ");
}

class MemberPacker
{
public:
  MemberPacker(const Env& env, Project& project, const GlobalOptions& options, const PackageRequest& request, spec::SourceId registry)
      : m_env(env), m_project(project), m_options(options), m_request(request), m_registry(registry), m_index(*project.sources),
        m_place(project.workspace.target_directory / "package"), m_make_git([] { return net::make_git_client(); })
  {
  }

  Result<std::vector<PackagedMember>> run(const std::vector<PackagePtr>& members)
  {
    m_members = members;
    if (m_request.has_lock && m_env.fs.exists(m_project.workspace.lock_file())) {
      CW_TRY(lock_project(m_env, m_project, m_options, {}));
    }
    CW_TRY(prepare_lock());
    for (const PackagePtr& member : members) {
      CW_TRY(pack(member));
    }
    m_project.sources->unlock();
    if (m_request.verify) {
      for (const PackagedMember& packed : m_packed) {
        CW_TRY(verify(packed));
      }
    }
    for (PackagedMember& packed : m_packed) {
      const Path place = m_place / packed.file.filename();
      CW_TRY(m_env.fs.rename(packed.file, place));
      packed.file = place;
    }
    return std::move(m_packed);
  }

private:
  Result<> prepare_lock()
  {
    const auto& config = *m_project.config;
    CW_TRY_ASSIGN(m_workspace_lock, m_env.fs.read_if_exists(m_project.workspace.lock_file()));
    m_pass.offline_reason = config.offline_reason();
    m_pass.ignore_rust_version = m_options.ignore_rust_version;
    CW_TRY_ASSIGN(const auto setting, config.get_string("resolver.incompatible-rust-versions"));
    const bool needs_rustc = setting ? setting->value == "fallback" : m_project.workspace.resolver == manifest::ResolverBehavior::v3;
    if (m_request.has_lock && needs_rustc && !m_options.ignore_rust_version) {
      CW_TRY_ASSIGN(const auto choice, choose_toolchain(m_env, m_project, m_options));
      auto cache = toolchain::RustcCache::load(m_env, choice, rustc_cache_places(m_env, m_project.workspace));
      CW_TRY_ASSIGN(const auto rustc, toolchain::probe_rustc(m_env, config, choice, cache));
      m_pass.rustc_version = rustc.version;
    }
    return {};
  }

  Result<> pack(const PackagePtr& member)
  {
    const auto& config = *m_project.config;
    const std::string name = package::archive_name(*member);
    CW_TRY(package::check_dependencies(*member, false));
    if (m_request.check_metadata && m_registry.is_crates_io()) {
      if (const auto missing = package::missing_metadata(*member)) {
        m_env.reporter.warning(*missing);
      }
    }
    CW_TRY_ASSIGN(const auto plan,
                  package::plan_archive(m_env, m_project.workspace, *member, {m_request.allow_dirty, m_request.has_lock}, m_make_git));
    m_env.reporter.status(
        "Packaging",
        fmt::format("{} v{} ({})", member->id().name().str(), spec::to_string(member->id().version()), member->root().string()));
    CW_TRY_ASSIGN(const auto normalized, package::normalized_manifest(m_project.workspace, *member, config, package::paths_of(plan)));
    for (const auto* list : {&plan.warnings, &normalized.warnings}) {
      for (const Error& warning : *list) {
        m_env.reporter.warning(warning);
      }
    }
    PackagedMember packed;
    packed.member = member;
    const Path scratch = m_place / "tmp-crate" / name;
    std::string lock_text;
    if (m_request.has_lock) {
      CW_TRY_ASSIGN(auto lock, package::packaged_lock(m_env, config, m_index, scratch, normalized.text, m_workspace_lock, m_pass));
      lock_text = std::move(lock.lock_text);
    }
    CW_TRY_ASSIGN(packed.published,
                  package::read_manifest_text(m_env, config, scratch, normalized.text, spec::SourceId::for_path(scratch)));
    if (const auto& readme = member->manifest->info.readme) {
      CW_TRY_ASSIGN(packed.readme, m_env.fs.read(member->root() / *readme));
    }
    CW_TRY_ASSIGN(auto archive, package::make_archive(m_env, *member, plan, normalized.text, lock_text));
    packed.sha256 = base::to_hex(base::sha256(archive.bytes));
    packed.crate = std::move(archive.bytes);
    packed.file = m_place / "tmp-crate" / (name + ".crate");
    CW_TRY(m_env.fs.write_atomic(packed.file, packed.crate));
    m_env.reporter.status("Packaged",
                          fmt::format("{} file{}, {} ({} compressed)",
                                      plan.files.size(),
                                      plan.files.size() == 1 ? "" : "s",
                                      base::human_bytes(archive.unpacked_bytes),
                                      base::human_bytes(packed.crate.size())));
    CW_TRY(offer(packed, scratch, normalized.text));
    CW_TRY(m_env.fs.remove_all(scratch));
    m_packed.push_back(std::move(packed));
    return {};
  }

  /// For the members that depend on it: as if the registry had it.
  Result<> offer(const PackagedMember& packed, const Path& scratch, const std::string& manifest_text)
  {
    CW_TRY_ASSIGN(const auto package, package::read_manifest_text(m_env, *m_project.config, scratch, manifest_text, m_registry));
    auto summary = std::make_shared<manifest::Summary>(*package->manifest->summary);
    summary->checksum = packed.sha256;
    m_index.add(std::move(summary));
    return {};
  }

  /// What a package needs of the others that are packaged, directly or not.
  [[nodiscard]] std::vector<PackagePtr> all_siblings_of(const PackagePtr& member) const
  {
    std::vector<PackagePtr> found = siblings_of(*member, m_members);
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (auto& next : siblings_of(*found[i], m_members)) {
        if (std::ranges::find(found, next) == found.end() && next != member) {
          found.push_back(std::move(next));
        }
      }
    }
    return found;
  }

  Result<> verify(const PackagedMember& packed)
  {
    const std::string name = package::archive_name(*packed.member);
    m_env.reporter.status("Verifying",
                          fmt::format("{} v{}", packed.member->id().name().str(), spec::to_string(packed.member->id().version())));
    const Path directory = m_place / name;
    CW_TRY(m_env.fs.remove_all(directory));
    CW_TRY(base::unpack_crate(m_env.fs, packed.file, name, m_place));
    CW_TRY_ASSIGN(const auto before, hash_files(m_env, directory));
    CompileRequest compile = m_request.compile;
    compile.packages = {};
    compile.unpacked = directory;
    // What it is built for may stand in the workspace, which the archive knows nothing of.
    CW_TRY_ASSIGN(const auto hosts, choose_hosts(m_env, m_project, m_options, m_request.compile, {packed.member}));
    CW_TRY_ASSIGN(const auto target, choose_target(m_project, m_options, m_request.compile, {packed.member}, hosts));
    compile.triples = target.triples;
    GlobalOptions options = m_options;
    options.config.locked = options.config.frozen = false;
    options.config.offline = m_options.config.offline || m_options.config.frozen;
    options.workspace.target_directory = m_project.workspace.target_directory;
    // The others are not in the registry yet: they are taken from where they were unpacked.
    const std::string source = m_registry.is_crates_io() ? "crates-io" : package::index_url(m_registry);
    for (const PackagePtr& sibling : all_siblings_of(packed.member)) {
      options.config.config_arguments.push_back(
          fmt::format("patch.{}.{}.path={}",
                      manifest::config_key_part(source),
                      sibling->id().name().str(),
                      manifest::config_key_part((m_place / package::archive_name(*sibling)).string())));
    }
    if (auto built = build(m_env, options, compile); !built) {
      return fail(std::move(built).error().during(fmt::format("building the package as others will get it, in `{}`", directory.string())));
    }
    CW_TRY_ASSIGN(const auto after, hash_files(m_env, directory));
    if (before != after) {
      return fail(Error("CW1039", fmt::format("building `{}` changed its own source", name))
                      .note(differences(before, after))
                      .note("a build script writes to `OUT_DIR` alone: elsewhere people's sources are not theirs to change")
                      .help("package it as it is with `--no-verify`"));
    }
    return {};
  }

  const Env& m_env;
  Project& m_project;
  const GlobalOptions& m_options;
  const PackageRequest& m_request;
  spec::SourceId m_registry;
  package::OverlayIndex m_index;
  Path m_place;
  package::MakeGit m_make_git;
  std::vector<PackagePtr> m_members;
  std::optional<std::string> m_workspace_lock;
  resolve::LockPassOptions m_pass;
  std::vector<PackagedMember> m_packed;
};

} // namespace

std::vector<PackagePtr> in_dependency_order(const std::vector<PackagePtr>& members)
{
  std::vector<PackagePtr> sorted = members, out;
  std::ranges::sort(sorted, [](const PackagePtr& a, const PackagePtr& b) { return a->id() < b->id(); });
  std::set<const manifest::Package*> seen;
  const std::function<void(const PackagePtr&)> visit = [&](const PackagePtr& member) {
    if (!seen.insert(member.get()).second) {
      return;
    }
    for (const PackagePtr& sibling : siblings_of(*member, sorted)) {
      visit(sibling);
    }
    out.push_back(member);
  };
  std::ranges::for_each(sorted, visit);
  return out;
}

Result<> list_archives(const Env& env, const Project& project, const std::vector<PackagePtr>& members, const PackageRequest& request)
{
  const package::MakeGit make_git = [] { return net::make_git_client(); };
  for (const PackagePtr& member : members) {
    CW_TRY_ASSIGN(const auto plan,
                  package::plan_archive(env, project.workspace, *member, {request.allow_dirty, request.has_lock}, make_git));
    for (const Error& warning : plan.warnings) {
      env.reporter.warning(warning);
    }
    std::string lines;
    for (const auto& file : plan.files) {
      lines += file.path + "\n";
    }
    env.reporter.result(lines);
  }
  return {};
}

Result<std::vector<PackagedMember>> package_members(const Env& env,
                                                    Project& project,
                                                    const GlobalOptions& options,
                                                    const PackageRequest& request,
                                                    const std::vector<PackagePtr>& members,
                                                    spec::SourceId registry)
{
  return MemberPacker(env, project, options, request, registry).run(members);
}

} // namespace cargo_wasm::ops
