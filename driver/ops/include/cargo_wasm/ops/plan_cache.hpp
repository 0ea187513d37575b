// The plan cache: what a build was planned to be, kept with everything that was looked at to plan it (docs/formats/plan.md). A build of
// the same command reuses it while all of that is as it was, and then reads no configuration, manifest, lock or index.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/noop.hpp>
#include <cargo_wasm/manifest/artifact_settings.hpp>
#include <cargo_wasm/ops/test_program.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::ops {

/// What the no-op snapshot of this command is called, and when the command began.
struct NoopContext
{
  base::Path file;
  exec::NoopKey key;
  std::int64_t started_ns = 0; ///< since the epoch, before anything was read
  const char* const* environment = nullptr;
};

/// Where `term.*` of the configuration left the reporter.
struct TerminalSettings
{
  base::Verbosity verbosity = base::Verbosity::normal;
  base::ColorChoice color = base::ColorChoice::automatic;
  base::ProgressChoice progress = base::ProgressChoice::automatic;
  std::optional<std::uint32_t> progress_width;
  bool operator==(const TerminalSettings&) const = default;
};

/// How large an artifact may be.
struct SizeBudget
{
  plan::ActionIndex action = 0; ///< that makes it: a root
  manifest::SizeLimit limit;
  bool operator==(const SizeBudget&) const = default;
};

/// What the record of a reproducible build says of its tools.
struct ReproducibleFacts
{
  std::string toolchain; ///< rustup's name; empty: not rustup's
  std::string rustc_version, rustc_commit, rustc_llvm, rustc_host;
  Path sysroot;
  std::vector<std::string> triples; ///< whose standard libraries take part
  Path lock;
};

/// A build up to the point where its actions run.
struct PlannedBuild
{
  plan::ActionGraph graph;
  std::uint32_t jobs = 0; ///< 0: as many as the machine runs threads
  bool show_dependency_warnings = false;
  bool reports_future_incompat = true;           ///< `future-incompat-report.frequency` is not "never"
  bool shows_compressed_sizes = false;           ///< the profile is one for releases
  std::vector<SizeBudget> budgets;               ///< of the final modules and components
  std::string repeated_text;                     ///< for stderr: warnings and notices of planning
  std::optional<base::Command> become;           ///< `run`: what is started after the build
  std::optional<Path> program;                   ///< `run`: the program's file
  std::vector<TestProgram> tests;                ///< `test` and `bench`, whose plans are not kept
  std::optional<ReproducibleFacts> reproducible; ///< of `--reproducible`, whose plans are not kept
  std::vector<exec::NoopPath> looked_at;         ///< decided this plan
  std::vector<std::string> variables;            ///< names that decided it, besides CARGO… and RUST…
};

/// CACHE/plan/HASH beside the no-op snapshot CACHE/noop/HASH of the same command.
[[nodiscard]] Path plan_file(const NoopContext& context);

/// What the snapshot of a plan and that of a whole build have in common: what decided the plan.
[[nodiscard]] exec::NoopSnapshot snapshot_of(const NoopContext& context, const PlannedBuild& planned);

/// Writes the plan, unless what it was made from changed meanwhile or is too young to be believed.
/// Never an error: the next build plans again.
void store_plan(const NoopContext& context, const EnvMap& vars, const TerminalSettings& terminal, const PlannedBuild& planned);

struct StoredPlan
{
  std::shared_ptr<const PlannedBuild> planned;
  TerminalSettings terminal;
};
/// Nullopt when there is none, something it was made from changed, or the file is damaged or of another version.
[[nodiscard]] std::optional<StoredPlan> find_plan(const NoopContext& context, const EnvMap& vars);

struct DecodedPlan
{
  PlannedBuild planned;
  TerminalSettings terminal;
};
/// The payload of the plan file. Decoding refuses damaged bytes; `looked_at` and `variables` are no part of it.
[[nodiscard]] std::string encode_planned(const PlannedBuild& planned, const TerminalSettings& terminal, const EnvMap& vars);
[[nodiscard]] std::optional<DecodedPlan> decode_planned(std::string_view bytes, const EnvMap& vars);

} // namespace cargo_wasm::ops
