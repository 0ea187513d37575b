// For which machine a unit is compiled: the host, or a target named with `--target`.
#pragma once
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/base/interned_string.hpp>

namespace cargo_wasm::toolchain {

/// Host is not the same as a target whose triple happens to be the host's: with `--target HOST` build scripts
/// and normal units are kept apart, as in cargo. Cheap to copy and compare.
struct CompileKind
{
  std::optional<InternedString> triple; ///< nullopt = host

  [[nodiscard]] static CompileKind host() { return {}; }
  [[nodiscard]] static CompileKind target(std::string_view triple) { return CompileKind{InternedString(triple)}; }
  [[nodiscard]] bool is_host() const noexcept { return !triple.has_value(); }
  /// The triple itself, or the host's.
  [[nodiscard]] std::string_view triple_or(std::string_view host_triple) const { return triple ? triple->view() : host_triple; }

  friend bool operator==(const CompileKind&, const CompileKind&) = default;
  /// Host first, then triples in byte order.
  friend std::strong_ordering operator<=>(const CompileKind&, const CompileKind&) = default;
};

/// The kinds for the triples of `--target` or `build.target`: sorted, without repetitions, `host-tuple` replaced;
/// {host} when none is given. Errors: CW0513 an empty name or a `.json` target file.
[[nodiscard]] Result<std::vector<CompileKind>> compile_kinds(std::span<const std::string> triples, std::string_view host_triple);

} // namespace cargo_wasm::toolchain

template <> struct std::hash<cargo_wasm::toolchain::CompileKind>
{
  std::size_t operator()(const cargo_wasm::toolchain::CompileKind& kind) const noexcept
  {
    return kind.triple ? std::hash<cargo_wasm::InternedString>{}(*kind.triple) : 0x9e37;
  }
};
