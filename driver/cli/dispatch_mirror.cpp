// Verbs of `registry` that read a registry's own files: one line a verb.
#include "dispatch_registry.hpp"
#include "dispatch_registry_trust.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/ops/mirror_verbs.hpp>

namespace cargo_wasm::cli {

namespace {

std::string text_or_empty(const ParsedArguments& parsed, std::string_view name)
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::string() : *value;
}

std::optional<std::string> given(const ParsedArguments& parsed, std::string_view name)
{
  return parsed.has(name) ? std::optional(text_or_empty(parsed, name)) : std::nullopt;
}

Result<Path> only_directory(const Env& env, const ParsedArguments& parsed)
{
  const std::vector<std::string>& words = parsed.all("DIR");
  if (words.size() != 1) {
    return fail(Error("CW1255", words.empty() ? "which directory?" : "one directory at a time", Blame::usage)
                    .help(fmt::format("`cargo-wasm {} DIR`", parsed.verb)));
  }
  return absolute(env, words.front());
}

Result<std::optional<std::uint64_t>> number_option(const ParsedArguments& parsed, std::string_view name, std::uint64_t least)
{
  const auto* const text = parsed.last(name);
  if (text == nullptr) {
    return std::optional<std::uint64_t>();
  }
  std::uint64_t number = 0;
  const auto [rest, wrong] = std::from_chars(text->data(), text->data() + text->size(), number);
  constexpr std::uint64_t k_most = 1'000'000'000;
  if (wrong != std::errc() || rest != text->data() + text->size() || number < least || number > k_most) {
    return fail(Error("CW1255", fmt::format("`--{}` is a whole number from {} on", name, least), Blame::usage)
                    .note(fmt::format("here it is `{}`", *text)));
  }
  return std::optional(number);
}

Result<Outcome> sync(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  ops::RegistrySyncRequest request;
  CW_TRY_ASSIGN(request.directory, only_directory(env, parsed));
  request.from = text_or_empty(parsed, "from");
  request.url = text_or_empty(parsed, "url");
  request.root = given(parsed, "root");
  request.key = given(parsed, "key");
  request.trust_first = parsed.has("trust-first");
  request.repair = parsed.has("repair");
  CW_TRY_ASSIGN(const std::optional<std::uint64_t> every, number_option(parsed, "every", 1));
  if (every) {
    request.every = std::chrono::seconds(*every);
  }
  request.config_arguments = parsed.all("config");
  request.stop = context.stop;
  CW_TRY(ops::registry_sync(env, request));
  return Outcome{};
}

Result<Outcome> mirror(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  if (!parsed.has("to")) {
    return fail(Error("CW1127", "where is the mirror to be?", Blame::usage)
                    .help("`cargo-wasm registry mirror --from crates.io --lock Cargo.lock --to DIR --url URL`"));
  }
  CW_TRY(ops::registry_mirror(env,
                              {.directory = absolute(env, text_or_empty(parsed, "to")),
                               .from = text_or_empty(parsed, "from"),
                               .url = text_or_empty(parsed, "url"),
                               .locks = paths_of(env, parsed, "lock"),
                               .config_arguments = parsed.all("config")}));
  return Outcome{};
}

Result<Outcome> fsck(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  CW_TRY_ASSIGN(Path directory, only_directory(env, parsed));
  CW_TRY(ops::registry_fsck(env, {.directory = std::move(directory), .key = given(parsed, "key"), .json = parsed.has("json")}));
  return Outcome{};
}

Result<Outcome> gc(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  CW_TRY_ASSIGN(Path directory, only_directory(env, parsed));
  CW_TRY(ops::registry_gc(env, {.directory = std::move(directory), .remove = parsed.has("delete")}));
  return Outcome{};
}

Result<Outcome> monitor(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  ops::RegistryMonitorRequest request;
  request.mirrors = parsed.all("mirror");
  request.witnesses = parsed.all("witness");
  request.watched = parsed.all("PLACE");
  request.root = given(parsed, "root");
  request.key = given(parsed, "key");
  request.config_arguments = parsed.all("config");
  request.stop = context.stop;
  if (!parsed.has("state")) {
    return fail(Error("CW1255", "where is the newest checkpoint to be kept?", Blame::usage)
                    .help("`--state DIR`: what was seen before is what mirrors are compared with"));
  }
  request.state = absolute(env, text_or_empty(parsed, "state"));
  CW_TRY_ASSIGN(const std::optional<std::uint64_t> every, number_option(parsed, "every", 1));
  if (every) {
    request.every = std::chrono::seconds(*every);
  }
  CW_TRY(ops::registry_monitor(env, request));
  return Outcome{};
}

Result<Outcome> audit(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  if (parsed.has("monitor")) {
    return monitor(env, parsed, context);
  }
  const std::vector<std::string>& words = parsed.all("PLACE");
  if (words.empty() || words.size() > 2) {
    return fail(Error("CW1255", words.empty() ? "which registry?" : "one crate at a time", Blame::usage)
                    .help("`cargo-wasm registry audit DIR|URL [CRATE]`"));
  }
  CW_TRY(ops::registry_audit(env,
                             {.place = words[0],
                              .crate = words.size() == 2 ? std::optional(words[1]) : std::nullopt,
                              .root = given(parsed, "root"),
                              .key = given(parsed, "key"),
                              .json = parsed.has("json"),
                              .usage = parsed.has("usage"),
                              .config_arguments = parsed.all("config")}));
  return Outcome{};
}

Result<Outcome> witness(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  const std::vector<std::string>& words = parsed.all("DIR");
  if (words.size() == 2 && words[0] == "init") {
    CW_TRY(ops::registry_witness_init(env, absolute(env, words[1]), text_or_empty(parsed, "name")));
    return Outcome{};
  }
  ops::RegistryWitnessRequest request;
  CW_TRY_ASSIGN(request.directory, only_directory(env, parsed));
  request.logs = parsed.all("log");
  request.listen = given(parsed, "listen").value_or(request.listen);
  if (parsed.has("port-file")) {
    request.port_file = absolute(env, text_or_empty(parsed, "port-file"));
  }
  request.stop = context.stop;
  CW_TRY(ops::registry_witness(env, request));
  return Outcome{};
}

struct MirrorVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed, const DispatchContext& context);
};

constexpr std::array k_mirror_verbs = {
    MirrorVerb{"registry sync", sync},
    MirrorVerb{"registry mirror", mirror},
    MirrorVerb{"registry fsck", fsck},
    MirrorVerb{"registry gc", gc},
    MirrorVerb{"registry audit", audit},
    MirrorVerb{"registry witness", witness},
};

} // namespace

std::optional<Result<Outcome>> dispatch_mirror(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  const auto verb = std::ranges::find(k_mirror_verbs, parsed.verb, &MirrorVerb::name);
  return verb == k_mirror_verbs.end() ? std::nullopt : std::optional(verb->run(env, parsed, context));
}

} // namespace cargo_wasm::cli
