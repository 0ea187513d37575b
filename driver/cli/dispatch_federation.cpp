// `cargo-wasm registry add | remove | status | proxy`: one line a verb.
#include "dispatch_federation.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/ops/federation_verbs.hpp>

namespace cargo_wasm::cli {

namespace {

using ops::GlobalOptions;

Result<std::string> one_word(const ParsedArguments& parsed, std::string_view option, std::string_view question, std::string_view example)
{
  const std::vector<std::string>& words = parsed.all(option);
  if (words.size() != 1) {
    return fail(Error("CW1104", words.empty() ? std::string(question) : "one at a time", Blame::usage).help(fmt::format("`{}`", example)));
  }
  return words.front();
}

std::optional<std::string> option_given(const ParsedArguments& parsed, std::string_view name)
{
  const auto* const value = parsed.last(name);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

Result<Outcome> add_registry(const Env& env, const ParsedArguments& parsed, const DispatchContext&, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(std::string url, one_word(parsed, "URL", "which registry?", "cargo-wasm registry add https://registry.example/ --key KEY"));
  CW_TRY(ops::registry_add(env,
                           options,
                           {.url = std::move(url),
                            .key = option_given(parsed, "key"),
                            .root = option_given(parsed, "root"),
                            .trust_on_first_use = parsed.has("trust-on-first-use")}));
  return Outcome{};
}

Result<Outcome> remove_registry(const Env& env, const ParsedArguments& parsed, const DispatchContext&, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(const std::string name, one_word(parsed, "NAME", "which registry?", "cargo-wasm registry remove NAME"));
  CW_TRY(ops::registry_remove(env, options, name));
  return Outcome{};
}

Result<Outcome> registry_state(const Env& env, const ParsedArguments& parsed, const DispatchContext&, const GlobalOptions& options)
{
  CW_TRY(ops::registry_status(env, options, {.names = parsed.all("NAME"), .json = parsed.has("json")}));
  return Outcome{};
}

Result<Outcome> downloads(const Env& env, const ParsedArguments& parsed, const DispatchContext&, const GlobalOptions& options)
{
  CW_TRY(ops::registry_downloads(env, options, parsed.has("json")));
  return Outcome{};
}

Result<Outcome> proxy(const Env& env, const ParsedArguments& parsed, const DispatchContext& context, const GlobalOptions& options)
{
  CW_TRY_ASSIGN(std::string name, one_word(parsed, "NAME", "which registry?", "cargo-wasm registry proxy NAME"));
  ops::RegistryProxyRequest request{
      .name = std::move(name), .listen = option_given(parsed, "listen").value_or("127.0.0.1:0"), .port_file = {}, .stop = context.stop};
  if (const auto file = option_given(parsed, "port-file")) {
    request.port_file = absolute(env, *file);
  }
  CW_TRY(ops::registry_proxy(env, options, request));
  return Outcome{};
}

struct FederationVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed, const DispatchContext& context, const GlobalOptions& options);
};

constexpr std::array k_federation_verbs = {
    FederationVerb{"registry add", add_registry},
    FederationVerb{"registry remove", remove_registry},
    FederationVerb{"registry status", registry_state},
    FederationVerb{"registry downloads", downloads},
    FederationVerb{"registry proxy", proxy},
};

} // namespace

std::optional<Result<Outcome>>
dispatch_federation(const Env& env, const ParsedArguments& parsed, const DispatchContext& context, const GlobalOptions& options)
{
  const auto verb = std::ranges::find(k_federation_verbs, parsed.verb, &FederationVerb::name);
  return verb == k_federation_verbs.end() ? std::nullopt : std::optional(verb->run(env, parsed, context, options));
}

} // namespace cargo_wasm::cli
