// `/.well-known/wasm-pkg/registry.json`: where a registry of packages keeps them, in the words of `wkg`.
#pragma once
#include <string_view>

#include <cargo_wasm/registry_oci/names.hpp>

namespace cargo_wasm::registry_oci {

inline constexpr std::string_view k_metadata_path = "/.well-known/wasm-pkg/registry.json";
inline constexpr std::size_t k_max_metadata_bytes = 64 * 1024;

/// `host`: whose document it is, and where packages are if it names no other. The older members `ociRegistry` and `ociNamespacePrefix`
/// count as well. Errors: CW1160 no such document, or one that prefers another protocol than OCI. Whether the names
/// in it can be part of an address is found when one is made of them.
[[nodiscard]] Result<Place> parse_registry_metadata(std::string_view text, std::string_view host);

} // namespace cargo_wasm::registry_oci
