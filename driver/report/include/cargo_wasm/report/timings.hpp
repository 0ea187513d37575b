// Where the time of a build went: one record a build, as JSON and as a self-contained HTML page (schedule, concurrency, critical
// path, the slowest units). The record is made from the execution's outcome; nothing is measured here.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/plan/template.hpp>

namespace cargo_wasm::report {

/// One action that ran. Times are milliseconds since the build began.
struct TimedAction
{
  std::uint32_t id = 0;        ///< index in the action graph
  std::string package, target; ///< "serde v1.0.0", "lib"
  std::string mode;            ///< "compile", "build script run", "link and place"
  double start_ms = 0, end_ms = 0;
  std::optional<double> rmeta_ms;
  bool critical = false;                ///< on the critical path
  std::string reason;                   ///< why it was not fresh
  std::vector<std::uint32_t> waits_for; ///< ids of actions that ran and that it needed
};

struct BuildTimings
{
  std::string finished;   ///< "`release` profile [optimized]"
  std::string started_at; ///< ISO 8601, UTC
  double elapsed_ms = 0;
  std::uint32_t jobs = 1, fresh = 0;
  bool success = false;
  std::vector<TimedAction> actions; ///< by start
  double critical_path_ms = 0;
};

/// Takes the times from an outcome and finds the critical path: the chain of waiting that ends last.
[[nodiscard]] BuildTimings timings_of(const plan::ActionGraph& graph, const exec::BuildOutcome& outcome);

[[nodiscard]] std::string to_json(const BuildTimings& timings);
/// Errors: CW0770 not a timings record.
[[nodiscard]] Result<BuildTimings> parse_timings(std::string_view text);
/// One file that needs nothing else: no script, style or font from elsewhere.
[[nodiscard]] std::string to_html(const BuildTimings& timings);
/// For a terminal: totals, then the slowest actions.
[[nodiscard]] std::string to_text(const BuildTimings& timings, std::size_t rows);

struct TimingsOptions
{
  bool write_html = false; ///< --timings: target/cargo-timings/cargo-timing.html and .json
};
/// Where the record of the last build lies.
[[nodiscard]] Path last_timings_file(const Path& state_directory);
/// Keeps the record of this build, and writes the page when asked.
Result<> write_timings(const Env& env, const plan::ActionGraph& graph, const exec::BuildOutcome& outcome, const TimingsOptions& options);

} // namespace cargo_wasm::report
