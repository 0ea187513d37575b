#include "call_places.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>

#include "crate_of_object.hpp"

namespace cargo_wasm::link {

namespace {

/// Where the compiler of an object ran: what its relative paths begin at.
base::Path directory_of(const exec::InspectedAction& failed, std::string_view object)
{
  const ObjectOrigin origin = origin_of(failed.graph, failed.action, object);
  switch (origin.kind) {
  case ObjectOrigin::Kind::native_member:
  case ObjectOrigin::Kind::native_library:
    return failed.graph.actions[origin.action].package_root;
  case ObjectOrigin::Kind::crate:
  case ObjectOrigin::Kind::merged:
    return failed.graph.actions[origin.action].cwd;
  case ObjectOrigin::Kind::toolchain:
  case ObjectOrigin::Kind::unknown:
    break;
  }
  return failed.graph.actions[failed.action].cwd;
}

/// The names that plan gives to directories of this machine in what rustc writes (differences-from-cargo (c)), taken back.
std::optional<base::Path> file_of(const exec::InspectedAction& failed, const shim::CallSite& site)
{
  const std::string_view written = site.file;
  const auto below = [&](std::string_view name, const base::Path& directory) -> std::optional<base::Path> {
    return written.starts_with(name) ? std::optional(directory / written.substr(name.size())) : std::nullopt;
  };
  if (written.starts_with("/rustc/")) {
    return std::nullopt;
  }
  if (auto file = below("/workspace/", failed.graph.workspace_root)) {
    return file;
  }
  if (auto file = below("/cargo/", failed.graph.cargo_home)) {
    return file;
  }
  return (directory_of(failed, site.object) / written).lexically_normal();
}

} // namespace

std::string call_places(const exec::InspectedAction& failed, const shim::LinkReport& report, std::string_view symbol)
{
  std::vector<std::string> places;
  for (const shim::CallSite& site : report.call_sites) {
    const auto file = site.symbol == symbol ? file_of(failed, site) : std::nullopt;
    if (!file) {
      continue;
    }
    places.push_back(fmt::format("{}:{}", base::shown_path(failed.env.cwd, *file).string(), site.line));
    if (site.column != 0) {
      places.back() += fmt::format(":{}", site.column);
    }
  }
  return base::join(places, ", ");
}

} // namespace cargo_wasm::link
