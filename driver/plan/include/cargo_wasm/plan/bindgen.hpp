// Which units of a build get JavaScript bindings: those that want them, are linked for a JavaScript host, and use the crate `wasm-bindgen`.
// Asked before the actions are made, because the program that makes them has to fit the locked version of that crate.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/manifest/bindgen_settings.hpp>
#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

inline constexpr std::string_view k_bindgen_triple = "wasm32-unknown-unknown"; ///< the one target that bindings are made for

struct BindgenWish
{
  UnitIndex unit = 0;
  manifest::BindgenSettings settings; ///< with a target
  PackagePtr crate;                   ///< `wasm-bindgen`
  PackagePtr shared;                  ///< `wasm-bindgen-shared`; nullptr where the crate does not use it
  std::string suite;                  ///< of a test program: where it runs, as SuiteWish says; empty: it is none
};

/// Where test programs of wasm-bindgen-test run: they get bindings for that.
struct SuiteWish
{
  std::string host; ///< "node", "browser"; "any": where the suite says, else where its package is for; empty: none gets bindings
  std::set<spec::PackageId> pages; ///< packages that are for pages
};

/// `target` is the command line's choice for all of them; nullopt: what their manifests say, and `otherwise` for those that use the crate
/// and say nothing. Test programs get them where they use wasm-bindgen-test. Errors: CW0882 a package's manifest wants bindings for a
/// module that does not use the crate; those of manifest::read_bindgen_settings. Cost: a walk over the graph for each program and `cdylib`.
[[nodiscard]] Result<std::vector<BindgenWish>> bindgen_wishes(const base::ReadOnlyFilesystem& fs,
                                                              const UnitGraph& graph,
                                                              const manifest::Manifest& workspace_root,
                                                              const std::optional<std::string>& target,
                                                              const std::optional<std::string>& otherwise,
                                                              const SuiteWish& suites);

/// A wish with the program that fulfils it.
struct Bindgen
{
  manifest::BindgenSettings settings;
  base::Path program;
  std::string suite = {}; ///< see BindgenWish
};
using BindgenOfUnit = std::map<UnitIndex, Bindgen>;

} // namespace cargo_wasm::plan
