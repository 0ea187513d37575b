// For whom a unit is compiled: the machine that builds, or a target triple that was asked for.
#pragma once
#include <compare>
#include <functional>
#include <optional>
#include <string>

#include <cargo_wasm/base/interned_string.hpp>

namespace cargo_wasm::toolchain {

/// Without a triple: host. `--target HOSTTRIPLE` is a target, as in cargo.
struct CompileKind
{
  std::optional<InternedString> triple;
  [[nodiscard]] bool is_host() const noexcept { return !triple.has_value(); }
  [[nodiscard]] static CompileKind host() { return {}; }
  [[nodiscard]] static CompileKind target(InternedString triple) { return {triple}; }
  bool operator==(const CompileKind&) const = default;
  /// Host first, then by triple.
  std::strong_ordering operator<=>(const CompileKind& other) const
  {
    if (triple.has_value() != other.triple.has_value()) {
      return triple.has_value() <=> other.triple.has_value();
    }
    return triple ? *triple <=> *other.triple : std::strong_ordering::equal;
  }
};

} // namespace cargo_wasm::toolchain

namespace cargo_wasm {
using toolchain::CompileKind;
}

template <> struct std::hash<cargo_wasm::toolchain::CompileKind>
{
  std::size_t operator()(const cargo_wasm::toolchain::CompileKind& kind) const noexcept
  {
    return kind.triple ? std::hash<cargo_wasm::base::InternedString>{}(*kind.triple) : 0;
  }
};
