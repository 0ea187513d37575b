// The lock pass from old lock to new text (cargo: ops/resolve.rs resolve_with_previous,
// ops/lockfile.rs).
#include "patches.hpp"
#include "path_packages.hpp"
#include "previous_lock.hpp"
#include "update.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

using spec::RustVersion;

/// First compilers that read each version of the lock file.
constexpr std::uint64_t k_rust_of_lock_4 = 83, k_rust_of_lock_3 = 53, k_rust_of_lock_2 = 41;

std::vector<RustVersion> rust_versions_of(const manifest::Workspace& workspace)
{
  std::vector<RustVersion> out;
  for (const PackagePtr& member : workspace.members) {
    if (member->manifest->summary->rust_version) {
      out.push_back(*member->manifest->summary->rust_version);
    }
  }
  return out;
}

std::uint32_t default_lock_version(const manifest::Workspace& workspace)
{
  const std::vector<RustVersion> versions = rust_versions_of(workspace);
  if (versions.empty()) {
    return 4;
  }
  const RustVersion lowest = *std::min_element(versions.begin(), versions.end());
  if (lowest >= RustVersion{1, k_rust_of_lock_4, {}}) {
    return 4;
  }
  if (lowest >= RustVersion{1, k_rust_of_lock_3, {}}) {
    return 3;
  }
  return lowest >= RustVersion{1, k_rust_of_lock_2, {}} ? 2 : 1;
}

/// Resolver 3 prefers versions that the members' compilers accept; the configuration decides
/// otherwise.
Result<bool> prefers_compatible(const manifest::Workspace& workspace, const manifest::Config& config, bool ignore_rust_version)
{
  if (ignore_rust_version) {
    return false;
  }
  CW_TRY_ASSIGN(const auto setting, config.get_string("resolver.incompatible-rust-versions"));
  if (!setting) {
    return workspace.resolver == manifest::ResolverBehavior::v3;
  }
  if (setting->value != "allow" && setting->value != "fallback") {
    return fail(Error("CW0344", fmt::format("`resolver.incompatible-rust-versions` cannot be `{}`", setting->value))
                    .note("defined in " + setting->definition.display())
                    .help("write `allow` or `fallback`"));
  }
  return setting->value == "fallback";
}

std::string without_carriage_returns(std::string_view text)
{
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
      out += text[i];
    }
  }
  return out;
}

/// Lines are compared; whether the last one ends with a newline does not count.
bool same_lines(std::string_view a, std::string_view b)
{
  std::string x = without_carriage_returns(a);
  std::string y = without_carriage_returns(b);
  x += x.ends_with('\n') ? "" : "\n";
  y += y.ends_with('\n') ? "" : "\n";
  return x == y;
}

/// The same graph, however it is written: what `--locked` asks for.
bool same_graph(const Resolve& a, const Resolve& b)
{
  const auto same_package = [](const auto& left, const auto& right) {
    const ResolvedPackage& x = left.second;
    const ResolvedPackage& y = right.second;
    return x.id == y.id && x.checksum == y.checksum && x.replaced_by == y.replaced_by &&
           std::equal(x.edges.begin(), x.edges.end(), y.edges.begin(), y.edges.end(), [](const ResolveEdge& e, const ResolveEdge& f) {
             return e.to == f.to;
           });
  };
  return a.metadata == b.metadata && a.unused_patches == b.unused_patches &&
         std::equal(a.packages.begin(), a.packages.end(), b.packages.begin(), b.packages.end(), same_package);
}

/// A locked checksum is a promise: it may neither change nor vanish.
Result<> check_checksums(const Resolve& previous, const Resolve& now)
{
  for (const auto& [id, old] : previous.packages) {
    const ResolvedPackage* package = now.find(id);
    const bool was_recorded = old.checksum.has_value() || (previous.lock_version == 1 && !id.source().is_path());
    if (package == nullptr || !was_recorded || package->checksum == old.checksum) {
      continue;
    }
    Error error("CW0241", fmt::format("the checksum of `{}` is not the one in Cargo.lock", id.display()), Blame::integrity);
    error.notes.push_back("Cargo.lock has " + old.checksum.value_or("none"));
    error.notes.push_back(fmt::format("{} has {}", id.source().display(), package->checksum.value_or("none")));
    error.helps.push_back(package->checksum ? "find out which of them is right before anything is built; a registry never changes "
                                              "a published version"
                                            : "the source that stands in for it gives no checksums: use one that does");
    return fail(std::move(error));
  }
  return {};
}

struct OldLock
{
  std::string text;
  manifest::Lockfile file;
  Resolve resolve;
};

