// Unit: one compiler call (or build-script run) to be. The unit graph is what cargo's `--unit-graph` prints
// (cargo: compiler/unit.rs, unit_graph.rs, unit_dependencies.rs).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cargo_wasm/manifest/manifest.hpp>
#include <cargo_wasm/plan/build_profile.hpp>
#include <cargo_wasm/toolchain/compile_kind.hpp>

namespace cargo_wasm::plan {

enum class CompileMode : std::uint8_t { build, check, check_test, test, doc, run_custom_build };
[[nodiscard]] std::string_view to_string(CompileMode mode); ///< as in --unit-graph: "build", "run-custom-build", …

using UnitIndex = std::uint32_t;

struct UnitDependency
{
  UnitIndex unit = 0;
  InternedString extern_name;                    ///< crate name for --extern; for build scripts "build_script_build"
  std::optional<InternedString> dependency_name; ///< the key in the manifest when renamed
  bool is_public = false;
  bool no_prelude = false;
  bool no_unused = false; ///< no lint when nothing of the crate is used
  auto operator<=>(const UnitDependency&) const = default;
};

/// How LTO reaches one unit (compiler/lto.rs).
struct UnitLto
{
  enum class Kind : std::uint8_t {
    run,                ///< -C lto[=name]
    only_bitcode,       ///< -C linker-plugin-lto
    only_object,        ///< -C embed-bitcode=no
    object_and_bitcode, ///< nothing
    off,                ///< -C lto=off -C embed-bitcode=no
  } kind = Kind::only_object;
  std::optional<InternedString> name; ///< of run: "thin", "fat"
  auto operator<=>(const UnitLto&) const = default;
};

struct Unit
{
  PackagePtr package;
  const manifest::CrateTarget* target = nullptr; ///< owned by package->manifest
  /// What rustc is told: as the target's, except where differences-from-cargo (b) drops an unused rlib.
  std::vector<manifest::CrateType> crate_types;
  BuildProfile profile;
  toolchain::CompileKind kind;
  CompileMode mode = CompileMode::build;
  std::vector<InternedString> features; ///< sorted
  std::vector<std::string> rustflags;
  UnitLto lto;
  /// `[target.TRIPLE.LINKS]` of the configuration replaces the run of this build script: what it would have printed.
  std::optional<std::vector<std::string>> replaced_script_output;
  std::string package_checksum;             ///< of the `.crate`, or the commit of a git package; empty for path packages
  bool is_std = false;                      ///< of the standard library that is built with the project (std_graph.hpp)
  std::uint64_t dependency_hash = 0;        ///< tells apart units that differ only in their dependencies' features
  std::vector<UnitDependency> dependencies; ///< sorted by (extern name …) as cargo prints them

  [[nodiscard]] bool is_local() const; ///< a path package: lints shown, incremental allowed
  [[nodiscard]] bool requires_upstream_objects() const;
};

struct UnitGraph
{
  std::vector<Unit> units;          ///< in cargo's order (sorted as unit_graph.rs does)
  std::vector<UnitIndex> roots;     ///< sorted
  BuildProfile base_profile;        ///< of a workspace member without overrides: the `Finished` line
  InternedString profile_name;      ///< as requested
  InternedString profile_directory; ///< "debug", "release", a custom profile's name
};

/// "unoptimized + debuginfo", "optimized": the part in brackets of cargo's `Finished` line.
[[nodiscard]] std::string describe_profile(const BuildProfile& profile);

} // namespace cargo_wasm::plan
