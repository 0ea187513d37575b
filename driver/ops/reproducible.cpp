#include "reproducible.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/shown_path.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>
#include <cargo_wasm/ops/project.hpp>
#include <cargo_wasm/verify/record_build.hpp>

#include "second_clock.hpp"
#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr const char* k_epoch_variable = "SOURCE_DATE_EPOCH";
constexpr const char* k_first_of_1980 = "315532800"; ///< seconds; zip archives know no earlier moment
constexpr const char* k_umask = "022";
constexpr std::array k_fixed = {std::pair("LANG", "C"), std::pair("LC_ALL", "C"), std::pair("TZ", "UTC")};

bool is_digits(std::string_view text)
{
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "2026-05-01"
bool begins_with_day(std::string_view text)
{
  constexpr std::size_t k_day_bytes = 10;
  return text.size() >= k_day_bytes && is_digits(text.substr(0, 4)) && text[4] == '-' && is_digits(text.substr(5, 2)) && text[7] == '-' &&
         is_digits(text.substr(8, 2));
}

/// rustup resolves these anew with every update: "stable", "nightly", "1.99".
bool is_channel(std::string_view name)
{
  for (const std::string_view channel : {"stable", "beta", "nightly"}) {
    if (name == channel || (name.starts_with(channel) && name[channel.size()] == '-')) {
      return name.size() <= channel.size() + 1 || !begins_with_day(name.substr(channel.size() + 1));
    }
  }
  const auto end = name.find('-');
  const std::string_view number = name.substr(0, end);
  const auto dot = number.find('.');
  return dot != std::string_view::npos && is_digits(number.substr(0, dot)) && is_digits(number.substr(dot + 1));
}

/// "stable" of "stable-x86_64-unknown-linux-gnu".
std::string_view without_machine(std::string_view name)
{
  const std::string machine = fmt::format("-{}", toolchain::build_machine_triple());
  return name.ends_with(machine) ? name.substr(0, name.size() - machine.size()) : name;
}

Result<base::Digest> digest_of_lock(const Env& env, const Path& lock)
{
  CW_TRY_ASSIGN(const auto text, env.fs.read_if_exists(lock));
  return base::digest_of(text.value_or(std::string()));
}

/// Where the build was started, below the root: its configuration and its selection depend on that.
std::string started_in(const Env& env, const Path& root)
{
  const std::string relative = env.cwd.lexically_relative(root).generic_string();
  return relative == "." || relative.starts_with("..") ? std::string() : relative;
}

void mark_known(const Env& env, const Path& target_directory, verify::BuildRecord& record)
{
  const auto known = read_findings(env, target_directory);
  for (auto& action : record.actions) {
    if (const auto found = known.find(action.identity); found != known.end()) {
      action.differs = found->second;
      env.reporter.warning(Error("CW1178", fmt::format("{} did not give the same bytes twice", action.unit))
                               .note(found->second)
                               .help("when that is mended, `cargo-wasm verify` takes the mark away"));
    }
  }
}

} // namespace

Path build_record_file(const Path& target_directory)
{
  return target_directory / "build-record.json";
}

Path findings_file(const Path& target_directory)
{
  return target_directory / ".cargo-wasm" / "not-deterministic.json";
}

std::map<std::string, std::string> read_findings(const Env& env, const Path& target_directory)
{
  std::map<std::string, std::string> known;
  const auto text = env.fs.read_if_exists(findings_file(target_directory));
  const nlohmann::json object = nlohmann::json::parse(text && *text ? **text : std::string("{}"), nullptr, false);
  for (const auto& [identity, found] : object.items()) {
    if (object.is_object() && found.is_string()) {
      known.emplace(identity, found.get<std::string>());
    }
  }
  return known;
}

EnvMap reproducible_variables(const EnvMap& vars)
{
  EnvMap fixed = vars;
  for (const auto& [name, value] : k_fixed) {
    fixed.insert_or_assign(name, value);
  }
  fixed.erase("LANGUAGE");
  fixed.insert_or_assign("CARGO_INCREMENTAL", "0");
  fixed.emplace(k_epoch_variable, k_first_of_1980);
  hand_on_clock(fixed);
  return fixed;
}

