// `cargo-wasm toolchain VERB`: one line a verb.
#include "dispatch_toolchain.hpp"

#include <algorithm>
#include <array>

#include <cargo_wasm/ops/verbs.hpp>

namespace cargo_wasm::cli {

namespace {

using ops::GlobalOptions;

Result<Outcome> list_toolchains(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext&)
{
  CW_TRY(ops::toolchain_list(env, options, parsed.has("json")));
  return Outcome{};
}

struct ToolchainVerb
{
  std::string_view name; ///< as in the option table
  Result<Outcome> (*run)(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context);
};

constexpr std::array k_toolchain_verbs = {
    ToolchainVerb{"toolchain list", list_toolchains},
};

} // namespace

std::optional<Result<Outcome>>
dispatch_toolchain(const Env& env, const ParsedArguments& parsed, const GlobalOptions& options, const DispatchContext& context)
{
  const auto verb = std::ranges::find(k_toolchain_verbs, parsed.verb, &ToolchainVerb::name);
  return verb == k_toolchain_verbs.end() ? std::nullopt : std::optional(verb->run(env, parsed, options, context));
}

} // namespace cargo_wasm::cli
