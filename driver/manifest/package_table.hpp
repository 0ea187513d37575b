// `[package]` without its targets: identity, description, and what unstable keys it must not have.
#pragma once
#include "inheritance.hpp"

namespace cargo_wasm::manifest {

struct PackageTable
{
  std::string name;
  spec::Version version; ///< 0.0.0 when absent
  Edition edition = Edition::e2015;
  std::optional<spec::RustVersion> rust_version;
  std::optional<std::string> links, resolver, workspace_pointer;
  PackageInfo info;
};

/// The name, before anything else can refer to it. Empty: an error was set.
[[nodiscard]] std::string read_package_name(ReadState& state, const Fields& package);

/// An error leaves `state.failed()`.
[[nodiscard]] PackageTable read_package_table(ReadState& state, const Fields& package, Inheritance& inheritance);

/// `cargo-features`: stable ones warn, all others are errors, because this follows a stable cargo.
void check_cargo_features(ReadState& state, const Fields& manifest);

/// "1", "2", "3". Errors: CW0164.
bool check_resolver(ReadState& state, Located at);

} // namespace cargo_wasm::manifest
