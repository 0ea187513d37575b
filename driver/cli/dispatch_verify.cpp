#include "dispatch_verify.hpp"

#include <algorithm>
#include <array>

#include <sys/stat.h>

#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::cli {

namespace {

/// What a build is given that only says where it runs, how fast, and what it shows.
constexpr std::array k_not_repeated = {"reproducible",
                                       "jobs",
                                       "target-dir",
                                       "manifest-path",
                                       "message-format",
                                       "verbose",
                                       "quiet",
                                       "color",
                                       "timings",
                                       "locked",
                                       "offline",
                                       "frozen",
                                       "keep-going",
                                       "dry-run",
                                       "unit-graph",
                                       "explain-rebuild",
                                       "install-missing",
                                       "future-incompat-report"};

bool is_repeated(std::string_view name)
{
  return std::ranges::find(k_not_repeated, name) == k_not_repeated.end();
}

} // namespace

Result<> make_reproducible(const ParsedArguments& parsed, ops::CompileRequest& request)
{
  for (const char* other : {"strict-cargo", "from"}) {
    if (parsed.has(other)) {
      return fail(Error("CW1173", fmt::format("`--reproducible` and `--{}` exclude one another", other), Blame::usage)
                      .note(std::string_view(other) == "from" ? "`verify` builds the directory of a project again, and this one has none"
                                                              : "cargo's own command lines name directories of this machine"));
    }
  }
  constexpr ::mode_t k_umask = 022;
  ::umask(k_umask);
  request.reproducible = true;
  request.driver_version = version_text(false);
  for (const auto& [name, count] : parsed.counts) {
    if (is_repeated(name)) {
      request.record_arguments.push_back("--" + name);
    }
  }
  for (const auto& [name, values] : parsed.values) {
    for (const std::string& value : is_repeated(name) ? values : std::vector<std::string>{}) {
      request.record_arguments.push_back(fmt::format("--{}={}", name, value));
    }
  }
  return {};
}

Result<> verify_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  ops::VerifyRequest request;
  if (const auto* against = parsed.last("against")) {
    request.against = absolute(env, *against);
  }
  if (const auto* jobs = parsed.last("jobs")) {
    request.jobs = *jobs;
  }
  request.keep = parsed.has("keep");
  request.same_clock = parsed.has("same-clock");
  request.driver_program = context.program;
  request.stop = context.stop;
  return ops::verify(env, options, request);
}

} // namespace cargo_wasm::cli
