// The verbs of `cargo-wasm module` that have to do with pages.
#include "dispatch_page.hpp"

#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::cli {

namespace {

using std::chrono::milliseconds;

/// The whole of `text` as a number of this type.
template <class T> std::optional<T> number_of(std::string_view text)
{
  T number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Result<Path> the_one(const Env& env, const ParsedArguments& parsed, std::string_view what, std::string_view noun)
{
  const auto& words = parsed.all(what);
  if (words.size() == 1) {
    return absolute(env, words.front());
  }
  return fail(Error("CW0782", words.empty() ? fmt::format("which {}?", noun) : fmt::format("one {} at a time", noun), Blame::usage)
                  .help(fmt::format("`cargo-wasm {} {}`{}",
                                    parsed.verb,
                                    what == "DIR" ? "www" : "app.wasm",
                                    words.empty() ? "" : "; what is for the program stands behind `--`")));
}

std::optional<Path> path_of(const Env& env, const ParsedArguments& parsed, std::string_view name)
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::nullopt : std::optional(absolute(env, *value));
}

Result<Outcome>
browse_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  browser::BrowseRequest request;
  CW_TRY_ASSIGN(request.module, the_one(env, parsed, "FILE", "module"));
  request.bindings = path_of(env, parsed, "bindings");
  request.page = path_of(env, parsed, "page");
  if (const auto* open = parsed.last("open")) {
    request.open = *open;
  }
  if (request.page && request.open) {
    return fail(Error("CW0783", "`--page` and `--open` exclude one another", Blame::usage)
                    .help("the one takes a file, the other an address in the directory that is served"));
  }
  request.stays = parsed.has("stay");
  request.arguments = parsed.trailing;
  CW_TRY_ASSIGN(request.longest, time_limit_of(parsed));
  CW_TRY_ASSIGN(request.memory_bytes, memory_limit_of(parsed));
  request.stop = context.stop;
  CW_TRY_ASSIGN(const int status, ops::module_browse(env, options, std::move(request)));
  return Outcome{status, std::nullopt};
}

Result<Outcome>
bindgen_test_verb(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  browser::SuiteRequest request;
  CW_TRY_ASSIGN(request.module, the_one(env, parsed, "FILE", "test program"));
  const auto bindings = path_of(env, parsed, "bindings");
  if (!bindings) {
    return fail(Error("CW0782", "which bindings?", Blame::usage)
                    .help("`--bindings DIR`: what `cargo-wasm module bindgen` made of the test program"));
  }
  request.bindings = *bindings;
  if (const auto* host = parsed.last("host")) {
    request.host = *host;
  }
  request.arguments = parsed.trailing;
  CW_TRY_ASSIGN(request.longest, time_limit_of(parsed));
  CW_TRY_ASSIGN(request.memory_bytes, memory_limit_of(parsed));
  request.stop = context.stop;
  CW_TRY_ASSIGN(const int status, ops::module_bindgen_test(env, options, std::move(request)));
  return Outcome{status, std::nullopt};
}

Result<Outcome> time_limit_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(const auto longest, time_limit_of(parsed));
  if (!longest || parsed.trailing.empty()) {
    return fail(Error("CW0782", longest ? "which program?" : "how long?", Blame::usage)
                    .help("`cargo-wasm module time-limit --timeout 5 -- node app.js`"));
  }
  ops::TimeLimitRequest request;
  request.command = parsed.trailing;
  const auto* const shown = parsed.last("shown");
  request.shown = shown == nullptr ? Path(request.command.front()).filename().native() : *shown;
  request.longest = *longest;
  request.stop = context.stop;
  CW_TRY_ASSIGN(const int status, ops::module_time_limit(env, request));
  return Outcome{status, std::nullopt};
}

Result<Outcome> memory_limit_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  ops::MemoryLimitRequest request;
  CW_TRY_ASSIGN(request.module, the_one(env, parsed, "FILE", "module"));
  CW_TRY_ASSIGN(const auto bytes, memory_limit_of(parsed));
  if (!bytes || parsed.trailing.empty()) {
    return fail(Error("CW0782", bytes ? "which program?" : "how much memory?", Blame::usage)
                    .help("`cargo-wasm module memory-limit app.wasm --max-memory 64MiB -- wazero run app.wasm`"));
  }
  request.memory_bytes = *bytes;
  request.command = parsed.trailing;
  request.stop = context.stop;
  CW_TRY_ASSIGN(const int status, ops::module_memory_limit(env, request));
  return Outcome{status, std::nullopt};
}

Result<Outcome> serve_verb(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  ops::ModuleServeRequest request;
  CW_TRY_ASSIGN(request.directory, the_one(env, parsed, "DIR", "directory"));
  if (const auto* text = parsed.last("port")) {
    const auto port = number_of<std::uint16_t>(*text);
    if (!port) {
      return fail(Error("CW0782", fmt::format("`--port {}` is no port", *text), Blame::usage).help("ports are numbers up to 65535"));
    }
    request.port = *port;
  }
  request.stop = context.stop;
  CW_TRY(ops::module_serve(env, request));
  return Outcome{};
}

} // namespace

std::optional<Result<Outcome>>
dispatch_page(const Env& env, const ParsedArguments& parsed, const ops::GlobalOptions& options, const DispatchContext& context)
{
  if (parsed.verb == "module browse") {
    return browse_verb(env, parsed, options, context);
  }
  if (parsed.verb == "module bindgen-test") {
    return bindgen_test_verb(env, parsed, options, context);
  }
  if (parsed.verb == "module time-limit") {
    return time_limit_verb(env, parsed, context);
  }
  if (parsed.verb == "module memory-limit") {
    return memory_limit_verb(env, parsed, context);
  }
  if (parsed.verb == "module serve") {
    return serve_verb(env, parsed, context);
  }
  return std::nullopt;
}

} // namespace cargo_wasm::cli
