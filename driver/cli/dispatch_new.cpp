// `cargo-wasm new` and `cargo-wasm init`.
#include "dispatch_new.hpp"

#include <cargo_wasm/ops/new_package.hpp>

namespace cargo_wasm::cli {

namespace {

Result<Outcome> new_verb(const Env& env, const ParsedArguments& parsed)
{
  if (parsed.has("list")) {
    ops::list_templates(env);
    return Outcome{};
  }
  const auto& paths = parsed.all("PATH");
  ops::NewPackageRequest request;
  request.is_init = parsed.verb == "init";
  if (paths.size() > 1 || (paths.empty() && !request.is_init)) {
    return fail(Error("CW0782", paths.empty() ? "where to?" : "one package at a time", Blame::usage)
                    .help("`cargo-wasm new hello`; `cargo-wasm new --list` lists the templates"));
  }
  request.directory = absolute(env, paths.empty() ? "." : paths.front());
  if (static_cast<int>(parsed.has("bin")) + static_cast<int>(parsed.has("lib")) + static_cast<int>(parsed.has("template")) > 1) {
    return fail(Error("CW0783", "`--bin`, `--lib` and `--template` exclude one another", Blame::usage)
                    .help("give one: `--lib` is `--template lib`"));
  }
  if (const auto* id = parsed.last("template")) {
    request.template_id = *id;
  } else if (parsed.has("lib")) {
    request.template_id = "lib";
  }
  if (const auto* name = parsed.last("name")) {
    request.name = *name;
  }
  if (const auto* edition = parsed.last("edition")) {
    request.edition = *edition;
  }
  if (const auto* vcs = parsed.last("vcs")) {
    request.has_git = *vcs == "git";
  }
  CW_TRY(ops::new_package(env, request));
  return Outcome{};
}

} // namespace

std::optional<Result<Outcome>> dispatch_new(const Env& env, const ParsedArguments& parsed)
{
  if (parsed.verb == "new" || parsed.verb == "init") {
    return new_verb(env, parsed);
  }
  return std::nullopt;
}

} // namespace cargo_wasm::cli
