// `toolchain list`: the compilers of this machine, and which one is used here.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/installed.hpp>

#include "toolchain_json.hpp"

namespace cargo_wasm::ops {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view k_indent = "      ";

/// One entry of the list, rustup's or the compiler that is used without rustup.
struct Entry
{
  std::string name;
  toolchain::ToolchainChoice choice; ///< as if it had been chosen
  std::optional<Path> alias;
  bool is_chosen = false;
};

std::string facts_text(const toolchain::ToolchainFacts& facts, const std::vector<toolchain::Defect>& defects)
{
  const auto field = [](std::string_view label, std::string_view text) { return labelled(fmt::format("{}{} ", k_indent, label), text); };
  const auto with = facts.triples(true), without = facts.triples(false);
  std::string text = fmt::format("{}rustc {}", k_indent, spec::to_string(facts.rustc.version));
  text += facts.rustc.llvm_version.empty() ? "\n" : fmt::format(", LLVM {}\n", facts.rustc.llvm_version);
  text += field("std for", with.empty() ? "no wasm target" : base::join(with, ", "));
  if (!without.empty()) {
    text += field("no std for", base::join(without, ", "));
  }
  text += facts.linker ? fmt::format("{}linker {}{}\n",
                                     k_indent,
                                     facts.linker->program.filename().string(),
                                     facts.linker_version.empty() ? "" : fmt::format(", {}", facts.linker_version))
                       : fmt::format("{}no linker for wasm\n", k_indent);
  for (const bool is_conditional : {false, true}) {
    auto some = defects;
    std::erase_if(some, [&](const auto& defect) { return toolchain::has_conditions(defect) != is_conditional; });
    if (!some.empty()) {
      text += field(is_conditional ? "defects of some builds:" : "known defects:", defects_text(some));
    }
  }
  return text;
}

std::vector<Entry> entries_of(const toolchain::InstalledToolchains& installed, const Result<toolchain::ToolchainChoice>& choice)
{
  std::vector<Entry> entries;
  bool is_listed = false;
  for (const auto& toolchain : installed.toolchains) {
    Entry entry{toolchain.short_name, {}, toolchain.alias, choice && choice->name == toolchain.name};
    entry.choice.rustc = toolchain.directory / "bin" / "rustc";
    entry.choice.name = toolchain.name;
    is_listed = is_listed || entry.is_chosen;
    entries.push_back(std::move(entry));
  }
  if (choice && !is_listed) {
    entries.push_back({choice->rustc.string(), *choice, std::nullopt, true});
  }
  return entries;
}

} // namespace

Result<> toolchain_list(const Env& env, const GlobalOptions& options, bool json)
{
  CW_TRY_ASSIGN(const auto here, look_here(env, options));
  CW_TRY_ASSIGN(const auto installed, toolchain::installed_toolchains(env, here.config->cargo_home()));
  const auto choice = toolchain::select_toolchain(env, *here.config, here.wish);
  std::string text;
  Json list = Json::array();
  for (const Entry& entry : entries_of(installed, choice)) {
    std::string line = fmt::format("{} {}", entry.is_chosen ? '*' : ' ', entry.name);
    line += entry.alias ? fmt::format(" (a link to {})", entry.alias->string()) : "";
    line += entry.is_chosen ? fmt::format(" (chosen {})", reason_text(*choice)) : "";
    text += line + '\n';
    Json item = {{"name", entry.choice.name ? Json(*entry.choice.name) : Json(nullptr)},
                 {"rustc", entry.choice.rustc.string()},
                 {"link-to", entry.alias ? Json(entry.alias->string()) : Json(nullptr)},
                 {"chosen", entry.is_chosen},
                 {"problem", nullptr}};
    const auto facts =
        toolchain::describe_toolchain(env, *here.config, entry.choice, toolchain_cache_directory(env), toolchain::Detail::brief);
    if (facts) {
      CW_TRY_ASSIGN(const auto defects, defects_of(env, *here.config, facts->rustc.version, facts->triples(true)));
      text += facts_text(*facts, defects);
      item.update(toolchain_json(*facts, defects));
    } else {
      text += labelled(fmt::format("{}unusable: ", k_indent), facts.error().message);
      item["problem"] = facts.error().message;
    }
    list.push_back(std::move(item));
  }
  if (json) {
    const Json all = {{"format", 1},
                      {"rustup", installed.rustup ? Json(installed.rustup->string()) : Json(nullptr)},
                      {"chosen", choice ? choice_json(*choice) : Json(nullptr)},
                      {"toolchains", std::move(list)}};
    env.reporter.result(all.dump(2) + "\n");
  } else {
    env.reporter.result(text.empty() ? "no toolchain is installed\n" : text);
  }
  return choice ? Result<>() : fail(choice.error());
}

} // namespace cargo_wasm::ops
