// `toolchain list`: the compilers of this machine, and which one is used here.
#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/toolchain/installed.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

namespace cargo_wasm::ops {

Result<> toolchain_list(const Env& env, const GlobalOptions& options, bool json)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  CW_TRY_ASSIGN(const auto installed, toolchain::installed_toolchains(env, config->cargo_home()));
  const auto choice = toolchain::select_toolchain(env, *config, {options.plus_toolchain, std::nullopt, {}});
  std::string text;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& toolchain : installed.toolchains) {
    const bool is_chosen = choice && choice->name == toolchain.name;
    text += fmt::format("{} {}{}\n", is_chosen ? '*' : ' ', toolchain.short_name, is_chosen ? " (chosen " + choice->reason + ")" : "");
    list.push_back({{"name", toolchain.name}, {"directory", toolchain.directory.string()}, {"chosen", is_chosen}});
  }
  env.reporter.result(json ? list.dump() + "\n" : text);
  return choice ? Result<>() : fail(choice.error());
}

} // namespace cargo_wasm::ops
