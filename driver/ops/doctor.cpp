// `doctor`: one table of what the program depends on, and what can be done about it. It asks tools and looks at files; the network is
// touched by --fix only, through rustup.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "doctor_rows.hpp"
#include "host_choice.hpp"
#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

void open_the_project(Examination& seen)
{
  auto project = open_project(seen.env, seen.options);
  if (!project) {
    if (project.error().id != "CW0151") {
      seen.project_problem = std::move(project).error();
    }
    return;
  }
  seen.project = std::move(*project);
  const Path lock_file = seen.project->workspace.lock_file();
  if (auto text = seen.env.fs.read_if_exists(lock_file); text && *text) {
    if (auto lock = manifest::parse_lockfile(lock_file, std::move(**text))) {
      seen.lock = std::move(*lock);
    }
  }
}

/// What the project says; the first thing that is wrong with it is the project's row.
Result<> ask_the_project(Examination& seen)
{
  CW_TRY(check_members(seen.project->workspace));
  CW_TRY_ASSIGN(seen.wish, wanted_toolchain(seen.env, seen.project->workspace, seen.options, {}));
  CompileRequest compile;
  compile.triples = seen.request.triples;
  const auto& members = seen.project->workspace.default_members;
  CW_TRY_ASSIGN(const auto hosts, choose_hosts(seen.env, *seen.project, seen.options, compile, members));
  CW_TRY_ASSIGN(seen.target, choose_target(*seen.project, seen.options, compile, members, hosts));
  return {};
}

std::vector<DoctorRow> rows_of(const Examination& seen)
{
  std::vector<DoctorRow> rows;
  add_toolchain_rows(seen, rows);
  add_tool_rows(seen, rows);
  add_place_rows(seen, rows);
  return rows;
}

bool fails(const DoctorRow& row)
{
  return row.is_needed && row.fitness != Fitness::fit;
}

/// Needed rows that --fix can do something about.
Result<bool> mend(const Env& env, const std::vector<DoctorRow>& rows)
{
  bool has_mended = false;
  for (const DoctorRow& row : rows) {
    if (!fails(row)) {
      continue;
    }
    if (!row.mend) {
      env.reporter.note(fmt::format("{} cannot be mended from here: {}", row.name, base::join(row.to_do, "; ")));
      continue;
    }
    CW_TRY(row.mend());
    has_mended = true;
    if (row.name == "rustc") {
      break; // with another compiler every other row is another one
    }
  }
  return has_mended;
}

} // namespace

std::vector<std::string> Examination::wasm_triples() const
{
  std::vector<std::string> triples = {"wasm32-wasip1", "wasm32-unknown-unknown", "wasm32-wasip2"};
  if (target) {
    triples = target->triples;
  } else if (!request.triples.empty()) {
    triples = request.triples;
  }
  std::erase_if(triples, [](const std::string& triple) { return !triple.starts_with("wasm"); });
  return triples;
}

const manifest::LockedPackage* Examination::locked(std::string_view package) const
{
  if (!lock) {
    return nullptr;
  }
  const auto found = std::ranges::find(lock->packages, package, &manifest::LockedPackage::name);
  return found == lock->packages.end() ? nullptr : &*found;
}

Result<Examination> examine(const Env& env, const GlobalOptions& options, const DoctorRequest& request)
{
  Examination seen{.env = env, .options = options, .request = request};
  CW_TRY_ASSIGN(seen.config, manifest::Config::load(env, options.config));
  seen.wish.plus = options.plus_toolchain;
  open_the_project(seen);
  if (seen.project) {
    if (auto asked = ask_the_project(seen); !asked) {
      seen.project_problem = std::move(asked).error();
    }
  }
  auto choice = toolchain::select_toolchain(env, *seen.config, seen.wish);
  if (!choice) {
    seen.choice_problem = std::move(choice).error();
    return seen;
  }
  seen.choice = std::move(*choice);
  toolchain::RustcCache nothing_kept;
  auto rustc = toolchain::probe_rustc(env, *seen.config, *seen.choice, nothing_kept);
  if (rustc) {
    seen.rustc = std::move(*rustc);
  } else {
    seen.rustc_problem = std::move(rustc).error();
  }
  return seen;
}

Result<> doctor(const Env& env, const GlobalOptions& options, const DoctorRequest& request)
{
  std::vector<DoctorRow> rows;
  bool has_fixed = false;
  // A toolchain first, then what is missing in it: no more turns than that can help.
  for (int turn = 0; turn < 3; ++turn) {
    CW_TRY_ASSIGN(const auto seen, examine(env, options, request));
    rows = rows_of(seen);
    if (!request.fix || turn == 2) {
      break;
    }
    CW_TRY_ASSIGN(const bool has_mended, mend(env, rows));
    if (!has_mended) {
      break;
    }
    has_fixed = true;
  }
  env.reporter.result(request.json ? doctor_json(rows) : doctor_text(rows, has_fixed));
  std::vector<std::string> failing;
  bool can_fix = false;
  for (DoctorRow& row : rows) {
    row.mend = fails(row) ? row.mend : nullptr;
    if (fails(row)) {
      failing.push_back(fmt::format("`{}`", row.name));
      can_fix = can_fix || row.mend;
    }
  }
  if (failing.empty()) {
    return {};
  }
  Error error("CW0675",
              fmt::format("{} needed here {} not fit: {}",
                          failing.size() == 1 ? "something" : fmt::format("{} things", failing.size()),
                          failing.size() == 1 ? "is" : "are",
                          base::join(failing, ", ")),
              Blame::environment);
  if (can_fix && !request.fix) {
    error.helps.push_back("`cargo-wasm doctor --fix` does what can be done without root");
  }
  return fail(std::move(error));
}

} // namespace cargo_wasm::ops
