// From `[profile.*]` tables to the build profile of one unit (cargo: workspace/profiles.rs).
//
// Later wins: built-in values of the root profile (dev or release) → the `inherits` chain, root first → for units that run on
// the build machine: opt-level 0, no codegen-units, debug info deferred, then `build-override` → `package."*"`, which skips
// workspace members → the one matching `package.SPEC`. Then panic is forced to unwind for tests, build scripts and proc
// macros, and incremental compilation is switched off outside path packages.
//
// A quirk that is kept because the unit graph shows it: every table that is merged resets `strip` to "undecided" unless it sets
// `strip` itself.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/build_profile.hpp>
#include <cargo_wasm/resolve/resolve.hpp>

namespace cargo_wasm::plan {

/// For whom a profile is asked.
struct ProfileQuery
{
  spec::PackageId package;
  bool is_member = false;       ///< of the workspace: `package."*"` does not apply
  bool is_local = false;        ///< a path package: incremental is allowed
  bool for_host = false;        ///< a build script, a proc macro, or one of their dependencies
  bool always_unwind = false;   ///< panic settings do not apply
  std::string_view triple = {}; ///< Apple targets get unpacked debug info
};

class BuildProfiles
{
public:
  /// Profiles of the workspace (configuration already merged in) over the built-in ones. `incremental` overrides every profile.
  /// Errors: CW0356 the requested profile is not defined (with near names), CW0357 `inherits` in dev or release,
  /// CW0358 an inheritance loop, CW0359 an undefined parent, CW0360 no `inherits`.
  [[nodiscard]] static Result<BuildProfiles>
  make(const std::map<std::string, manifest::BuildProfileToml>& tables, std::string_view requested, std::optional<bool> incremental);

  [[nodiscard]] BuildProfile profile_for(const ProfileQuery& query) const;
  /// Of a member without overrides: the `Finished` line.
  [[nodiscard]] BuildProfile base_profile() const;
  [[nodiscard]] InternedString requested() const { return m_requested; }
  /// "debug" for dev and test, "release" for release and bench, else the profile's name.
  [[nodiscard]] InternedString directory_name() const;

  /// Two `package.SPEC` tables that match one package are an error (CW0361). Returns warnings (CW0362) for specs of the
  /// manifest's own tables that match nothing.
  [[nodiscard]] Result<std::vector<Error>>
  check_package_overrides(const resolve::Resolve& resolve, const std::map<std::string, manifest::BuildProfileToml>& manifest_tables) const;

private:
  struct Override
  {
    spec::PackageIdSpec spec;
    std::string text;
    manifest::BuildProfileToml table;
  };
  [[nodiscard]] BuildProfile merged(const ProfileQuery* query) const;

  InternedString m_requested;
  bool m_root_is_release = false;
  std::optional<manifest::BuildProfileToml> m_table; ///< the whole chain merged
  std::vector<Override> m_overrides;                 ///< of m_table, specs parsed
  std::optional<bool> m_incremental;
  std::map<std::string, manifest::BuildProfileToml> m_original;
  std::map<std::string, std::string> m_directories;
};

/// CARGO_INCREMENTAL, else `build.incremental`, else off where `CI` is set (as cargo ≥ 1.99); nullopt: as the profile says.
[[nodiscard]] Result<std::optional<bool>> incremental_override(const EnvMap& vars, const manifest::Config& config);

} // namespace cargo_wasm::plan