Result<std::optional<OldLock>> read_old_lock(const Env& env, const manifest::Workspace& workspace, const PathPackages& path_packages)
{
  CW_TRY_ASSIGN(std::optional<std::string> text, env.fs.read_if_exists(workspace.lock_file()));
  if (!text) {
    return std::optional<OldLock>{};
  }
  OldLock out;
  CW_TRY_ASSIGN(out.file, manifest::parse_lockfile(workspace.lock_file(), *text));
  CW_TRY_ASSIGN(out.resolve, from_lock(out.file, path_packages.ids()));
  out.text = std::move(*text);
  return out;
}

/// One resolution of all members.
class LockPass
{
public:
  LockPass(const manifest::Workspace& workspace,
           const manifest::Config& config,
           PackageIndex& index,
           const PathPackages& path_packages,
           const LockPassOptions& options)
      : m_workspace(workspace), m_config(config), m_index(index), m_path_packages(path_packages), m_options(options)
  {
  }

  Result<Resolve> resolve(const Resolve* previous, const UpdatePlan* update)
  {
    const Keep keeps = [&](PackageId id) { return update == nullptr || update->keeps(id); };
    ResolveRequest request;
    request.offline_reason = m_options.offline_reason;
    CW_TRY(add_rust_versions(request));
    CW_TRY_ASSIGN(RegisteredPatches patches, register_patches(m_workspace, m_config, m_index, previous, keeps));
    warnings = std::move(patches.warnings);
    for (const PatchSet& set : patches.sets) {
      for (const SummaryPtr& summary : set.summaries) {
        request.preferences.prefer.insert(summary->id);
      }
    }
    const Keep keep = [&](PackageId id) { return keeps(id) && patches.outdated.count(id) == 0; };
    PreviousLock lock;
    if (previous != nullptr) {
      lock = PreviousLock(*previous, m_workspace, m_path_packages, keep);
      for (const auto& [id, package] : previous->packages) {
        if (keep(id)) {
          request.preferences.prefer.insert(id);
        }
      }
      lock.set_patches(patches.by_url);
    }
    if (update != nullptr) {
      add_precise(*update, request);
      lock.set_precise(update->precise);
    }
    request.patches = std::move(patches.sets);
    if (previous != nullptr) {
      request.lock_dependency = [&lock](PackageId parent, const DependencyPtr& dependency) { return lock.lock(parent, dependency); };
    }
    for (const PackagePtr& member : m_workspace.members) {
      request.roots.push_back({member->manifest->summary, {{}, true, true}, true});
    }
    add_replacements(previous, keep, request);
    CW_TRY(prefetch(request));
    CW_TRY_ASSIGN(Resolve out, resolve_versions(m_index, request));
    note_unused(request, out);
    out.lock_version = default_lock_version(m_workspace);
    if (previous != nullptr) {
      CW_TRY(check_checksums(*previous, out));
      out.metadata = previous->metadata;
      out.lock_version = previous->lock_version;
    }
    return out;
  }

  std::vector<Error> warnings;

private:
  Result<> add_rust_versions(ResolveRequest& request)
  {
    CW_TRY_ASSIGN(const bool wanted, prefers_compatible(m_workspace, m_config, m_options.ignore_rust_version));
    if (wanted) {
      std::vector<RustVersion> versions = rust_versions_of(m_workspace);
      if (versions.empty() && m_options.rustc_version) {
        versions.push_back({m_options.rustc_version->major, m_options.rustc_version->minor, m_options.rustc_version->patch});
      }
      if (!versions.empty()) {
        request.preferences.rust_versions = std::move(versions);
      }
    }
    return {};
  }

  static void add_precise(const UpdatePlan& update, ResolveRequest& request)
  {
    for (const PreciseUpdate& precise : update.precise) {
      if (precise.version) {
        request.yanked_whitelist.insert(PackageId(precise.package.name(), *precise.version, precise.package.source()));
      }
    }
  }

  void add_replacements(const Resolve* previous, const Keep& keep, ResolveRequest& request) const
  {
    if (m_workspace.root_manifest == nullptr) {
      return;
    }
    request.replacements = m_workspace.root_manifest->replacements;
    if (previous == nullptr) {
      return;
    }
    for (auto& [spec, dependency] : request.replacements) {
      for (const auto& [id, package] : previous->packages) {
        if (package.replaced_by && spec.matches(id) && dependency->matches(*package.replaced_by) && keep(*package.replaced_by)) {
          dependency = pinned(*dependency, *package.replaced_by);
          break;
        }
      }
    }
  }

  Result<> prefetch(const ResolveRequest& request)
  {
    std::vector<DependencyPtr> roots;
    for (const ResolveRoot& root : request.roots) {
      for (const DependencyPtr& dependency : root.summary->dependencies) {
        roots.push_back(request.lock_dependency ? request.lock_dependency(root.summary->id, dependency) : dependency);
      }
    }
    return m_index.prefetch(roots);
  }

