// What a verb is asked to do, as plain values: the command line fills them, tests build them by hand.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/manifest/workspace.hpp>
#include <cargo_wasm/plan/unit_graph.hpp>

namespace cargo_wasm::ops {

/// Options every verb knows.
struct GlobalOptions
{
  std::optional<std::string> plus_toolchain; ///< "1.96.0" of `+1.96.0`
  manifest::ConfigOptions config;
  manifest::WorkspaceOptions workspace;
  bool ignore_rust_version = false;
  bool strict_cargo = false;    ///< --strict-cargo, or started by a build script through $CARGO
  bool install_missing = false; ///< run rustup instead of printing its command
};

/// `--from NAME[@VERSION]`.
struct FromSpec
{
  std::string name;
  std::optional<std::string> version; ///< exact, or a requirement; the newest release when absent
};
/// Errors: CW0740 not a package name or version.
[[nodiscard]] Result<FromSpec> parse_from_spec(std::string_view text);

struct CompileRequest
{
  plan::UserIntent intent = plan::UserIntent::build;
  plan::PackageSelection packages;
  plan::TargetSelection targets;
  plan::FeatureSelection features;
  std::string profile_name = "dev";
  std::vector<std::string> triples; ///< --target, may be empty
  std::optional<FromSpec> from;
  exec::ExecuteOptions exec;
  bool unit_graph = false;
  bool timings = false;
};

struct RunRequest
{
  CompileRequest compile;
  std::vector<std::string> arguments;
  std::vector<std::string> directories; ///< --dir HOST[::GUEST]; the working directory when empty
};

struct UpdateRequest
{
  resolve::UpdateRequest update;
  bool dry_run = false;
};

struct CleanRequest
{
  std::vector<std::string> packages;
  bool workspace = false;
  bool doc = false;
  bool dry_run = false;
  std::optional<std::string> profile_name; ///< nullopt: all
  std::vector<std::string> triples;
};

} // namespace cargo_wasm::ops
