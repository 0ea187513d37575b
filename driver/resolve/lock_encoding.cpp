// Resolve ↔ the values of Cargo.lock (cargo: resolver/encode.rs).
#include <cargo_wasm/resolve/workspace_resolve.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace cargo_wasm::resolve {
namespace {

using manifest::LockedDependency;
using manifest::LockedPackage;
using manifest::Lockfile;
using spec::GitReference;
using spec::SourceId;

/// Packages by name, for dependency strings that leave version or source out.
class LockedNames
{
public:
  void add(PackageId id) { m_by_name[id.name()].push_back(id); }

  /// nullopt for what a bad merge may leave behind: nothing of that name, or several that the
  /// string does not tell apart.
  [[nodiscard]] Result<std::optional<PackageId>> find(const LockedDependency& dependency) const
  {
    const auto named = m_by_name.find(InternedString(dependency.name));
    if (named == m_by_name.end()) {
      return std::optional<PackageId>{};
    }
    std::vector<PackageId> found = named->second;
    if (dependency.version) {
      std::erase_if(found, [&](PackageId id) { return spec::to_string(id.version()) != *dependency.version; });
    } else if (std::any_of(found.begin(), found.end(), [&](PackageId id) { return id.version() != found.front().version(); })) {
      return std::optional<PackageId>{};
    }
    if (dependency.source) {
      CW_TRY_ASSIGN(const SourceId source, SourceId::parse(*dependency.source));
      std::erase_if(found, [&](PackageId id) { return id.source() != source; });
    } else if (found.size() > 1) {
      // Path packages have no source in the lock: a string without one means theirs.
      std::erase_if(found, [](PackageId id) { return !id.source().is_path(); });
    }
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
  }

private:
  std::unordered_map<InternedString, std::vector<PackageId>> m_by_name;
};

/// Of path packages with one name the version decides; a single one stands for every version (it
/// may have been raised).
std::optional<SourceId> path_source(const LockedPackage& package, const std::vector<PackageId>& path_packages)
{
  std::vector<PackageId> named;
  std::copy_if(path_packages.begin(), path_packages.end(), std::back_inserter(named), [&](PackageId id) {
    return id.name() == std::string_view(package.name);
  });
  if (named.size() == 1) {
    return named.front().source();
  }
  for (const PackageId id : named) {
    if (spec::to_string(id.version()) == package.version) {
      return id.source();
    }
  }
  return std::nullopt;
}

Result<std::optional<PackageId>> id_of(const LockedPackage& package, const std::vector<PackageId>& path_packages)
{
  const auto unreadable = [&](const Error& cause) {
    return fail(Error("CW0246", fmt::format("Cargo.lock has an unreadable entry for `{}`", package.name)).note(cause.message));
  };
  std::optional<SourceId> source;
  if (package.source) {
    const Result<SourceId> parsed = SourceId::parse(*package.source);
    if (!parsed) {
      return unreadable(parsed.error());
    }
    source = *parsed;
  } else {
    source = path_source(package, path_packages);
    if (!source) {
      return std::optional<PackageId>{};
    }
  }
  const Result<spec::Version> version = spec::parse_version(package.version);
  if (!version) {
    return unreadable(version.error());
  }
  return PackageId(InternedString(package.name), *version, *source);
}

/// How dependency strings are written: as short as the graph allows, in full in version 1.
class Names
{
public:
  explicit Names(const Resolve& resolve) : m_lock_version(resolve.lock_version)
  {
    for (const auto& [id, package] : resolve.packages) {
      ++m_counts[id.name()][spec::to_string(id.version())];
    }
  }

  [[nodiscard]] LockedDependency of(PackageId id) const
  {
    LockedDependency out;
    out.name = id.name().str();
    const std::string version = spec::to_string(id.version());
    const auto& versions = m_counts.at(id.name());
    if (m_lock_version < 2 || versions.at(version) > 1) {
      out.version = version;
      out.source = source_text(before_version_3(id.source()).without_precise());
    } else if (versions.size() > 1) {
      out.version = version;
    }
    return out;
  }

