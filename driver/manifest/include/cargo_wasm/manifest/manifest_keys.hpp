// Keys of tables in Cargo.toml, in the order in which cargo writes them (cargo-util-schemas, manifest/mod.rs).
#pragma once
#include <array>
#include <string_view>

namespace cargo_wasm::manifest {

/// Of a dependency; `workspace`, the last one, is none in `workspace.dependencies` and in what is published.
inline constexpr std::array<std::string_view, 19> k_dependency_table_keys{"version",
                                                                          "registry",
                                                                          "registry-index",
                                                                          "path",
                                                                          "base",
                                                                          "git",
                                                                          "branch",
                                                                          "tag",
                                                                          "rev",
                                                                          "features",
                                                                          "optional",
                                                                          "default-features",
                                                                          "default_features",
                                                                          "package",
                                                                          "public",
                                                                          "artifact",
                                                                          "lib",
                                                                          "target",
                                                                          "workspace"};

/// Of `workspace.package`, which members may inherit.
inline constexpr std::array<std::string_view, 17> k_workspace_package_keys{"version",
                                                                           "authors",
                                                                           "description",
                                                                           "homepage",
                                                                           "documentation",
                                                                           "readme",
                                                                           "keywords",
                                                                           "categories",
                                                                           "license",
                                                                           "license-file",
                                                                           "repository",
                                                                           "publish",
                                                                           "edition",
                                                                           "badges",
                                                                           "exclude",
                                                                           "include",
                                                                           "rust-version"};

} // namespace cargo_wasm::manifest
