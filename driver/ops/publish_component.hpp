// A component or module, pushed to OCI registries as `wkg` and `cargo-wasm component pull` read it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/ops/requests.hpp>
#include <cargo_wasm/registry_oci/artifact.hpp>
#include <cargo_wasm/spec/version.hpp>

#include "component_registry.hpp"

namespace cargo_wasm::ops {

struct ComponentPublication
{
  Path file;
  registry_oci::PackageName package;
  spec::Version version;
  std::vector<std::string> targets; ///< "oci://HOST/PREFIX", or hosts that say where their packages are
  registry_oci::Annotations annotations;
  bool dry_run = false;     ///< nothing is sent
  std::size_t required = 0; ///< so many of the targets must have it
};

struct PublishedComponent
{
  std::string reference; ///< "HOST/PREFIX/ns/name:1.2.3"
  registry_oci::Sha256 manifest;
  bool was_there = false;
  std::optional<registry_oci::Sha256> statement; ///< the manifest of the publisher's signature
};

/// Every target in turn; one that cannot be reached is left out, as long as enough have it. The same call again goes on where this one
/// ended, because what is there is not sent again.
/// `CARGO_WASM_PUBLISH_KEY`: a statement of that key is attached. Errors: CW1150, CW1156 a version with other content, CW1167 no
/// WebAssembly, CW1169 a key that is none; CW1045 too few have it; those of the client and of decoding.
Result<std::vector<PublishedComponent>>
publish_component(const Env& env, ComponentRegistry& registry, const ComponentPublication& publication);

/// The artifact of a file that is pushed. Errors: CW1167; those of decoding.
[[nodiscard]] Result<registry_oci::Artifact> component_artifact(
    const Env& env, const Path& file, const std::string& name, const std::string& version, registry_oci::Annotations annotations);
/// What Cargo.toml says of the package.
[[nodiscard]] registry_oci::Annotations annotations_of(const manifest::Package& package);

/// What one package was built to.
struct BuiltComponent
{
  Path file;
  Path manifest; ///< the package's Cargo.toml
};
/// Builds one package in the release profile, as a component where it can be one. Errors: those of a build; CW1167 it makes no module, or
/// several.
[[nodiscard]] Result<BuiltComponent> built_component(const Env& env, const GlobalOptions& options, CompileRequest build);

/// What a file says it is, for packages of WIT: "acme:calc", 1.2.3.
struct FileIdentity
{
  registry_oci::PackageName package;
  std::optional<spec::Version> version;
};
[[nodiscard]] Result<std::optional<FileIdentity>> identity_of(const Env& env, const Path& file);

/// What a publisher signs of a version (docs/formats/component-lock.md).
[[nodiscard]] std::string component_statement(const registry_oci::PackageName& package,
                                              std::string_view version,
                                              const registry_oci::Sha256& manifest,
                                              const registry_oci::Sha256& content);

/// A version by what it consists of.
struct SignedVersion
{
  registry_oci::PackageName package;
  std::string version;
  registry_oci::Sha256 manifest, content;
};

/// Errors: CW1169.
[[nodiscard]] Result<> check_publisher_key(const std::string& key);

/// Whether a note is the statement of `key` about a version. Errors: CW1169 no such key; CW1170 it is not.
[[nodiscard]] Result<> verify_statement(std::string_view text, const SignedVersion& version, const std::string& key);

/// The statement of `key` that stands beside a version. Errors: CW1169, CW1170 there is none; those of the client.
[[nodiscard]] Result<std::string> find_statement(registry_oci::Client& client, const SignedVersion& version, const std::string& key);

} // namespace cargo_wasm::ops
