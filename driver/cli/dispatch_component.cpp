// `cargo-wasm component VERB` and `cargo-wasm add --component`: one line a verb.
#include "dispatch_component.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/ops/component_verbs.hpp>

namespace cargo_wasm::cli {

namespace {

std::optional<std::string> optional_text(const ParsedArguments& parsed, std::string_view name)
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Result<std::string> one_package(const ParsedArguments& parsed)
{
  const std::vector<std::string>& words = parsed.all("PACKAGE");
  if (words.size() != 1) {
    return fail(Error("CW0782", words.empty() ? "which package?" : "one package at a time", Blame::usage)
                    .help(fmt::format("`cargo-wasm {} ns:name`", parsed.verb)));
  }
  return words.front();
}

Result<> push_component(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options)
{
  const std::vector<std::string>& files = parsed.all("FILE");
  if (files.size() > 1) {
    return fail(Error("CW0782", "one file at a time", Blame::usage).help("`cargo-wasm component push app.wasm --to oci://HOST/PREFIX`"));
  }
  ops::ComponentPushRequest request{
      .file = {}, .to = parsed.all("to"), .package = optional_text(parsed, "package"), .dry_run = parsed.has("dry-run")};
  if (!files.empty()) {
    request.file = absolute(env, files.front());
  }
  return ops::component_push(env, options, request);
}

Result<> pull_component(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options)
{
  CW_TRY_ASSIGN(std::string package, one_package(parsed));
  ops::ComponentPullRequest request{
      .package = std::move(package), .from = optional_text(parsed, "from"), .output = {}, .key = optional_text(parsed, "key")};
  if (const auto* const output = parsed.last("output")) {
    request.output = absolute(env, *output);
  }
  return ops::component_pull(env, options, request);
}

Result<> component_versions(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options)
{
  CW_TRY_ASSIGN(const std::string package, one_package(parsed));
  return ops::component_versions(env, options, package, optional_text(parsed, "from"));
}

Result<> fetch_components(const Env& env, const ParsedArguments&, const ops::GlobalOptions& options)
{
  return ops::component_fetch(env, options);
}

Result<> add_components(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options)
{
  const std::vector<std::string>& packages = parsed.all("PACKAGE");
  if (!parsed.has("component")) {
    return fail(Error("CW0782", "crates are added by cargo", Blame::usage)
                    .help("`cargo add NAME`; `cargo-wasm add --component NS:NAME` adds a package of WIT or a component"));
  }
  if (packages.empty()) {
    return fail(Error("CW0782", "which package?", Blame::usage).help("`cargo-wasm add --component ns:name@1.2`"));
  }
  return ops::add_component(env, options, {packages, optional_text(parsed, "from")});
}

struct ComponentVerb
{
  std::string_view name; ///< as in the option table
  Result<> (*run)(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options);
};

constexpr std::array k_component_verbs = {
    ComponentVerb{"add", add_components},
    ComponentVerb{"component push", push_component},
    ComponentVerb{"component pull", pull_component},
    ComponentVerb{"component versions", component_versions},
    ComponentVerb{"component fetch", fetch_components},
};

} // namespace

std::optional<Result<Outcome>> dispatch_component(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options)
{
  const auto verb = std::ranges::find(k_component_verbs, parsed.verb, &ComponentVerb::name);
  if (verb == k_component_verbs.end()) {
    return std::nullopt;
  }
  const Result<> done = verb->run(env, parsed, options);
  return done ? Result<Outcome>(Outcome{}) : Result<Outcome>(fail(done.error()));
}

} // namespace cargo_wasm::cli
