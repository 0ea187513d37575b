// `verify`: the same build once more, elsewhere, and every output compared. What the two have in common is the project, the compiler and
// the tools; what is varied on purpose is told at the end, because that is what the result is worth.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/place_names.hpp>
#include <cargo_wasm/exec/state_log.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/verify/compare.hpp>
#include <cargo_wasm/verify/file_parts.hpp>

#include "reproducible.hpp"
#include "second_clock.hpp"
#include "second_place.hpp"
#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

using verify::ActionDifference;
using verify::BuildRecord;
using Cause = verify::ActionDifference::Cause;

constexpr const char* k_stdout = "stdout";
constexpr std::size_t k_most_named = 8;

/// What is different about the second build, beside the directory.
struct Varied
{
  std::uint32_t jobs = 0;
  bool names_toolchain = true; ///< false where rustc is not rustup's: then it is the one that is here
  std::optional<Path> clock;   ///< what sets it for the programs of the build; nullopt: it is the real one
};

/// Both sides of one comparison: where each has its files.
struct Side
{
  const BuildRecord& record;
  Path root, target_directory, cargo_home;

  [[nodiscard]] exec::PlaceNames places() const { return {root, target_directory, cargo_home}; }
};

Result<BuildRecord> read_record(const Env& env, const Path& file)
{
  CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(file));
  if (!text) {
    return fail(Error("CW1174", fmt::format("there is no record to compare with: `{}`", base::shown_path(env.cwd, file).string()))
                    .help("`cargo-wasm build --release --reproducible` writes one, and `verify` then builds the same again")
                    .help("`--against FILE` compares with a record from elsewhere"));
  }
  return verify::parse_build_record(*text, file);
}

