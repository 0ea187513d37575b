// `cargo-wasm toolchain VERB`: one line a verb.
#include "dispatch_toolchain.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::cli {

namespace {

using ops::GlobalOptions;

Result<Outcome> list_toolchains(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext&)
{
  CW_TRY(ops::toolchain_list(env, options, parsed.has("json")));
  return Outcome{};
}

/// `toolchain VERB +1.96.0` says the same as `+1.96.0 toolchain VERB`.
Result<GlobalOptions> with_toolchain(GlobalOptions options, const std::vector<std::string>& words)
{
  const bool is_one = words.size() == 1 && words.front().size() > 1 && words.front().front() == '+';
  if (!words.empty() && (!is_one || options.plus_toolchain)) {
    return fail(Error("CW0782",
                      is_one ? fmt::format("two toolchains are named: `+{}` and `{}`", *options.plus_toolchain, words.front())
                             : fmt::format("`{}` does not name one toolchain", base::join(words, " ")),
                      Blame::usage)
                    .help("name one with a plus sign: `+1.99.1`"));
  }
  if (is_one) {
    options.plus_toolchain = words.front().substr(1);
  }
  return options;
}

Result<Outcome> probe_toolchain(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext&)
{
  CW_TRY_ASSIGN(const auto chosen, with_toolchain(options, parsed.all("TOOLCHAIN")));
  CW_TRY(ops::toolchain_probe(env, chosen, parsed.has("json")));
  return Outcome{};
}

Result<Outcome> install_toolchain(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext&)
{
  const auto& versions = parsed.all("VERSION");
  if (versions.size() != 1) {
    return fail(Error("CW0782", versions.empty() ? "which version?" : "one version at a time", Blame::usage)
                    .help("`cargo-wasm toolchain install 1.99.1`"));
  }
  const auto& version = versions.front();
  CW_TRY(ops::toolchain_install(env, options, {version.starts_with('+') ? version.substr(1) : version, parsed.all("target")}));
  return Outcome{};
}

Result<Outcome>
examine_toolchain(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  if (parsed.has("compare") && parsed.has("json")) {
    return fail(Error("CW0783", "`--compare` and `--json` exclude each other", Blame::usage)
                    .help("print both certificates with `--json`, and compare them with another tool"));
  }
  CW_TRY_ASSIGN(const auto chosen, with_toolchain(options, parsed.all("TOOLCHAIN")));
  ops::ToolchainExamRequest request;
  request.programs = parsed.all("program");
  request.settings = parsed.all("setting");
  if (const auto* other = parsed.last("compare")) {
    request.compare = *other;
  }
  if (const auto* jobs = parsed.last("jobs")) {
    request.jobs = *jobs;
  }
  request.again = parsed.has("again");
  request.json = parsed.has("json");
  request.defect_data = !parsed.has("no-defect-data");
  request.driver_program = context.program;
  request.driver_version = std::string(base::trim(version_text(false)));
  request.stop = context.stop;
  CW_TRY(ops::toolchain_exam(env, chosen, request));
  return Outcome{};
}

struct ToolchainVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context);
};

constexpr std::array k_toolchain_verbs = {
    ToolchainVerb{"toolchain list", list_toolchains},
    ToolchainVerb{"toolchain probe", probe_toolchain},
    ToolchainVerb{"toolchain install", install_toolchain},
    ToolchainVerb{"toolchain exam", examine_toolchain},
};

} // namespace

std::optional<Result<Outcome>>
dispatch_toolchain(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  const auto verb = std::ranges::find(k_toolchain_verbs, parsed.verb, &ToolchainVerb::name);
  return verb == k_toolchain_verbs.end() ? std::nullopt : std::optional(verb->run(env, parsed, options, context));
}

} // namespace cargo_wasm::cli