  [[nodiscard]] std::optional<std::string> source_text(SourceId source) const
  {
    return source.is_path() ? std::nullopt : std::optional(source.to_lock_string(m_lock_version >= 4));
  }

private:
  /// Up to version 2 the branch `master` was written as no branch at all.
  [[nodiscard]] SourceId before_version_3(SourceId source) const
  {
    const bool is_master = source.git_reference() == GitReference{GitReference::Kind::branch, "master"};
    return m_lock_version <= 2 && source.is_git() && is_master ? SourceId::for_git(source.url(), {}) : source;
  }

  std::uint32_t m_lock_version;
  std::unordered_map<InternedString, std::map<std::string, std::size_t>> m_counts;
};

LockedPackage identity_of(PackageId id, const Names& names)
{
  LockedPackage out;
  out.name = id.name().str();
  out.version = spec::to_string(id.version());
  out.source = names.source_text(id.source());
  return out;
}

} // namespace

Result<Resolve> from_lock(const Lockfile& lock, const std::vector<PackageId>& path_packages)
{
  Resolve out;
  out.lock_version = lock.version;
  out.metadata = lock.metadata;
  LockedNames names;
  std::vector<std::pair<PackageId, const LockedPackage*>> live;
  for (const LockedPackage& package : lock.packages) {
    CW_TRY_ASSIGN(const std::optional<PackageId> id, id_of(package, path_packages));
    if (!id) {
      continue;
    }
    ResolvedPackage resolved{*id, nullptr, {}, {}, package.checksum, {}};
    if (!out.packages.emplace(*id, std::move(resolved)).second && package.source) {
      return fail(Error("CW0245", fmt::format("Cargo.lock lists `{}` twice", id->display()))
                      .help("remove one of the entries, or the file: it is written anew"));
    }
    names.add(*id);
    live.emplace_back(*id, &package);
  }
  for (const auto& [id, package] : live) {
    ResolvedPackage& resolved = out.packages.at(id);
    for (const LockedDependency& dependency : package->dependencies) {
      CW_TRY_ASSIGN(const std::optional<PackageId> target, names.find(dependency));
      if (target) {
        resolved.edges.push_back({*target, {}});
      }
    }
    std::sort(resolved.edges.begin(), resolved.edges.end(), [](const ResolveEdge& a, const ResolveEdge& b) { return a.to < b.to; });
    if (package->replace) {
      CW_TRY_ASSIGN(resolved.replaced_by, names.find(*package->replace));
    }
  }
  for (const LockedPackage& package : lock.unused_patches) {
    CW_TRY_ASSIGN(const std::optional<PackageId> id, id_of(package, path_packages));
    if (id) {
      out.unused_patches.push_back(*id);
    }
  }
  return out;
}

Lockfile to_lock(const Resolve& resolve)
{
  const Names names(resolve);
  Lockfile out;
  out.version = resolve.lock_version;
  out.metadata = resolve.metadata;
  for (const auto& [id, resolved] : resolve.packages) {
    LockedPackage package = identity_of(id, names);
    package.checksum = resolved.checksum;
    if (resolved.replaced_by) {
      package.replace = names.of(*resolved.replaced_by);
    } else {
      for (const ResolveEdge& edge : resolved.edges) {
        package.dependencies.push_back(names.of(edge.to));
      }
      // Versions are compared as text here, unlike the order of packages.
      std::sort(package.dependencies.begin(), package.dependencies.end(), [](const LockedDependency& a, const LockedDependency& b) {
        return std::tie(a.name, a.version, a.source) < std::tie(b.name, b.version, b.source);
      });
    }
    out.packages.push_back(std::move(package));
  }
  for (const PackageId id : resolve.unused_patches) {
    out.unused_patches.push_back(identity_of(id, names));
  }
  return out;
}

} // namespace cargo_wasm::resolve
