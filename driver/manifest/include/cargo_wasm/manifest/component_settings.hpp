// Whether a package wants to be a component, and which: `[package.metadata.wasm] component = true`, or a table of that name, or the same of
// the workspace (docs/guide/components.md).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::manifest {

/// A line of `component.dependencies`: a package of WIT, or a component, of a registry.
struct ComponentDependency
{
  std::string name;                    ///< "my:calc"
  std::string requirement;             ///< "1.2", as Cargo writes requirements
  std::optional<std::string> registry; ///< "oci://HOST/PREFIX", or a host that says where its packages are
  std::optional<std::string> key;      ///< of the publisher: without its statement the package is refused
  base::TextSpan where;
};

struct ComponentSettings
{
  std::optional<bool> wanted;                    ///< a table without `enabled` says true; nullopt: nobody said anything
  std::optional<std::string> adapter;            ///< "command", "reactor", "proxy", "none", each with `@VERSION`, or a path
  std::optional<std::string> world;              ///< "my:pkg/app"
  std::optional<base::Path> wit;                 ///< absolute
  bool checks_wasi = false;                      ///< interfaces of `wasi:` have to be in the world, too
  std::optional<std::string> package;            ///< "my:calc": what it is published as
  std::optional<std::string> registry;           ///< where packages are for which nothing else is said
  std::vector<ComponentDependency> dependencies; ///< by name, the workspace's first
  std::vector<std::string> plugs;                ///< that fill its imports: names of dependencies, or files as absolute paths
  base::TextSpan world_where, adapter_where, plug_where;
};

/// The package's settings; what it does not say, the workspace's. Errors: CW0950 an unknown key, or a value that the key cannot have;
/// CW0102, CW0185 a value of another type. Cost: nothing for manifests without it; else the file is read once more, for places.
[[nodiscard]] Result<ComponentSettings>
read_component_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root);

} // namespace cargo_wasm::manifest
