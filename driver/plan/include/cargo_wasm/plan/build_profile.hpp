// A unit's build profile after every merge (cargo: workspace/profiles.rs): what `--unit-graph` prints.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

#include <cargo_wasm/base/interned_string.hpp>

namespace cargo_wasm::plan {

enum class PanicStrategy : std::uint8_t { unwind, abort, immediate_abort };

/// How much is stripped. `deferred`: nobody chose, so the unit graph decides from the debug info of the unit and its
/// dependencies (cargo-internals §1). Deferral takes no part in comparisons: two units that differ in nothing else are one.
struct Strip
{
  enum class Kind : std::uint8_t { none, named } kind = Kind::none;
  InternedString name; ///< "debuginfo", "symbols"
  bool deferred = true;
  bool operator==(const Strip& other) const { return kind == other.kind && name == other.name; }
  std::strong_ordering operator<=>(const Strip& other) const;
};

struct Lto
{
  enum class Kind : std::uint8_t { off, boolean, named } kind = Kind::boolean; ///< `off` is "off"
  bool value = false;                                                          ///< of boolean
  InternedString name;                                                         ///< "thin", "fat"
  auto operator<=>(const Lto&) const = default;
};

/// In the order of rustc's levels, which is also the order units are sorted by.
enum class DebugInfoLevel : std::uint8_t { none, line_directives_only, line_tables_only, limited, full };
[[nodiscard]] std::string_view to_string(DebugInfoLevel level); ///< "0", "line-directives-only", "line-tables-only", "1", "2"

/// Debug info level; `deferred` host units are weakened to none when no target unit shares them.
struct DebugInfo
{
  DebugInfoLevel level = DebugInfoLevel::none;
  bool deferred = false;
  [[nodiscard]] bool is_on() const { return level != DebugInfoLevel::none; } ///< deferred ones count with their level
  bool operator==(const DebugInfo& other) const { return level == other.level; }
  auto operator<=>(const DebugInfo& other) const { return level <=> other.level; }
};

struct BuildProfile
{
  InternedString name; ///< "dev", "release", custom; no part of comparisons
  InternedString opt_level = "0";
  bool root_is_release = false; ///< PROFILE=release for build scripts; no part of comparisons
  Lto lto;
  std::optional<InternedString> codegen_backend;
  std::optional<std::uint32_t> codegen_units;
  DebugInfo debuginfo;
  std::optional<InternedString> split_debuginfo;
  bool debug_assertions = false, overflow_checks = false, rpath = false, incremental = false;
  PanicStrategy panic = PanicStrategy::unwind;
  Strip strip;

  /// Of everything that affects compilation.
  bool operator==(const BuildProfile& other) const;
  std::strong_ordering operator<=>(const BuildProfile& other) const;
  [[nodiscard]] std::uint64_t hash() const;
};

} // namespace cargo_wasm::plan