  void note_unused(const ResolveRequest& request, Resolve& out)
  {
    for (const PatchSet& set : request.patches) {
      for (const SummaryPtr& summary : set.summaries) {
        if (out.find(summary->id) == nullptr) {
          out.unused_patches.push_back(summary->id);
          warnings.push_back(
              Error("CW0320", fmt::format("the patch `{}` is not used", summary->id.display()))
                  .note("nothing in the graph asks for this version of it, or what asks needs a "
                        "feature it lacks")
                  .help(fmt::format("when the lock file pins another version: `cargo-wasm update -p {}`", summary->id.name())));
        }
      }
    }
    for (const auto& [spec, dependency] : request.replacements) {
      const spec::PackageIdSpec& wanted = spec;
      if (std::none_of(out.packages.begin(), out.packages.end(), [&](const auto& entry) {
            return wanted.matches(entry.first) && entry.second.replaced_by;
          })) {
        warnings.push_back(Error("CW0321", fmt::format("the replacement of `{}` is not used", dependency->package_name))
                               .help("remove it from `[replace]`, or use `[patch]`"));
      }
    }
  }

  const manifest::Workspace& m_workspace;
  const manifest::Config& m_config;
  PackageIndex& m_index;
  const PathPackages& m_path_packages;
  const LockPassOptions& m_options;
};

Error lock_would_change(const manifest::Workspace& workspace, const LockPassOptions& options, const Resolve* previous, const Resolve& now)
{
  const std::string_view flag = options.frozen ? "--frozen" : "--locked";
  Error error("CW0240", fmt::format("Cargo.lock {}, but {} forbids it", previous != nullptr ? "must change" : "is missing", flag));
  error.where = base::TextSpan{workspace.lock_file(), 0, 0, 1, {}, {}};
  constexpr std::size_t k_shown = 6;
  std::vector<std::string> changes;
  if (previous != nullptr) {
    for (const auto& [id, package] : now.packages) {
      if (previous->find(id) == nullptr) {
        changes.push_back(fmt::format("`{}` would be added", id.display()));
      }
    }
    for (const auto& [id, package] : previous->packages) {
      if (now.find(id) == nullptr) {
        changes.push_back(fmt::format("`{}` would be removed", id.display()));
      }
    }
  }
  const std::size_t shown = std::min(changes.size(), k_shown);
  error.notes.assign(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(shown));
  if (changes.size() > shown) {
    error.notes.push_back(fmt::format("and {} more changes", changes.size() - shown));
  }
  error.helps.push_back(fmt::format("run the command without {} once, and commit Cargo.lock", flag));
  return error;
}

} // namespace

Result<LockPassResult> resolve_for_lock(const Env& env,
                                        const manifest::Workspace& workspace,
                                        const manifest::Config& config,
                                        PackageIndex& index,
                                        const LockPassOptions& options)
{
  const PathPackages path_packages(workspace, index);
  LockPass pass(workspace, config, index, path_packages, options);
  LockPassResult out;
  CW_TRY_ASSIGN(std::optional<OldLock> old, read_old_lock(env, workspace, path_packages));
  const bool use_old = old && !options.ignore_existing;
  if (use_old) {
    out.previous = old->resolve;
  } else if (options.update && options.update->precise) {
    // There is nothing yet that could move to the version asked for.
    CW_TRY_ASSIGN(out.previous, pass.resolve(nullptr, nullptr));
  }
  std::optional<UpdatePlan> update;
  if (options.update && out.previous) {
    CW_TRY_ASSIGN(update, plan_update(*out.previous, workspace, *options.update));
  }
  CW_TRY_ASSIGN(out.resolve, pass.resolve(out.previous ? &*out.previous : nullptr, update ? &*update : nullptr));
  out.warnings = std::move(pass.warnings);

  const auto text_of = [&](const Resolve& resolve) {
    manifest::Lockfile file = to_lock(resolve);
    file.leading_comments = old ? old->file.leading_comments : std::string{};
    return manifest::to_string(file);
  };
  out.lock_text = text_of(out.resolve);
  if (old && same_lines(old->text, out.lock_text)) {
    return out;
  }
  if (options.locked || options.frozen) {
    if (old && same_graph(old->resolve, out.resolve)) {
      return out;
    }
    return fail(lock_would_change(workspace, options, old ? &old->resolve : nullptr, out.resolve));
  }
  // The file is written anyway: an old format is brought up to date on the occasion.
  if (out.resolve.lock_version < default_lock_version(workspace)) {
    out.resolve.lock_version = default_lock_version(workspace);
    out.lock_text = text_of(out.resolve);
  }
  out.differs = true;
  return out;
}

} // namespace cargo_wasm::resolve
