// Cycles among normal and build dependencies; through dev-dependencies they are allowed.
#include <cargo_wasm/resolve/resolver.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace cargo_wasm::resolve {
namespace {

bool is_build_order(const ResolveEdge& edge)
{
  return std::any_of(edge.dependencies.begin(), edge.dependencies.end(), [](const DependencyPtr& d) {
    return d->kind != manifest::DependencyKind::development;
  });
}

/// A package on the current path with the edges that are still to be followed.
struct Step
{
  const ResolvedPackage* package;
  std::vector<PackageId> next;
};

std::vector<PackageId> successors(const Resolve& resolve, const ResolvedPackage& package)
{
  std::vector<PackageId> out;
  for (const ResolveEdge& edge : package.edges) {
    if (is_build_order(edge)) {
      out.push_back(edge.to);
      const ResolvedPackage* target = resolve.find(edge.to);
      if (target != nullptr && target->replaced_by) {
        out.push_back(*target->replaced_by);
      }
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

tl::unexpected<Error> cycle(const std::vector<Step>& path, PackageId again)
{
  Error error("CW0305", fmt::format("package `{}` depends on itself", again.display()));
  const auto start = std::find_if(path.begin(), path.end(), [&](const Step& step) { return step.package->id == again; });
  for (auto step = start; step != path.end(); ++step) {
    const PackageId next = step + 1 == path.end() ? again : (step + 1)->package->id;
    error.notes.push_back(fmt::format("`{}` depends on `{}`", step->package->id.display(), next.display()));
  }
  return fail(std::move(error).help("break the cycle: move what both need into a package of its own, or make one of the "
                                    "edges a dev-dependency"));
}

} // namespace

Result<> check_cycles(const Resolve& resolve)
{
  enum class Mark : std::uint8_t { on_path, done };
  std::unordered_map<PackageId, Mark> marks;
  for (const auto& [root, root_package] : resolve.packages) {
    if (marks.count(root) != 0) {
      continue;
    }
    std::vector<Step> path{{&root_package, successors(resolve, root_package)}};
    marks.emplace(root, Mark::on_path);
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next.empty()) {
        marks[step.package->id] = Mark::done;
        path.pop_back();
        continue;
      }
      const PackageId next = step.next.back();
      step.next.pop_back();
      const auto [mark, is_new] = marks.try_emplace(next, Mark::on_path);
      if (is_new) {
        const ResolvedPackage* package = resolve.find(next);
        path.push_back({package, successors(resolve, *package)});
      } else if (mark->second == Mark::on_path) {
        return cycle(path, next);
      }
    }
  }
  return {};
}

} // namespace cargo_wasm::resolve
