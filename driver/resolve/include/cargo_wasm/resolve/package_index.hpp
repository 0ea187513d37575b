// What the resolver asks of the world: candidates for a dependency. `source` implements it over
// registries, git and paths; tests over a list.
#pragma once
#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/manifest/dependency.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cargo_wasm::resolve {

using manifest::Dependency;
using manifest::Summary;
using manifest::SummaryPtr;
using DependencyPtr = std::shared_ptr<const Dependency>;

/// A version as far as choosing among versions needs it. Most candidates are never tried: reading
/// their dependencies would be the larger part of a resolution.
struct Candidate
{
  spec::PackageId id;
  bool yanked = false;
  std::optional<spec::RustVersion> rust_version;
  SummaryPtr summary; ///< null when `load_candidate` still has to read it
};

class PackageIndex
{
public:
  virtual ~PackageIndex() = default;

  /// Every candidate of the dependency's name and source that its requirement accepts, in any
  /// order, yanked ones included (the resolver filters and sorts). Offline, only what is
  /// downloaded. Git and path sources: their package if name and version fit. Blocks on the network
  /// when the name was not prefetched. Errors: CW0400–CW0479; an unknown name is an empty list.
  virtual Result<std::vector<SummaryPtr>> query(const Dependency& dependency) = 0;

  /// As `query`, without reading what `load_candidate` can read later. A registry overrides both;
  /// the resolver asks only these.
  virtual Result<std::vector<Candidate>> query_candidates(const Dependency& dependency);
  /// The summary of a candidate that `query_candidates` gave. nullptr = its entry cannot be read;
  /// the resolver passes over it.
  virtual Result<SummaryPtr> load_candidate(const Candidate& candidate);

  /// As `query` with any version, for error messages only (what exists, is yanked, is spelled
  /// alike).
  virtual Result<std::vector<SummaryPtr>> query_all_versions(const Dependency& dependency) = 0;
  virtual Result<std::vector<std::string>> similar_names(const Dependency& dependency) = 0;

  /// Loads the index entries of these dependencies and, breadth first, of everything they may
  /// reach, with as many requests in flight as the server takes. Purely for speed: `query` gives
  /// the same answers without it.
  virtual Result<> prefetch(std::span<const DependencyPtr> roots) = 0;
};

} // namespace cargo_wasm::resolve
