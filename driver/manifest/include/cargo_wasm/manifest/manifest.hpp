// A Cargo.toml after normalisation: inheritance done, targets discovered, dependencies turned into values.
// Cargo's parser is workspace/parser; the facts are in docs/reference/differences-from-cargo.md where we differ.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/dependency.hpp>
#include <cargo_wasm/manifest/profile.hpp>
#include <cargo_wasm/manifest/toml.hpp>

namespace cargo_wasm::manifest {

enum class Edition : std::uint8_t { e2015, e2018, e2021, e2024 };
[[nodiscard]] std::string_view to_string(Edition edition); ///< "2021"

enum class CrateType : std::uint8_t { bin, lib, rlib, dylib, cdylib, staticlib, proc_macro };
[[nodiscard]] std::string_view to_string(CrateType type); ///< "proc-macro"

enum class TargetKind : std::uint8_t { lib, bin, test, bench, example, custom_build };

/// A crate target (lib, bin, …), not to be confused with a target triple.
struct CrateTarget
{
  TargetKind kind = TargetKind::lib;
  std::string name;                   ///< as in the manifest ("my-app")
  std::vector<CrateType> crate_types; ///< bin targets: {bin}
  base::Path source;                  ///< absolute path of the root source file
  Edition edition = Edition::e2015;
  std::optional<std::vector<std::string>> required_features; ///< an empty list appears in JSON, an absent one does not
  std::optional<std::string> filename;                       ///< `filename` key (unstable in cargo; read, warned about)
  bool tested = false, benched = false, doctested = false, documented = false, harness = true;
  bool for_host = false; ///< proc macros and build scripts
  bool proc_macro = false;

  [[nodiscard]] std::string crate_name() const; ///< '-' as '_'
  [[nodiscard]] bool needs_features() const { return required_features && !required_features->empty(); }
  [[nodiscard]] bool is_lib() const { return kind == TargetKind::lib; }
  [[nodiscard]] bool is_bin() const { return kind == TargetKind::bin; }
  [[nodiscard]] bool is_custom_build() const { return kind == TargetKind::custom_build; }
  [[nodiscard]] bool is_linkable() const;               ///< others may depend on it: lib, rlib, dylib, proc-macro
  [[nodiscard]] bool requires_upstream_objects() const; ///< bin, cdylib, staticlib, dylib, proc-macro
  [[nodiscard]] bool is_executable() const
  {
    return kind == TargetKind::bin || kind == TargetKind::test || kind == TargetKind::bench ||
           (kind == TargetKind::example && crate_types == std::vector{CrateType::bin});
  }
  bool operator==(const CrateTarget&) const = default;
};

/// `[package]` fields that end up in environment variables and metadata.
struct PackageInfo
{
  std::vector<std::string> authors, keywords, categories;
  std::optional<std::string> description, homepage, documentation, readme, license, license_file, repository;
  std::optional<std::string> rust_version_text;
  std::optional<std::string> default_run;
  std::optional<std::vector<std::string>> publish; ///< nullopt: anywhere; empty: nowhere
  std::vector<std::string> include, exclude;
};

enum class LintLevel : std::uint8_t { forbid, deny, warn, allow };

struct LintSettings
{
  std::vector<std::string> rustc_flags; ///< in cargo's order (cargo-internals §1)
  std::vector<std::string> rustdoc_flags;
};

struct PatchEntry
{
  std::string source_key; ///< "crates-io", a registry's name or a URL, as written
  std::vector<std::shared_ptr<const Dependency>> dependencies;
};

/// `[workspace]` of a root manifest.
struct WorkspaceTable
{
  std::vector<std::string> members, exclude;
  bool has_members = false; ///< the key is there, even if empty
  std::optional<std::vector<std::string>> default_members;
  std::optional<std::string> resolver;
};

/// A thing to tell the user about a manifest that is not an error; shown for path packages only.
struct ManifestWarning
{
  Error diagnostic; ///< severity warning; codes CW0130–CW0139
  bool is_unused_key = false;
  bool is_critical = false; ///< an error when the package is a workspace member, nothing otherwise (a missing test file)
};

struct Manifest
{
  base::Path file;                              ///< absolute path of Cargo.toml
  std::shared_ptr<const TomlDocument> document; ///< null when loaded from the parsed-manifest cache
  std::optional<WorkspaceTable> workspace;      ///< `[workspace]` present
  std::optional<std::string> workspace_pointer; ///< `package.workspace`
  bool has_public_dependencies = false;         ///< cargo feature `public-dependency`: of std's manifests alone
  bool is_virtual = false;                      ///< no [package]; then only workspace, profiles, patch, replace are set

