#include <cargo_wasm/report/timings.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cargo_wasm::report {

namespace {

double milliseconds(std::chrono::steady_clock::duration duration)
{
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string_view mode_of(plan::ActionKind kind)
{
  switch (kind) {
  case plan::ActionKind::rustc:
    return "compile";
  case plan::ActionKind::run_build_script:
    return "build script run";
  case plan::ActionKind::tool:
    return "step behind the linker";
  }
  return "";
}

/// When `waited_for` let a dependent start: at its `.rmeta` if that was enough.
double released_at(const TimedAction& waited_for, bool early_is_enough)
{
  return early_is_enough && waited_for.rmeta_ms ? *waited_for.rmeta_ms : waited_for.end_ms;
}

class CriticalPath
{
public:
  CriticalPath(const plan::ActionGraph& graph, BuildTimings& timings) : m_graph(graph), m_timings(timings)
  {
    for (std::size_t i = 0; i < timings.actions.size(); ++i) {
      m_place.emplace(timings.actions[i].id, i);
    }
  }

  /// From the action that ends last, back through whatever it waited for longest.
  void mark()
  {
    auto& actions = m_timings.actions;
    if (actions.empty()) {
      return;
    }
    auto* current = &*std::max_element(actions.begin(), actions.end(), [](const auto& a, const auto& b) { return a.end_ms < b.end_ms; });
    double next_start = current->end_ms;
    while (current != nullptr) {
      current->critical = true;
      m_timings.critical_path_ms += std::min(next_start, current->end_ms) - current->start_ms;
      next_start = current->start_ms;
      current = last_released(*current);
    }
  }

private:
  TimedAction* last_released(const TimedAction& action)
  {
    TimedAction* last = nullptr;
    double latest = -1;
    for (const auto& dependency : m_graph.actions[action.id].dependencies) {
      const auto found = m_place.find(dependency.action);
      if (found == m_place.end()) {
        continue;
      }
      auto& candidate = m_timings.actions[found->second];
      const double at = released_at(candidate, dependency.early_is_enough);
      if (at > latest) {
        latest = at;
        last = &candidate;
      }
    }
    return last;
  }

  const plan::ActionGraph& m_graph;
  BuildTimings& m_timings;
  std::map<std::uint32_t, std::size_t> m_place;
};

std::string iso_time(std::chrono::system_clock::time_point time)
{
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

} // namespace

BuildTimings timings_of(const plan::ActionGraph& graph, const exec::BuildOutcome& outcome)
{
  BuildTimings timings;
  timings.finished = graph.finished;
  timings.started_at = iso_time(outcome.started_at);
  timings.elapsed_ms = milliseconds(outcome.elapsed);
  timings.jobs = outcome.jobs;
  timings.fresh = outcome.fresh;
  timings.success = outcome.success;
  std::vector<bool> ran(graph.actions.size(), false);
  for (std::size_t i = 0; i < outcome.actions.size(); ++i) {
    const auto& record = outcome.actions[i];
    if (record.state != exec::ActionState::ran && record.state != exec::ActionState::failed) {
      continue;
    }
    ran[i] = true;
    const auto& action = graph.actions[i];
    TimedAction timed;
    timed.id = static_cast<std::uint32_t>(i);
    timed.package = action.label.package_display;
    timed.target = action.label.target_kind;
    timed.mode = mode_of(action.kind);
    timed.start_ms = milliseconds(record.started);
    timed.end_ms = milliseconds(record.ended);
    if (record.rmeta_at) {
      timed.rmeta_ms = milliseconds(*record.rmeta_at);
    }
    if (record.dirty) {
      timed.reason = exec::describe(*record.dirty, false);
    }
    timings.actions.push_back(std::move(timed));
  }
  for (auto& timed : timings.actions) {
    for (const auto& dependency : graph.actions[timed.id].dependencies) {
      if (ran[dependency.action]) {
        timed.waits_for.push_back(dependency.action);
      }
    }
  }
  CriticalPath(graph, timings).mark();
  std::stable_sort(timings.actions.begin(), timings.actions.end(), [](const auto& a, const auto& b) { return a.start_ms < b.start_ms; });
  return timings;
}

std::string to_json(const BuildTimings& timings)
{
  nlohmann::ordered_json json = {{"schema", 1},
                                 {"profile", timings.finished},
                                 {"started-at", timings.started_at},
                                 {"elapsed-ms", timings.elapsed_ms},
                                 {"jobs", timings.jobs},
                                 {"fresh", timings.fresh},
                                 {"success", timings.success},
                                 {"critical-path-ms", timings.critical_path_ms},
                                 {"actions", nlohmann::ordered_json::array()}};
  for (const auto& action : timings.actions) {
    nlohmann::ordered_json entry = {{"id", action.id},
                                    {"package", action.package},
                                    {"target", action.target},
                                    {"mode", action.mode},
                                    {"start-ms", action.start_ms},
                                    {"end-ms", action.end_ms},
                                    {"rmeta-ms", nullptr},
                                    {"critical", action.critical},
                                    {"reason", action.reason},
                                    {"waits-for", action.waits_for}};
    if (action.rmeta_ms) {
      entry["rmeta-ms"] = *action.rmeta_ms;
    }
    json["actions"].push_back(std::move(entry));
  }
  return json.dump(1) + "\n";
}

Result<BuildTimings> parse_timings(std::string_view text)
{
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("schema", 0) != 1 || !json.contains("actions")) {
    return fail(Error("CW0770", "the record of the last build cannot be read", Blame::environment)
                    .help("build once more; the record is written anew"));
  }
  BuildTimings timings;
  timings.finished = json.value("profile", "");
  timings.started_at = json.value("started-at", "");
  timings.elapsed_ms = json.value("elapsed-ms", 0.0);
  timings.jobs = json.value("jobs", 1U);
  timings.fresh = json.value("fresh", 0U);
  timings.success = json.value("success", false);
  timings.critical_path_ms = json.value("critical-path-ms", 0.0);
  for (const auto& entry : json["actions"]) {
    TimedAction action;
    action.id = entry.value("id", 0U);
    action.package = entry.value("package", "");
    action.target = entry.value("target", "");
    action.mode = entry.value("mode", "");
    action.start_ms = entry.value("start-ms", 0.0);
    action.end_ms = entry.value("end-ms", 0.0);
    if (entry.contains("rmeta-ms") && entry["rmeta-ms"].is_number()) {
      action.rmeta_ms = entry["rmeta-ms"].get<double>();
    }
    action.critical = entry.value("critical", false);
    action.reason = entry.value("reason", "");
    action.waits_for = entry.value("waits-for", std::vector<std::uint32_t>{});
    timings.actions.push_back(std::move(action));
  }
  return timings;
}

std::string to_text(const BuildTimings& timings, std::size_t rows)
{
  std::string text = fmt::format("{} in {:.2f} s, started {}\n{} ran, {} fresh, {} jobs, critical path {:.2f} s\n",
                                 timings.finished,
                                 timings.elapsed_ms / 1000,
                                 timings.started_at,
                                 timings.actions.size(),
                                 timings.fresh,
                                 timings.jobs,
                                 timings.critical_path_ms / 1000);
  std::vector<const TimedAction*> slowest;
  for (const auto& action : timings.actions) {
    slowest.push_back(&action);
  }
  std::stable_sort(
      slowest.begin(), slowest.end(), [](const auto* a, const auto* b) { return a->end_ms - a->start_ms > b->end_ms - b->start_ms; });
  slowest.resize(std::min(rows, slowest.size()));
  if (!slowest.empty()) {
    text += "\n   time  start  unit (* on the critical path)\n";
  }
  for (const auto* action : slowest) {
    text += fmt::format("{:6.2f}s {:5.1f}s {} {} {}{}\n",
                        (action->end_ms - action->start_ms) / 1000,
                        action->start_ms / 1000,
                        action->critical ? '*' : ' ',
                        action->package,
                        action->target,
                        action->mode == "compile" ? "" : ", " + action->mode);
  }
  return text;
}

Path last_timings_file(const Path& state_directory)
{
  return state_directory / "last-build.json";
}

Result<> write_timings(const Env& env, const plan::ActionGraph& graph, const exec::BuildOutcome& outcome, const TimingsOptions& options)
{
  const auto timings = timings_of(graph, outcome);
  const auto json = to_json(timings);
  CW_TRY(env.fs.write_atomic(last_timings_file(graph.state_directory), json));
  if (!options.write_html) {
    return {};
  }
  const auto directory = graph.target_directory / "cargo-timings";
  CW_TRY(env.fs.write_atomic(directory / "cargo-timing.json", json));
  CW_TRY(env.fs.write_atomic(directory / "cargo-timing.html", to_html(timings)));
  env.reporter.status("Timing", fmt::format("report saved to {}", (directory / "cargo-timing.html").string()));
  return {};
}

} // namespace cargo_wasm::report
