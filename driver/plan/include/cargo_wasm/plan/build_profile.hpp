// A unit's build profile after every merge (cargo: workspace/profiles.rs): what `--unit-graph` prints.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <cargo_wasm/base/interned_string.hpp>

namespace cargo_wasm::plan {

enum class PanicStrategy : std::uint8_t { unwind, abort, immediate_abort };

/// How much is stripped; `deferred` until the debug info of all dependencies is known (cargo-internals §1).
struct Strip
{
  enum class Kind : std::uint8_t { none, named } kind = Kind::none;
  InternedString name; ///< "debuginfo", "symbols"
  bool deferred = false;
  auto operator<=>(const Strip&) const = default;
};

struct Lto
{
  enum class Kind : std::uint8_t { off, boolean, named } kind = Kind::boolean; ///< `off` is "off"
  bool value = false;                                                          ///< of boolean
  InternedString name;                                                         ///< "thin", "fat"
  auto operator<=>(const Lto&) const = default;
};

/// Debug info level; `deferred` host units are weakened to none when nobody else shares them.
struct DebugInfo
{
  InternedString level; ///< "0", "1", "2", "line-directives-only", "line-tables-only"
  bool deferred = false;
  [[nodiscard]] bool is_on() const { return !deferred && !(level == "0" || level.empty()); }
  auto operator<=>(const DebugInfo&) const = default;
};

struct BuildProfile
{
  InternedString name;                 ///< "dev", "release", custom
  InternedString opt_level = "0";
  bool root_is_release = false;        ///< PROFILE=release for build scripts
  Lto lto;
  std::optional<InternedString> codegen_backend;
  std::optional<std::uint32_t> codegen_units;
  DebugInfo debuginfo;
  std::optional<InternedString> split_debuginfo;
  bool debug_assertions = false, overflow_checks = false, rpath = false, incremental = false;
  PanicStrategy panic = PanicStrategy::unwind;
  Strip strip;
  auto operator<=>(const BuildProfile&) const = default;
};

} // namespace cargo_wasm::plan
