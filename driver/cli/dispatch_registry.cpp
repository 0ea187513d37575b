// `cargo-wasm registry VERB`: one line a verb.
#include "dispatch_registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/ops/registry_verbs.hpp>

#include "dispatch_registry_trust.hpp"

namespace cargo_wasm::cli {

namespace {

Result<Path> one_directory(const Env& env, const std::vector<std::string>& words, std::string_view example)
{
  if (words.size() != 1) {
    return fail(
        Error("CW1205", words.empty() ? "which directory?" : "one directory at a time", Blame::usage).help(fmt::format("`{}`", example)));
  }
  return absolute(env, words.front());
}

std::optional<std::uint64_t> whole_number(const std::string& text, std::uint64_t most)
{
  std::uint64_t number = 0;
  const auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  return wrong != std::errc() || rest != text.data() + text.size() || number > most ? std::nullopt : std::optional(number);
}

std::string text_option(const ParsedArguments& parsed, std::string_view name, std::string otherwise = "")
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::move(otherwise) : *value;
}

Result<Outcome> init(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  CW_TRY_ASSIGN(Path directory, one_directory(env, parsed.all("DIR"), "cargo-wasm registry init DIR --name NAME"));
  ops::RegistryInitRequest request{.directory = std::move(directory),
                                   .name = text_option(parsed, "name"),
                                   .url = text_option(parsed, "url"),
                                   .federation = {},
                                   .signers = paths_of(env, parsed, "sign"),
                                   .is_private = parsed.has("auth-required")};
  if (const auto* const file = parsed.last("federation")) {
    request.federation = absolute(env, *file);
  }
  CW_TRY(ops::registry_init(env, request, key_opening()));
  return Outcome{};
}

Result<Outcome> token(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  const std::vector<std::string>& words = parsed.all("ACTION");
  const auto is = [&](std::string_view action, std::size_t count) { return words.size() == count && words[0] == action; };
  const auto* const file = parsed.last("file");
  const bool is_known = is("create", 2) || is("list", 2) || is("revoke", 3) || is("export", 2) || (is("import", 2) && file != nullptr);
  if (!is_known) {
    return fail(Error("CW1205", "what is to be done with tokens?", Blame::usage)
                    .help("`cargo-wasm registry token create DIR --user NAME`, `list DIR`, `revoke DIR NUMBER`, `export DIR`, `import DIR "
                          "--file FILE`"));
  }
  const Path directory = absolute(env, words[1]);
  if (words[0] != "create") {
    CW_TRY(words[0] == "list"     ? ops::registry_token_list(env, directory)
           : words[0] == "revoke" ? ops::registry_token_revoke(env, directory, words[2])
           : words[0] == "export" ? ops::registry_token_export(env, directory)
                                  : ops::registry_token_import(env, directory, absolute(env, *file)));
    return Outcome{};
  }
  ops::RegistryTokenRequest request{.directory = directory,
                                    .user = text_option(parsed, "user"),
                                    .scopes = parsed.all("scope"),
                                    .crates = text_option(parsed, "crates", "*"),
                                    .days = {}};
  if (const auto* const text = parsed.last("days")) {
    constexpr std::uint64_t k_most_days = 36500;
    request.days = whole_number(*text, k_most_days);
    if (!request.days) {
      return fail(Error("CW1205", fmt::format("`{}` is not a number of days", *text), Blame::usage).help("`--days 90`"));
    }
  }
  CW_TRY(ops::registry_token_create(env, request));
  return Outcome{};
}

Result<Outcome> access(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  const std::vector<std::string>& words = parsed.all("DIR");
  if (words.size() != 2 || (words[1] != "private" && words[1] != "open")) {
    return fail(Error("CW1205", "who may read the registry?", Blame::usage).help("`cargo-wasm registry access DIR private`, or `open`"));
  }
  CW_TRY(ops::registry_access(env, absolute(env, words[0]), words[1] == "private"));
  return Outcome{};
}

Result<Outcome> serve(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  CW_TRY_ASSIGN(Path directory, one_directory(env, parsed.all("DIR"), "cargo-wasm registry serve DIR"));
  ops::RegistryServeRequest request{
      .directory = std::move(directory), .listen = text_option(parsed, "listen", "127.0.0.1:0"), .port_file = {}, .stop = context.stop};
  if (const auto* const file = parsed.last("port-file")) {
    request.port_file = absolute(env, *file);
  }
  if (const auto* const file = parsed.last("tls-cert")) {
    request.tls_certificate = absolute(env, *file);
  }
  if (const auto* const file = parsed.last("tls-key")) {
    request.tls_key = absolute(env, *file);
  }
  if (const auto* const text = parsed.last("publications-per-hour")) {
    constexpr std::uint64_t k_most = 1'000'000'000;
    const std::optional<std::uint64_t> number = whole_number(*text, k_most);
    if (!number) {
      return fail(Error("CW1205", fmt::format("`{}` is not a number of publications", *text), Blame::usage)
                      .help("`--publications-per-hour 2000`; 0 is any number"));
    }
    request.publications_per_hour = static_cast<std::uint32_t>(*number);
  }
  request.notes_uses = !parsed.has("no-usage-log");
  CW_TRY(parsed.has("read-only") ? ops::registry_serve_read_only(env, request) : ops::registry_serve(env, request));
  return Outcome{};
}

Result<Outcome> seal(const Env& env, const ParsedArguments& parsed, const DispatchContext&)
{
  CW_TRY_ASSIGN(const Path directory, one_directory(env, parsed.all("DIR"), "cargo-wasm registry seal DIR"));
  CW_TRY(ops::registry_seal(env, directory));
  return Outcome{};
}

struct RegistryVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed, const DispatchContext& context);
};

constexpr std::array k_registry_verbs = {
    RegistryVerb{"registry init", init},
    RegistryVerb{"registry token", token},
    RegistryVerb{"registry access", access},
    RegistryVerb{"registry serve", serve},
    RegistryVerb{"registry seal", seal},
};

} // namespace

std::optional<Result<Outcome>> dispatch_registry(const Env& env, const ParsedArguments& parsed, const DispatchContext& context)
{
  const auto verb = std::ranges::find(k_registry_verbs, parsed.verb, &RegistryVerb::name);
  if (verb != k_registry_verbs.end()) {
    return verb->run(env, parsed, context);
  }
  auto outcome = dispatch_registry_trust(env, parsed);
  return outcome ? std::move(outcome) : dispatch_mirror(env, parsed, context);
}

} // namespace cargo_wasm::cli
