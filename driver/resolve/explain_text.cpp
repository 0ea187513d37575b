#include "explain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace cargo_wasm::resolve {
namespace {

constexpr std::size_t k_shown_versions = 5;

} // namespace

std::string asked(const Dependency& dependency)
{
  return fmt::format("{} {}",
                     dependency.package_name,
                     dependency.req_text.empty() ? spec::to_string(dependency.req)
                                                 : spec::to_string(spec::parse_version_req(dependency.req_text).value_or(dependency.req)));
}

std::string path_to(const Candidates& candidates, const SearchState& state, PackageNumber package)
{
  std::unordered_map<PackageNumber, PackageNumber> below{{package, k_none}};
  std::deque<PackageNumber> queue{package};
  PackageNumber top = package;
  while (!queue.empty()) {
    top = queue.front();
    queue.pop_front();
    if (state.parents(top).empty()) {
      break;
    }
    for (const ParentEdge& edge : state.parents(top)) {
      if (below.try_emplace(edge.parent, top).second) {
        queue.push_back(edge.parent);
      }
    }
  }
  std::string out;
  for (PackageNumber step = top; step != k_none; step = below.at(step)) {
    out += fmt::format("{}`{}`", out.empty() ? "" : " → ", candidates[step].id.display());
  }
  return out;
}

std::string version_list(std::vector<spec::Version> versions)
{
  std::sort(versions.begin(), versions.end(), std::greater<>{});
  std::string out;
  for (std::size_t i = 0; i < std::min(versions.size(), k_shown_versions); ++i) {
    out += (i == 0 ? "" : ", ") + spec::to_string(versions[i]);
  }
  if (versions.size() > k_shown_versions) {
    out += fmt::format(" and {} more", versions.size() - k_shown_versions);
  }
  return out;
}

std::vector<SummaryPtr> existing_versions(PackageIndex& index, const Dependency& dependency)
{
  Result<std::vector<SummaryPtr>> found = index.query_all_versions(dependency);
  if (!found) {
    return {};
  }
  std::erase_if(*found, [&](const SummaryPtr& summary) { return summary->id.name() != dependency.package_name; });
  std::sort(found->begin(), found->end(), [](const SummaryPtr& a, const SummaryPtr& b) { return a->id.version() > b->id.version(); });
  return std::move(*found);
}

std::string quoted_list(const std::vector<std::string>& names)
{
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += "`" + names[i] + "`";
  }
  return out;
}

} // namespace cargo_wasm::resolve
