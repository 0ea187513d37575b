#include "lock_report.hpp"

#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace cargo_wasm::ops {

namespace {

using spec::PackageId;
/// Versions of one package from one source, before and after.
struct Change
{
  std::vector<PackageId> removed, added;
};

std::string short_source(PackageId id)
{
  if (id.source().is_crates_io()) {
    return "";
  }
  return fmt::format(" ({})", id.source().display());
}

std::string version_text(PackageId id)
{
  return "v" + spec::to_string(id.version()) + short_source(id);
}

std::map<std::pair<std::string, std::string>, Change> changes_of(const resolve::LockPassResult& result)
{
  std::map<std::pair<std::string, std::string>, Change> changes;
  const auto key = [](PackageId id) { return std::pair(id.name().str(), id.source().is_path() ? std::string{} : id.source().canonical()); };
  for (const auto& [id, package] : result.resolve.packages) {
    if (!id.source().is_path() && (!result.previous || result.previous->packages.count(id) == 0)) {
      changes[key(id)].added.push_back(id);
    }
  }
  if (result.previous) {
    for (const auto& [id, package] : result.previous->packages) {
      if (!id.source().is_path() && result.resolve.packages.count(id) == 0) {
        changes[key(id)].removed.push_back(id);
      }
    }
  }
  return changes;
}

} // namespace

void report_lock_changes(base::Reporter& reporter, const resolve::LockPassResult& result, bool is_update)
{
  const auto changes = changes_of(result);
  std::size_t count = 0;
  for (const auto& [key, change] : changes) {
    count += std::max(change.added.size(), change.removed.size());
  }
  if (count == 0) {
    return;
  }
  reporter.status("Locking",
                  fmt::format("{} package{} to latest compatible version{}", count, count == 1 ? "" : "s", count == 1 ? "" : "s"));
  if (!result.previous) {
    return;
  }
  for (const auto& [key, change] : changes) {
    const auto& name = key.first;
    if (change.removed.size() == 1 && change.added.size() == 1) {
      const auto from = change.removed.front();
      const auto to = change.added.front();
      const bool down = to.version() < from.version();
      reporter.status(down ? "Downgrading" : "Updating",
                      fmt::format("{} {} -> {}", name, version_text(from), version_text(to)),
                      down ? base::StatusColor::yellow : base::StatusColor::green);
      continue;
    }
    for (const auto id : change.removed) {
      reporter.status("Removing", fmt::format("{} {}", name, version_text(id)), base::StatusColor::red);
    }
    for (const auto id : change.added) {
      reporter.status("Adding", fmt::format("{} {}", name, version_text(id)));
    }
  }
  if (is_update) {
    reporter.verbose("note", "pass `-p NAME --precise VERSION` for an exact version");
  }
}

} // namespace cargo_wasm::ops
