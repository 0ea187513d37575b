// `wasm-components.lock`: which packages of registries a workspace uses, by digest (docs/formats/component-lock.md).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/registry_oci/names.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::ops {

inline constexpr const char* k_component_lock_name = "wasm-components.lock";

struct LockedComponent
{
  registry_oci::PackageName package;
  spec::Version version;
  registry_oci::Repository source;
  registry_oci::Sha256 manifest, content;
  bool operator==(const LockedComponent&) const = default;
};

/// In the order of names. Errors: CW1163 with its place.
[[nodiscard]] Result<std::vector<LockedComponent>> parse_component_lock(const Path& file, std::string text);
[[nodiscard]] std::string component_lock_text(std::vector<LockedComponent> components);

} // namespace cargo_wasm::ops