Result<> check_exact_toolchain(const toolchain::ToolchainChoice& choice)
{
  if (!choice.name || !is_channel(without_machine(*choice.name))) {
    return {};
  }
  Error error("CW1172", fmt::format("a reproducible build needs an exact toolchain, and `{}` is a channel", *choice.name), Blame::usage);
  error.notes.push_back(fmt::format("it is used {}; with the next update it is another compiler", reason_text(choice)));
  error.helps.emplace_back("name a release or a day: `cargo-wasm +1.99.1 build --reproducible`, `+nightly-2026-05-01`");
  error.helps.emplace_back(
      "for everybody who builds the project: `toolchain = \"1.99.1\"` in `[workspace.metadata.wasm]` or `[package.metadata.wasm]`, "
      "or `channel = \"1.99.1\"` in rust-toolchain.toml");
  return fail(std::move(error));
}

void fix_environment(const Env& env, plan::ActionGraph& graph)
{
  for (plan::ActionTemplate& action : graph.actions) {
    for (const auto& [name, value] : k_fixed) {
      action.env.insert_or_assign(name, value);
    }
    action.env.insert_or_assign(k_epoch_variable, *env.var(k_epoch_variable));
  }
}

ReproducibleFacts reproducible_facts(const toolchain::ToolchainChoice& choice,
                                     const toolchain::TargetData& platforms,
                                     const std::vector<std::string>& triples,
                                     const manifest::Workspace& workspace)
{
  const toolchain::RustcInfo& rustc = platforms.rustc;
  ReproducibleFacts facts;
  facts.toolchain = choice.name.value_or(std::string());
  facts.rustc_version = to_string(rustc.version);
  facts.rustc_commit = rustc.commit_hash;
  facts.rustc_llvm = rustc.llvm_version;
  facts.rustc_host = rustc.host;
  facts.sysroot = rustc.sysroot;
  facts.triples = {rustc.host};
  for (const std::string& triple : triples) {
    const std::string name = triple == "host-tuple" ? rustc.host : triple;
    if (std::ranges::find(facts.triples, name) == facts.triples.end()) {
      facts.triples.push_back(name);
    }
  }
  facts.lock = workspace.lock_file();
  return facts;
}

Result<> write_build_record(const Env& env, const CompileRequest& request, const Compiled& compiled)
{
  const plan::ActionGraph& graph = compiled.planned->graph;
  const ReproducibleFacts& facts = *compiled.planned->reproducible;
  verify::BuildRecord record;
  record.driver = request.driver_version;
  record.arguments = request.record_arguments;
  record.directory = started_in(env, graph.workspace_root);
  for (const auto& [name, value] : k_fixed) {
    record.settings.emplace(name, value);
  }
  record.settings.emplace(k_epoch_variable, *env.var(k_epoch_variable));
  record.settings.emplace("umask", k_umask);
  record.settings.emplace("incremental", "false");
  record.jobs = compiled.outcome->jobs;
  record.toolchain = facts.toolchain;
  record.rustc_version = facts.rustc_version;
  record.rustc_commit = facts.rustc_commit;
  record.rustc_llvm = facts.rustc_llvm;
  record.rustc_host = facts.rustc_host;
  CW_TRY_ASSIGN(record.toolchain_contents, exec::toolchain_contents(env.fs, facts.sysroot, facts.triples, cache_home(env)));
  CW_TRY_ASSIGN(record.lock, digest_of_lock(env, facts.lock));
  CW_TRY_ASSIGN(const auto log, verify::open_state(env, graph));
  CW_TRY(verify::record_actions(env, graph, *compiled.outcome, *log, record));
  mark_known(env, graph.target_directory, record);
  const Path file = build_record_file(graph.target_directory);
  CW_TRY(env.fs.write_atomic(file, verify::to_json(record)));
  env.reporter.status("Recorded", fmt::format("{} actions in {}", record.actions.size(), base::shown_path(env.cwd, file).string()));
  return {};
}

} // namespace cargo_wasm::ops