  SummaryPtr summary;               ///< null when virtual
  std::vector<CrateTarget> targets; ///< lib, bins, examples, tests, benches, custom-build; each list sorted by name
  PackageInfo info;
  Edition edition = Edition::e2015;
  std::optional<std::string> resolver;
  std::optional<std::string> links;
  LintSettings lints;
  RawFeatureMap raw_features;                 ///< as written, for metadata and `--check-cfg`
  std::vector<std::string> declared_features; ///< sorted, implicit ones of optional dependencies included: for check-cfg
  std::optional<std::string> metabuild;

  std::map<std::string, BuildProfileToml> profiles;
  std::vector<PatchEntry> patches;
  std::vector<std::pair<spec::PackageIdSpec, std::shared_ptr<const Dependency>>> replacements;
  std::shared_ptr<const nlohmann::json> metadata; ///< `[package.metadata]`, null when absent
  std::shared_ptr<const nlohmann::json> workspace_metadata;
  std::shared_ptr<const nlohmann::json> hints; ///< `[hints]`, null when absent
  std::vector<ManifestWarning> warnings;

  [[nodiscard]] base::Path root() const { return file.parent_path(); }
  [[nodiscard]] const CrateTarget* library() const;
  [[nodiscard]] const CrateTarget* custom_build() const;
};

/// A package that is on disk: what `cargo` calls Package.
struct Package
{
  std::shared_ptr<const Manifest> manifest;
  [[nodiscard]] spec::PackageId id() const { return manifest->summary->id; }
  [[nodiscard]] base::Path root() const { return manifest->root(); }
};
using PackagePtr = std::shared_ptr<const Package>;

/// What a manifest inherits from, handed in by the workspace loader: the root's document.
struct InheritanceRoot
{
  std::shared_ptr<const TomlDocument> document;
  base::Path root_directory;
};

/// Finds the source of a registry name or URL in the configuration ("my-registry" → its index).
class RegistryNames
{
public:
  virtual ~RegistryNames() = default;
  [[nodiscard]] virtual Result<spec::SourceId> source_of_registry(std::string_view name) const = 0;
};

struct ReadOptions
{
  spec::SourceId source = spec::SourceId::crates_io(); ///< of the package itself; path dependencies of non-path packages resolve to it
  /// Called when a key is inherited; finds the workspace root of this manifest. nullptr result = error CW0150.
  std::function<Result<std::shared_ptr<const InheritanceRoot>>(const base::Path& manifest, const std::optional<std::string>& pointer)>
      find_root;
  const RegistryNames* registries = nullptr;
  /// std's own workspace: what only a nightly cargo reads is read (`cargo-features`, `public`), and its profiles, which never apply, are
  /// not.
  bool is_std = false;
};

/// Reads and normalises one Cargo.toml. Errors: CW0100–CW0149 with file, line, column and the line itself.
/// Cost: dominated by TOML parsing, about 0.1 ms for a typical crate.
[[nodiscard]] Result<std::shared_ptr<const Manifest>>
read_manifest(const base::ReadOnlyFilesystem& fs, const base::Path& file, const ReadOptions& options);

} // namespace cargo_wasm::manifest

namespace cargo_wasm {
using manifest::PackagePtr;
}
