// Dependencies and summaries: the immutable part of a package that the resolver reads, the same whether
// it came from a Cargo.toml or from a registry's index (cargo: workspace/dependency.rs, summary.rs).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/interned_string.hpp>
#include <cargo_wasm/spec/cfg.hpp>
#include <cargo_wasm/spec/package_id.hpp>
#include <cargo_wasm/spec/source_id.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::manifest {

enum class DependencyKind : std::uint8_t { normal, development, build };

struct Dependency
{
  InternedString package_name; ///< the crate to look for
  InternedString name_in_toml; ///< the key in the manifest; differs when renamed with `package = "…"`
  bool is_renamed = false;     ///< `package` was given: `--extern` uses name_in_toml (explicit_name_in_toml)
  spec::VersionReq req;
  bool specified_req = true; ///< false: path/git dependency without a version
  /// Set by the resolver on dependencies that a lock file pins: exactly this version, build metadata included. `req` is then `=I.J.K`
  /// and `source` has its precise part.
  std::optional<spec::Version> locked_version;
  std::string req_text; ///< as written, for messages and metadata ("^1.0")
  spec::SourceId source = spec::SourceId::crates_io();
  std::optional<spec::SourceId> registry_id; ///< an alternative registry was named (metadata's `registry`)
  DependencyKind kind = DependencyKind::normal;
  std::optional<spec::Platform> platform;
  std::vector<InternedString> features; ///< in the order written
  bool optional = false;
  bool default_features = true;
  bool is_public = false;
  std::optional<base::Path> path; ///< of path dependencies: the directory, absolute

  /// Exact-name and source match, requirement aside.
  [[nodiscard]] bool matches_ignoring_source(spec::PackageId id) const
  {
    return package_name == id.name() && (locked_version ? *locked_version == id.version() : req.matches(id.version()));
  }
  [[nodiscard]] bool matches(spec::PackageId id) const { return source.same_source(id.source()) && matches_ignoring_source(id); }
};

/// One entry of a feature's list.
struct FeatureValue
{
  enum class Kind : std::uint8_t {
    feature,            ///< "f"
    dependency,         ///< "dep:x"
    dependency_feature, ///< "x/f"; with `weak`, "x?/f"
  } kind = Kind::feature;
  InternedString feature;    ///< f
  InternedString dependency; ///< x
  bool weak = false;
  bool operator==(const FeatureValue&) const = default;
};
[[nodiscard]] FeatureValue parse_feature_value(InternedString text);
[[nodiscard]] std::string to_string(const FeatureValue& value);

/// Sorted by name as bytes.
using FeatureMap = std::map<InternedString, std::vector<FeatureValue>>;
/// As written in the manifest or the index.
using RawFeatureMap = std::map<InternedString, std::vector<InternedString>>;

struct Summary
{
  spec::PackageId id;
  std::vector<std::shared_ptr<const Dependency>> dependencies; ///< in cargo's order (cargo-internals §1)
  FeatureMap features;                                         ///< with the implicit ones of optional dependencies
  std::optional<InternedString> links;
  std::optional<spec::RustVersion> rust_version;
  std::optional<std::string> checksum; ///< sha256 hex of the .crate
  bool yanked = false;
};

using SummaryPtr = std::shared_ptr<const Summary>;

/// Builds the feature map and validates it (summary.rs build_feature_map): implicit features, `dep:` rules, unknown
/// names, `?` on non-optional, features of features. Errors: CW0120–CW0129, `where` unset (the manifest reader adds it).
[[nodiscard]] Result<FeatureMap> build_feature_map(const RawFeatureMap& raw,
                                                   const std::vector<std::shared_ptr<const Dependency>>& dependencies);

} // namespace cargo_wasm::manifest
