// What cargo's web API wants to know of a package that is published (crates/crates-io, NewCrate).
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/manifest/manifest.hpp>

namespace cargo_wasm::package {

/// `published`: read from the normalised manifest. `registry`: where it goes; dependencies of other registries are named with theirs.
[[nodiscard]] std::string
publish_json(const manifest::Package& published, spec::SourceId registry, const std::optional<std::string>& readme);

/// A registry as manifests and protocols name it: "sparse+https://…/", or the address of a git index.
[[nodiscard]] std::string index_url(spec::SourceId registry);

} // namespace cargo_wasm::package
