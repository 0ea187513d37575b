// `package`, `publish` and the verbs of an account: one line a verb.
#include "dispatch_publish.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iostream>
#include <thread>

#include <cargo_wasm/ops/component_verbs.hpp>
#include <cargo_wasm/ops/publish_verbs.hpp>

namespace cargo_wasm::cli {

namespace {

std::optional<std::string> text_of(const ParsedArguments& parsed, std::string_view name)
{
  const auto* const text = parsed.last(name);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::vector<std::string> words_of(const std::vector<std::string>& values)
{
  std::vector<std::string> words;
  for (const std::string& value : values) {
    std::string word;
    for (const char c : value + ",") {
      if (c != ',' && c != ' ') {
        word += c;
      } else if (!word.empty()) {
        words.push_back(std::move(word));
        word.clear();
      }
    }
  }
  return words;
}

ops::PackageRequest package_request(const ParsedArguments& parsed, const DispatchContext& context)
{
  ops::PackageRequest request;
  ops::CompileRequest& compile = request.compile;
  compile.packages.workspace = parsed.has("workspace") || parsed.has("all");
  compile.packages.packages = parsed.all("package");
  compile.packages.exclude = parsed.all("exclude");
  compile.features = {words_of(parsed.all("features")), parsed.has("all-features"), parsed.has("no-default-features")};
  compile.triples = parsed.all("target");
  compile.jobs = text_of(parsed, "jobs");
  compile.exec.keep_going = parsed.has("keep-going");
  compile.exec.stop = context.stop;
  compile.driver_program = context.program;
  compile.terminal = context.terminal;
  request.list = parsed.has("list");
  request.verify = !parsed.has("no-verify");
  request.allow_dirty = parsed.has("allow-dirty");
  request.has_lock = !parsed.has("exclude-lockfile");
  request.check_metadata = !parsed.has("no-metadata");
  request.registry = text_of(parsed, "registry");
  request.index = text_of(parsed, "index");
  return request;
}

struct Call
{
  const Env& env;
  const ParsedArguments& parsed;
  const ops::GlobalOptions& options;
  const DispatchContext& context;
};

Result<> package_verb(const Call& call)
{
  return ops::package(call.env, call.options, package_request(call.parsed, call.context));
}

/// `--component`: OCI registries have neither an outbox nor archives.
Result<> publish_component_verb(const Call& call)
{
  const ParsedArguments& parsed = call.parsed;
  for (const char* const other : {"index", "no-verify"}) {
    if (parsed.has(other)) {
      return fail(Error("CW0783", fmt::format("`--component` and `--{}` exclude one another", other), Blame::usage)
                      .note("a component goes to registries of OCI, by `--registry oci://HOST/PREFIX`; the same command again goes on "
                            "where it ended"));
    }
  }
  ops::ComponentPushRequest push;
  push.to = words_of(parsed.all("registry"));
  push.package = text_of(parsed, "as");
  push.dry_run = parsed.has("dry-run");
  push.quorum = text_of(parsed, "quorum").value_or("");
  return ops::publish_built_component(call.env, call.options, package_request(parsed, call.context).compile, std::move(push));
}

Result<> publish_verb(const Call& call)
{
  const ParsedArguments& parsed = call.parsed;
  const std::vector<std::string> registries = words_of(parsed.all("registry"));
  const auto is_place = [](const std::string& word) { return word.find_first_of(".:/") != std::string::npos; };
  const bool to_oci = registries.empty() || std::ranges::any_of(registries, is_place);
  if (parsed.has("component") && !parsed.has("resume") && (to_oci || parsed.has("as"))) {
    return publish_component_verb(call);
  }
  if (parsed.has("as")) {
    return fail(Error("CW0783", "`--as` names a component", Blame::usage).help("`--component` builds and publishes one"));
  }
  ops::PublishRequest request;
  request.package = package_request(parsed, call.context);
  request.package.registry.reset();
  request.package.index.reset();
  request.registries = registries;
  request.component = parsed.has("component");
  request.index = text_of(parsed, "index");
  request.quorum = text_of(parsed, "quorum").value_or("");
  request.dry_run = parsed.has("dry-run");
  request.resume = parsed.has("resume");
  request.sleep = [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); };
  if (request.index && !request.registries.empty()) {
    return fail(
        Error("CW0783", "`--registry` and `--index` exclude one another", Blame::usage).help("name the registry in the configuration"));
  }
  return ops::publish_packages(call.env, call.options, request);
}

ops::AccountRequest account_request(const ParsedArguments& parsed, std::string_view words)
{
  return {text_of(parsed, "registry"), text_of(parsed, "index"), parsed.all(words)};
}

ops::LoginRequest login_request(const ParsedArguments& parsed)
{
  ops::LoginRequest request;
  request.account = account_request(parsed, "TOKEN");
  if (!request.account.words.empty()) {
    request.token = request.account.words.front();
  }
  request.provider_args = parsed.trailing;
  request.read_line = []() -> std::optional<std::string> {
    std::string line;
    return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
  };
  return request;
}

Result<> login_verb(const Call& call)
{
  return ops::login(call.env, call.options, login_request(call.parsed));
}

Result<> logout_verb(const Call& call)
{
  return ops::logout(call.env, call.options, login_request(call.parsed));
}

Result<> owner_verb(const Call& call)
{
  const ParsedArguments& parsed = call.parsed;
  return ops::owner(call.env,
                    call.options,
                    {account_request(parsed, "CRATE"), words_of(parsed.all("add")), words_of(parsed.all("remove")), parsed.has("list")});
}

Result<> yank_verb(const Call& call)
{
  const ParsedArguments& parsed = call.parsed;
  return ops::yank(call.env, call.options, {account_request(parsed, "CRATE"), text_of(parsed, "version"), parsed.has("undo")});
}

Result<> unyank_verb(const Call& call)
{
  return ops::yank(call.env, call.options, {account_request(call.parsed, "CRATE"), text_of(call.parsed, "version"), true});
}

Result<> search_verb(const Call& call)
{
  std::uint64_t limit = 10;
  if (const auto* const text = call.parsed.last("limit")) {
    const auto [end, wrong] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (wrong != std::errc() || end != text->data() + text->size()) {
      return fail(Error("CW0782", "invalid value `" + *text + "` for `--limit`", Blame::usage).help("`--limit 20`"));
    }
  }
  return ops::search(call.env, call.options, account_request(call.parsed, "QUERY"), limit);
}

Result<> info_verb(const Call& call)
{
  return ops::info(call.env, call.options, account_request(call.parsed, "CRATE"));
}

struct PublishVerb
{
  std::string_view name;
  Result<> (*run)(const Call& call);
};

constexpr std::array k_publish_verbs = {
    PublishVerb{"package", package_verb},
    PublishVerb{"publish", publish_verb},
    PublishVerb{"login", login_verb},
    PublishVerb{"logout", logout_verb},
    PublishVerb{"owner", owner_verb},
    PublishVerb{"yank", yank_verb},
    PublishVerb{"unyank", unyank_verb},
    PublishVerb{"search", search_verb},
    PublishVerb{"info", info_verb},
};

} // namespace

std::optional<Result<Outcome>>
dispatch_publish(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  const auto verb = std::ranges::find(k_publish_verbs, parsed.verb, &PublishVerb::name);
  if (verb == k_publish_verbs.end()) {
    return std::nullopt;
  }
  auto done = verb->run({env, parsed, options, context});
  return done ? Result<Outcome>(Outcome{}) : Result<Outcome>(fail(std::move(done).error()));
}

} // namespace cargo_wasm::cli
