// `cargo-wasm component VERB` and `cargo-wasm add --component`: packages of WIT, components and modules in OCI registries.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

struct ComponentPushRequest
{
  std::optional<Path> file;           ///< nullopt: what the package was built to
  std::vector<std::string> to;        ///< "oci://HOST/PREFIX"; none: what manifest or the configuration of wkg say
  std::optional<std::string> package; ///< "ns:name@1.2.3", "ns:name"
  bool dry_run = false;
  std::string quorum = {};           ///< how many of them must have it; empty: all
  std::optional<Path> manifest = {}; ///< `file` was built of this package of the workspace
};
/// Errors: CW1042; CW1167 nothing says which package or version, or which file; those of `publish_component`.
Result<> component_push(const Env& env, const GlobalOptions& options, const ComponentPushRequest& request);

/// Builds one package in the release profile, as a component where it can be one, and pushes what came out. Errors: those of a build;
/// CW1167 it makes no module, or several.
Result<> publish_built_component(const Env& env, const GlobalOptions& options, CompileRequest build, ComponentPushRequest push);

struct ComponentPullRequest
{
  std::string package; ///< "ns:name", "ns:name@1.2.3", "ns:name@^1"
  std::optional<std::string> from;
  std::optional<Path> output;
  std::optional<std::string> key; ///< of the publisher, who must have signed it
};
/// Errors: CW1150, CW1162, CW1170; those of the client.
Result<> component_pull(const Env& env, const GlobalOptions& options, const ComponentPullRequest& request);

/// Prints the versions of a package, the highest first.
Result<>
component_versions(const Env& env, const GlobalOptions& options, const std::string& package, const std::optional<std::string>& from);

/// Chooses, locks and fetches what the workspace's components depend on.
Result<> component_fetch(const Env& env, const GlobalOptions& options);

struct AddComponentRequest
{
  std::vector<std::string> packages; ///< "ns:name", "ns:name@1.2"
  std::optional<std::string> registry;
};
/// Writes them into the current package's `[package.metadata.wasm.component.dependencies]`, and fetches. Errors: CW1168 there is no place
/// for them; those of `component_fetch`, after which the manifest is as it was.
Result<> add_component(const Env& env, const GlobalOptions& options, const AddComponentRequest& request);

} // namespace cargo_wasm::ops