/// The variables of the second build: another home, another user's name, a directory for temporary files of its own.
EnvMap second_variables(const Env& env, const BuildRecord& record, const SecondPlace& place)
{
  EnvMap vars = env.vars;
  for (const char* name : {"CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "PWD", "OLDPWD", "CARGO_MAKEFLAGS", "MAKEFLAGS"}) {
    vars.erase(name);
  }
  const std::string* const home = env.var("HOME");
  if (env.var("RUSTUP_HOME") == nullptr && home != nullptr) {
    vars["RUSTUP_HOME"] = (Path(*home) / ".rustup").native();
  }
  vars["HOME"] = place.home.native();
  vars["CARGO_HOME"] = place.cargo_home.native();
  vars["XDG_CACHE_HOME"] = place.cache_home.native();
  vars["XDG_CONFIG_HOME"] = (place.home / "config").native();
  vars["TMPDIR"] = place.temporary.native();
  vars["USER"] = vars["LOGNAME"] = "verifier";
  if (const auto epoch = record.settings.find("SOURCE_DATE_EPOCH"); epoch != record.settings.end()) {
    vars["SOURCE_DATE_EPOCH"] = epoch->second;
  }
  return vars;
}

base::Command
second_command(const Env& env, const VerifyRequest& request, const BuildRecord& record, const SecondPlace& place, const Varied& varied)
{
  base::Command command;
  command.program = request.driver_program;
  if (varied.names_toolchain && !record.toolchain.empty()) {
    command.args.push_back("+" + record.toolchain);
  }
  command.env = second_variables(env, record, place);
  if (varied.clock) {
    command.env.insert_or_assign(k_preload_variable, varied.clock->native());
  }
  command.cwd = place.root / record.directory;
  return command;
}

base::Command second_build(const BuildRecord& record, const SecondPlace& place, const Varied& varied, base::Command command)
{
  command.args.insert(command.args.end(),
                      {"build", "--reproducible", "--no-cache", "--quiet", "--target-dir", place.target_directory.native(), "-j"});
  command.args.push_back(std::to_string(varied.jobs));
  command.args.insert(command.args.end(), record.arguments.begin(), record.arguments.end());
  return command;
}

Result<> build_again(const Env& env, const VerifyRequest& request, const Varied& varied, const base::Command& command)
{
  base::CapturingSink sink;
  CW_TRY_ASSIGN(const base::Exit exit, env.process.run(command, sink, request.stop));
  if (exit.success()) {
    return {};
  }
  if (!sink.err.empty()) {
    env.reporter.passthrough(sink.err);
  }
  Error error("CW1179", "the second build failed, so there is nothing to compare");
  error.notes.push_back(fmt::format("`{}` ended with {}", base::to_shell_string(command), base::to_string(exit)));
  error.helps.emplace_back(
      "what a build needs has to lie in the workspace, in $CARGO_HOME or in its lock: the second place has a home of its own");
  if (varied.clock) {
    error.helps.push_back(fmt::format("its clock is {} ahead; `--same-clock` leaves it as it is", how_far_ahead()));
  }
  return fail(std::move(error));
}

/// What a build script printed, with places by name; from whichever profile's state has it.
std::optional<std::string> script_text(const Env& env, const Side& side, const std::string& identity)
{
  const Path directory = side.target_directory / ".cargo-wasm";
  const auto entries = env.fs.list(directory);
  for (const auto& entry : entries ? *entries : std::vector<base::DirectoryEntry>{}) {
    if (!entry.name.starts_with("state")) {
      continue;
    }
    const auto log = exec::StateLog::open(env.fs, directory / entry.name, false);
    const auto record = log ? (*log)->find(identity) : std::nullopt;
    if (record) {
      return side.places().neutral(record->stdout_text);
    }
  }
  return std::nullopt;
}

/// The bytes of an output, or of a file in it; nullopt where this machine does not have those that the record is about.
std::optional<std::string>
bytes_of(const Env& env, const Side& side, const verify::ActionOfBuild& action, const ActionDifference& difference)
{
  const auto output = std::ranges::find(action.outputs, difference.output, &verify::OutputOfAction::name);
  if (output == action.outputs.end()) {
    return std::nullopt;
  }
  if (difference.output == k_stdout) {
    return script_text(env, side, action.identity);
  }
  Path path = side.places().path_of(difference.output);
  base::Digest digest = output->digest;
  if (env.fs.is_directory(path)) {
    const auto part = std::ranges::find(output->parts, difference.part, &verify::FilePart::name);
    if (part == output->parts.end()) {
      return std::nullopt;
    }
    path /= difference.part;
    digest = part->digest;
  }
  const auto text = env.fs.read_if_exists(path);
  return text && *text && base::digest_of(**text) == digest ? *text : std::nullopt;
}

bool names_a_place(const std::string& bytes, const Side& side)
{
  return std::ranges::any_of(std::initializer_list<Path>{side.root, side.target_directory, side.cargo_home},
                             [&](const Path& path) { return bytes.find(path.native()) != std::string::npos; });
}

std::string cause_text(const ActionDifference& difference, const std::vector<std::string>& other_settings)
{
  switch (difference.cause) {
  case Cause::not_deterministic:
    return "the command and everything it read are the same: it is not deterministic";
  case Cause::command:
    return other_settings.empty() ? "the command is another: an argument, or a variable that was looked at" : "the command is another";
  case Cause::inputs:
    return "it read other files";
  case Cause::only_before:
    return "the second build has no such step";
  case Cause::only_now:
    return "the first build had no such step";
  }
  return {};
}

/// "target/wasm32-wasip1/release/app.wasm, code section, byte 1234, in `app::main`: 01 02, then 01 03"
std::string place_text(const Env& env, const Side& was, const Side& is, const ActionDifference& difference, std::vector<std::string>& notes)
{
  const std::string shown = difference.output == k_stdout ? std::string("what it printed") : fmt::format("`{}`", difference.output);
  if (difference.is_missing) {
    return fmt::format("{} is there in one build and not in the other", shown);
  }
  const auto one = bytes_of(env, was, was.record.actions[difference.was], difference);
  const auto other = bytes_of(env, is, is.record.actions[difference.is], difference);
  const std::string part = difference.part.empty() ? std::string() : fmt::format(", {}", difference.part);
  if (!one || !other) {
    notes.emplace_back("the bytes that the record is about are not here, so the place within is not known");
    return shown + part;
  }
  const auto found = verify::first_difference(difference.output, *one, *other);
  if (!found) {
    return shown + part;
  }
  const bool is_file = !found->part.empty() || difference.part.empty();
  std::string text = shown + (is_file ? (found->part.empty() ? std::string() : ", " + found->part) : part);
  text += fmt::format(", byte {}", found->offset);
  if (!found->function.empty()) {
    text += fmt::format(", in `{}`", found->function);
  }
  text += fmt::format(": {}, then {}", found->was, found->is);
  if (names_a_place(*one, was) || names_a_place(*other, is)) {
    notes.emplace_back("the file names the directory it was made in, or what it was made from");
  }
  return text;
}

std::string list_of_units(const std::vector<const ActionDifference*>& differences)
{
  std::string text;
  for (std::size_t i = 0; i < std::min(differences.size(), k_most_named); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", differences[i]->unit);
  }
  return differences.size() > k_most_named ? fmt::format("{} and {} more", text, differences.size() - k_most_named) : text;
}

/// The first difference at length, the others by name.
Error difference_error(const Env& env, const Side& was, const Side& is, const Varied& varied, const verify::Comparison& comparison)
{
  const ActionDifference& first = comparison.differences.front();
  Error error("CW1176", fmt::format("{} did not come out the same", first.unit), Blame::integrity);
  if (!first.output.empty()) {
    error.notes.push_back(place_text(env, was, is, first, error.notes));
    std::ranges::rotate(error.notes, error.notes.end() - 1);
  }
  error.notes.push_back(cause_text(first, comparison.other_settings));
  for (const std::string& other : comparison.other_settings) {
    error.notes.push_back(fmt::format("not the same in both builds: {}", other));
  }
  std::vector<const ActionDifference*> others, following;
  for (const ActionDifference& difference : comparison.differences) {
    if (&difference != &first) {
      (difference.follows ? following : others).push_back(&difference);
    }
  }
  if (!others.empty()) {
    error.notes.push_back(fmt::format("by themselves differ also: {}", list_of_units(others)));
  }
  if (!following.empty()) {
    const char* const ending = following.size() == 1 ? "s" : "";
    error.notes.push_back(fmt::format("{} of what was made from them differ{}: {}", following.size(), ending, list_of_units(following)));
  }
  if (first.cause == Cause::not_deterministic) {
    if (varied.clock) {
      error.notes.push_back(fmt::format("the clock of the second build was {} ahead", how_far_ahead()));
    }
    error.helps.emplace_back(
        "a build script or macro takes the time from SOURCE_DATE_EPOCH, and sorts what it lists or keeps in a hash map");
  }
  return error;
}

/// The next reproducible build says which actions these were, and its record marks them.
Result<> mark_actions(const Env& env, const Side& was, const Varied& varied, const verify::Comparison& comparison)
{
  auto known = read_findings(env, was.target_directory);
  for (const verify::ActionOfBuild& action : was.record.actions) {
    known.erase(action.identity);
  }
  const std::string clock = varied.clock ? fmt::format(", with the clock {} ahead", how_far_ahead()) : std::string();
  auto differences = comparison.differences;
  differences.insert(differences.end(), comparison.without_effect.begin(), comparison.without_effect.end());
  for (const ActionDifference& difference : differences) {
    if (difference.cause == Cause::not_deterministic && !difference.follows) {
      known[was.record.actions[difference.was].identity] = fmt::format(
          "`{}`{}{} differed in a second build{}", difference.output, difference.part.empty() ? "" : ", ", difference.part, clock);
    }
  }
  const Path file = findings_file(was.target_directory);
  if (known.empty()) {
    CW_TRY(env.fs.remove(file));
    return {};
  }
  return env.fs.write_atomic(file, nlohmann::json(known).dump());
}

std::string counted_programs(const verify::Comparison& comparison)
{
  const std::size_t count = comparison.host_programs.size();
  return fmt::format("{} {}", count, count == 1 ? "program or library" : "programs and libraries");
}

void report_same(const Env& env, const Side& first, const Side& second, const Varied& varied, const verify::Comparison& comparison)
{
  const BuildRecord& was = first.record;
  const BuildRecord& is = second.record;
  for (const ActionDifference& difference : comparison.without_effect) {
    Error warning("CW1182", fmt::format("{} did not come out the same, and nothing that was made from it differs", difference.unit));
    std::vector<std::string> more;
    warning.notes.push_back(place_text(env, first, second, difference, more));
    warning.notes.insert(warning.notes.end(), more.begin(), more.end());
    env.reporter.warning(warning);
  }
  for (const std::string& other : comparison.other_settings) {
    env.reporter.warning(Error("CW1181", fmt::format("not the same in both builds, and without effect: {}", other)));
  }
  if (!comparison.host_programs.empty()) {
    env.reporter.warning(
        Error("CW1181",
              fmt::format("not the same in both builds, and without effect: {} that run while building", counted_programs(comparison)))
            .note("they are linked with the C library of the machine that builds"));
  }
  const std::string clock = varied.clock ? fmt::format(", clock {} ahead", how_far_ahead()) : std::string();
  env.reporter.status(
      "Varied",
      fmt::format("directory, $HOME, $CARGO_HOME, user name, temporary directory{}, {} jobs instead of {}", clock, is.jobs, was.jobs));
  std::string artifacts;
  for (const auto& artifact : was.artifacts) {
    artifacts += fmt::format("\n{:>12} {} {}", "", base::to_hex(artifact.digest.hash), artifact.path);
  }
  env.reporter.status("Verified",
                      fmt::format("{} outputs of {} actions are the same, byte for byte{}",
                                  comparison.outputs - comparison.without_effect.size() - comparison.host_programs.size(),
                                  comparison.actions - comparison.without_effect.size() - comparison.host_programs.size(),
                                  artifacts));
}

std::uint32_t other_number_of_jobs(const VerifyRequest& request, const BuildRecord& record)
{
  return request.jobs ? 0 : record.jobs + 1;
}

Result<> compare_builds(const Env& env, const Side& was, const SecondPlace& place, const Varied& varied, verify::Machine machine)
{
  CW_TRY_ASSIGN(const BuildRecord again, read_record(env, build_record_file(place.target_directory)));
  const verify::Comparison comparison = verify::compare(was.record, again, machine);
  const Side is{again, place.root, place.target_directory, place.cargo_home};
  CW_TRY(mark_actions(env, was, varied, comparison));
  if (!comparison.differences.empty()) {
    return fail(difference_error(env, was, is, varied, comparison));
  }
  report_same(env, was, is, varied, comparison);
  return {};
}

} // namespace

