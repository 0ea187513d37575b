#include "git_fetch.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "cargo_hash.hpp"

namespace cargo_wasm::source {

namespace {

/// Variables that would make `git` work on another repository than the one we name.
constexpr std::string_view k_git_variables[] = {
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"};

Result<> fetch_with_cli(Session& session, const base::Path& database, const std::string& url, const FetchPlan& plan)
{
  CW_TRY_ASSIGN(auto* const git, session.git());
  if (!git->is_repository(database)) {
    CW_TRY(git->init(database, true));
  }
  const auto& env = session.env();
  const auto program = env.program_on_path("git");
  if (!program) {
    return fail(Error("CW0463", "`git` is not on PATH", Blame::environment)
                    .note("`net.git-fetch-with-cli` asks to fetch with it")
                    .help("install git, or unset `net.git-fetch-with-cli`"));
  }
  base::Command command;
  command.program = *program;
  command.args = {"fetch", plan.tags ? "--tags" : "--no-tags", "--force", "--update-head-ok", url};
  command.args.insert(command.args.end(), plan.refspecs.begin(), plan.refspecs.end());
  command.env = env.vars;
  for (const auto name : k_git_variables) {
    command.env.erase(std::string(name));
  }
  command.cwd = database;
  session.reporter().verbose("Running", base::to_shell_string(command));
  base::CapturingSink output;
  CW_TRY_ASSIGN(const auto exit, env.process.run(command, output));
  if (!exit.success()) {
    return fail(Error("CW0460", fmt::format("`git fetch` of `{}` ended with {}", url_without_secrets(url), to_string(exit)), Blame::network)
                    .note(fmt::format("git says: {}", base::trim(output.err)))
                    .help("check the URL and your access: what `git` may do in a terminal, it may do here"));
  }
  return {};
}

} // namespace

FetchPlan plan_fetch(const spec::GitReference& reference, std::string_view precise)
{
  using Kind = spec::GitReference::Kind;
  const std::string& name = reference.name;
  if (precise.empty()) {
    switch (reference.kind) {
    case Kind::branch:
      return {{fmt::format("+refs/heads/{0}:refs/remotes/origin/{0}", name)}, false};
    case Kind::tag:
      return {{fmt::format("+refs/tags/{0}:refs/remotes/origin/tags/{0}", name)}, false};
    case Kind::default_branch:
      return {{"+HEAD:refs/remotes/origin/HEAD"}, false};
    case Kind::rev:
      break;
    }
  }
  if (reference.kind == Kind::rev && name.starts_with("refs/")) {
    return {{fmt::format("+{0}:{0}", name)}, false};
  }
  // A commit may be anywhere, and few servers hand out one by its id.
  return {{"+refs/heads/*:refs/remotes/origin/*", "+HEAD:refs/remotes/origin/HEAD"}, true};
}

Result<> fetch_repository(Session& session, const base::Path& database, std::string_view url, const FetchPlan& plan)
{
  session.note_git_fetch();
  CW_TRY_ASSIGN(const auto with_cli, session.config().get_bool("net.git-fetch-with-cli"));
  if (with_cli && with_cli->value) {
    return fetch_with_cli(session, database, std::string(url), plan);
  }
  CW_TRY_ASSIGN(auto* const git, session.git());
  CW_TRY_ASSIGN(const auto http, session.config().http_options());
  net::GitFetch request;
  request.database = database;
  request.url = url;
  request.refspecs = plan.refspecs;
  request.tags = plan.tags;
  request.proxy = http.proxy;
  request.cainfo = http.cainfo;
  auto& reporter = session.reporter();
  auto fetched = git->fetch(request, [&](const net::GitProgress& progress) {
    reporter.progress({"Fetch", progress.received_objects, progress.total_objects, base::human_bytes(progress.received_bytes)});
  });
  reporter.clear_progress();
  return fetched;
}

} // namespace cargo_wasm::source
