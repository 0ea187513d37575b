// From a finished search to a Resolve.
#include "search.hpp"

#include <cargo_wasm/resolve/resolver.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::resolve {
namespace {

/// Edges point from parent to child; dependencies in the order of the parent's manifest.
void add_edges(Resolve& out, const Candidates& candidates, const SearchState& state, PackageNumber child)
{
  std::map<PackageNumber, ResolveEdge> by_parent;
  for (const ParentEdge& edge : state.parents(child)) {
    by_parent.try_emplace(edge.parent, ResolveEdge{candidates[child].id, {}})
        .first->second.dependencies.push_back(edge.dependency->declared);
  }
  for (auto& [parent, edge] : by_parent) {
    const auto& declared = candidates[parent].summary->dependencies;
    std::sort(edge.dependencies.begin(), edge.dependencies.end(), [&](const DependencyPtr& a, const DependencyPtr& b) {
      return std::find(declared.begin(), declared.end(), a) < std::find(declared.begin(), declared.end(), b);
    });
    out.packages.at(candidates[parent].id).edges.push_back(std::move(edge));
  }
}

std::set<InternedString> feature_names(const KnownPackage& package, const FeatureBits& bits)
{
  std::set<InternedString> out;
  std::size_t number = 0;
  for (const auto& [name, values] : package.summary->features) {
    if (number / 64 < bits.size() && (bits[number / 64] >> (number % 64) & 1U) != 0) {
      out.insert(out.end(), name);
    }
    ++number;
  }
  return out;
}

/// The lock file does not say where path packages lie: two of one name and version could not be
/// told apart in it.
Result<> check_unambiguous(const Resolve& resolve)
{
  const ResolvedPackage* previous = nullptr;
  for (const auto& [id, package] : resolve.packages) {
    if (previous != nullptr && previous->id.name() == id.name() && previous->id.version() == id.version() &&
        previous->id.source().is_path() && id.source().is_path()) {
      return fail(Error("CW0307", fmt::format("two path packages are called `{} v{}`", id.name(), spec::to_string(id.version())))
                      .note("the first is in " + previous->id.source().display())
                      .note("the second is in " + id.source().display())
                      .note("Cargo.lock does not record paths, so it could not tell them apart")
                      .help("give one of them another version or name"));
    }
    previous = &package;
  }
  return {};
}

} // namespace

Result<Resolve> resolve_versions(PackageIndex& index, const ResolveRequest& request)
{
  Candidates candidates(index, request);
  Expansions expansions(candidates);
  Search search(candidates, expansions);
  CW_TRY(search.run(request.roots));

  Resolve out;
  const std::vector<PackageNumber> active = search.state().active_packages();
  for (const PackageNumber number : active) {
    const KnownPackage& known = candidates[number];
    ResolvedPackage package{
        known.id, known.summary, {}, feature_names(known, search.state().features(number)), known.summary->checksum, {}};
    if (known.replaced_by != k_none) {
      package.replaced_by = candidates[known.replaced_by].id;
    }
    out.packages.emplace(known.id, std::move(package));
  }
  for (const PackageNumber number : active) {
    add_edges(out, candidates, search.state(), number);
  }
  for (auto& [id, package] : out.packages) {
    std::sort(package.edges.begin(), package.edges.end(), [](const ResolveEdge& a, const ResolveEdge& b) { return a.to < b.to; });
  }
  CW_TRY(check_cycles(out));
  CW_TRY(check_unambiguous(out));
  return out;
}

} // namespace cargo_wasm::resolve