Result<> verify(const Env& env, const GlobalOptions& options, const VerifyRequest& request)
{
  CW_TRY_ASSIGN(const Here here, look_here(env, options));
  if (!here.workspace) {
    return fail(Error("CW1174", "there is no project here, and so no build to repeat").help("`--manifest-path` names one"));
  }
  const manifest::Workspace& workspace = *here.workspace;
  CW_TRY_ASSIGN(const BuildRecord record, read_record(env, request.against.value_or(build_record_file(workspace.target_directory))));
  Varied varied;
  varied.jobs = other_number_of_jobs(request, record);
  if (request.jobs) {
    CW_TRY_ASSIGN(varied.jobs, exec::parse_jobs(*request.jobs, record.jobs));
  }
  const auto chosen = toolchain::select_toolchain(env, *here.config, here.wish);
  varied.names_toolchain = !chosen || chosen->name;
  const FirstPlace first{workspace.root, workspace.target_directory, record.outside, here.config->cargo_home(), cache_home(env)};
  CW_TRY_ASSIGN(const SecondPlace place, make_second_place(env, first));
  const auto remove_place = [&] {
    if (request.keep) {
      env.reporter.status("Kept", place.root.string());
    } else {
      (void)env.fs.remove_all(place.base);
    }
  };
  if (!request.same_clock) {
    auto clock = second_clock(env, place.base);
    if (!clock) {
      remove_place();
      return fail(std::move(clock).error());
    }
    varied.clock = *clock;
  }
  env.reporter.status("Building", fmt::format("once more in {}", place.root.string()));
  const base::Command command = second_command(env, request, record, place, varied);
  auto result = build_again(env, request, varied, second_build(record, place, varied, command));
  if (result) {
    result = compare_builds(env,
                            {record, workspace.root, workspace.target_directory, here.config->cargo_home()},
                            place,
                            varied,
                            request.against ? verify::Machine::other : verify::Machine::same);
  }
  remove_place();
  return result;
}

} // namespace cargo_wasm::ops
