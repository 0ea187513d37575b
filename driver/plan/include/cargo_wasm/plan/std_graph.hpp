// The standard library as part of the unit graph: what cargo calls -Zbuild-std (cargo: compiler/standard_lib.rs).
//
// The compiler's component `rust-src` holds a workspace of its own, with a lock of its own. It is resolved apart from the project: the two
// have no version in common that anybody chose. Its units are compiled with the project's profile and flags, which is the reason to do it
// at all, and every unit for the target depends on all of its roots instead of on what lies in the sysroot.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>
#include <cargo_wasm/resolve/resolver.hpp>

namespace cargo_wasm::plan {

/// What is built of it: cargo's `-Zbuild-std=…` and `-Zbuild-std-features=…`.
struct StdRequest
{
  std::vector<std::string> crates;                  ///< "std", "panic_abort"; empty: std where the target has one, else core
  std::optional<std::vector<std::string>> features; ///< of std; nullopt: panic-unwind, backtrace and default
  std::vector<std::string> triples;                 ///< that it is built for; empty: all of the build
  bool operator==(const StdRequest&) const = default;
};

/// std's workspace, resolved and loaded.
struct StdGraph
{
  manifest::Workspace workspace;
  resolve::Resolve full_resolve, resolve; ///< of its lock; narrowed to `roots`
  std::vector<resolve::ResolveRoot> roots;
  std::unordered_map<spec::PackageId, PackagePtr> packages;
  std::vector<std::string> crates, triples; ///< as in StdRequest
  std::string compiler;                     ///< stands for the contents of its path packages
};

/// Where the workspace lies in a sysroot.
[[nodiscard]] base::Path std_source_directory(const base::Path& sysroot);

/// The packages to build for a target: those that were asked for and what goes with them. `std` and `core` bring others; `test` is there
/// when tests are built. Source: standard_lib.rs std_crates.
[[nodiscard]] std::vector<std::string> std_packages(const std::vector<std::string>& crates, bool has_std, bool has_tests);

/// Whether a target has a std at all; `core` alone is built where it has none.
[[nodiscard]] bool may_have_std(const toolchain::TargetInfo& target);

/// The request by which std's workspace is resolved: its packages, its features.
[[nodiscard]] BuildRequest
std_build_request(const BuildRequest& request, const StdRequest& std_request, const toolchain::TargetData& platforms);

} // namespace cargo_wasm::plan
