// Where a package comes from. Interned. Equality, order and hash leave the precise part and the
// registry's name aside, as cargo's do: a locked source and the one written in a manifest are one
// source.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cargo_wasm::spec {

enum class SourceKind : std::uint8_t { path, registry, sparse_registry, local_registry, directory, git };

/// What a git dependency follows. Order as in the lock file: tag < branch < rev < default.
struct GitReference
{
  enum class Kind : std::uint8_t { tag, branch, rev, default_branch } kind = Kind::default_branch;
  std::string name; ///< empty for default_branch
  auto operator<=>(const GitReference&) const = default;
};

/// Cargo's canonical form of a URL for comparison: no trailing '/', no ".git", github.com lower
/// case and https (util/canonical_url.rs).
[[nodiscard]] std::string canonical_url(std::string_view text);

/// "file:///…" of an absolute path, percent-encoded as the `url` crate does.
[[nodiscard]] std::string file_url(const base::Path& path);
/// The path of a file URL; nullopt for any other scheme.
[[nodiscard]] std::optional<base::Path> path_of_file_url(std::string_view text);

class SourceId
{
public:
  [[nodiscard]] static SourceId for_path(const base::Path& absolute_directory);
  [[nodiscard]] static SourceId for_git(std::string_view url, GitReference reference);
  /// crates.io, whatever protocol it is read by; in lock files always
  /// registry+https://github.com/rust-lang/crates.io-index.
  [[nodiscard]] static SourceId crates_io();
  /// A registry by the URL of its index: "sparse+https://…/" or "https://…" (git index). `name` as
  /// in the configuration.
  [[nodiscard]] static SourceId for_registry(std::string_view index_url, std::string_view name = {});
  [[nodiscard]] static SourceId for_local_registry(const base::Path& directory);
  [[nodiscard]] static SourceId for_directory(const base::Path& directory);
  /// Reads the lock file's and package ids' form ("registry+…", "sparse+…", "git+…?branch=b#rev",
  /// "path+…"). Errors: CW0265.
  [[nodiscard]] static Result<SourceId> parse(std::string_view text);

  [[nodiscard]] SourceKind kind() const noexcept { return m_inner->kind; }
  [[nodiscard]] const std::string& url() const noexcept { return m_inner->url; } ///< without "sparse+"
  [[nodiscard]] const std::string& canonical() const noexcept { return m_inner->canonical; }
  [[nodiscard]] const GitReference& git_reference() const noexcept { return m_inner->reference; }
  [[nodiscard]] const std::string& registry_name() const noexcept { return m_inner->registry_name; } ///< may be empty
  [[nodiscard]] base::Path path() const; ///< of path, directory and local registry sources

  [[nodiscard]] bool is_path() const noexcept { return kind() == SourceKind::path; }
  [[nodiscard]] bool is_git() const noexcept { return kind() == SourceKind::git; }
  [[nodiscard]] bool is_registry() const noexcept
  {
    return kind() == SourceKind::registry || kind() == SourceKind::sparse_registry || kind() == SourceKind::local_registry;
  }
  [[nodiscard]] bool is_crates_io() const noexcept { return m_inner->is_crates_io; }

  /// The pinned part: a full commit id for git ("#<40 hex>"), "locked" or a precise version for
  /// registries.
  [[nodiscard]] const std::string& precise() const noexcept { return m_inner->precise; }
  [[nodiscard]] SourceId with_precise(std::string_view precise) const;
  [[nodiscard]] SourceId without_precise() const;

  /// Lock file form; git with "#<rev>" when precise. `encode_query`: lock file v4 percent-encodes
  /// branch/tag/rev.
  [[nodiscard]] std::string to_lock_string(bool encode_query) const;
  /// For people: "registry `crates-io`", "/path/to/pkg", "https://…?branch=b#1234abcd".
  [[nodiscard]] std::string display() const;

  /// As `==`: the same source, the precise part aside.
  [[nodiscard]] bool same_source(SourceId other) const noexcept { return *this == other; }
  [[nodiscard]] bool same_precise(SourceId other) const noexcept { return precise() == other.precise(); }

  friend bool operator==(SourceId a, SourceId b) noexcept { return a.m_inner->identity == b.m_inner->identity; }
  /// Lock file order: path < registry < sparse < local < directory < git (tag < branch < rev <
  /// default), then canonical URL.
  std::strong_ordering operator<=>(SourceId other) const;
  /// One address per source, whatever its precise part.
  [[nodiscard]] const void* address() const noexcept { return m_inner->identity; }

private:
  friend class PackageId;
  struct Inner
  {
    SourceKind kind = SourceKind::path;
    std::string url, canonical, registry_name, precise;
    GitReference reference;
    bool is_crates_io = false;
    const Inner* identity = nullptr; ///< the one without precise part; itself when it has none
  };
  explicit SourceId(const Inner* inner) : m_inner(inner) {}
  static SourceId intern(Inner inner);
  static SourceId make(SourceKind kind, std::string_view url, std::string_view registry_name = {}, GitReference reference = {});
  const Inner* m_inner;
};

} // namespace cargo_wasm::spec

template <> struct std::hash<cargo_wasm::spec::SourceId>
{
  std::size_t operator()(cargo_wasm::spec::SourceId id) const noexcept { return std::hash<const void*>{}(id.address()); }
};
