#include "toolchain_here.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::ops {

Result<Here> look_here(const Env& env, const GlobalOptions& options)
{
  Here here;
  CW_TRY_ASSIGN(here.config, manifest::Config::load(env, options.config));
  here.wish.plus = options.plus_toolchain;
  auto workspace = manifest::load_workspace(env, *here.config, options.workspace);
  if (!workspace) {
    if (workspace.error().id == "CW0151") {
      return here;
    }
    return fail(std::move(workspace).error());
  }
  here.workspace = std::move(*workspace);
  CW_TRY_ASSIGN(here.wish, wanted_toolchain(env, *here.workspace, options, {}));
  return here;
}

std::string reason_text(const toolchain::ToolchainChoice& choice)
{
  return choice.where ? fmt::format("{}, line {}", choice.reason, choice.where->line) : choice.reason;
}

Result<std::vector<toolchain::Defect>>
defects_of(const Env& env, const manifest::Config& config, const spec::Version& rustc, const std::vector<std::string>& triples)
{
  CW_TRY_ASSIGN(auto defects, toolchain::load_defects(env.fs, config.cargo_home() / "cargo-wasm" / "toolchain-defects"));
  std::erase_if(defects, [&](const toolchain::Defect& defect) { return !toolchain::touches(defect, rustc, triples); });
  return defects;
}

std::string defects_text(const std::vector<toolchain::Defect>& defects)
{
  std::vector<std::string> names;
  for (const auto& defect : defects) {
    const bool is_everywhere = defect.targets.empty() || std::ranges::any_of(defect.targets, [](const std::string& pattern) {
                                 return pattern == "wasm*" || pattern == "wasm32-*";
                               });
    names.push_back(is_everywhere ? defect.id : fmt::format("{} ({})", defect.id, base::join(defect.targets, ", ")));
  }
  return base::join(names, ", ");
}

std::string labelled(std::string_view label, std::string_view text)
{
  constexpr std::size_t k_width = 100;
  std::string out(label);
  std::size_t column = label.size();
  bool begins = true;
  for (const std::string_view word : base::split(text, ' ')) {
    if (!begins && column + 1 + word.size() > k_width) {
      out += '\n';
      out.append(label.size(), ' ');
      column = label.size();
      begins = true;
    }
    out += begins ? "" : " ";
    out += word;
    column += word.size() + (begins ? 0 : 1);
    begins = false;
  }
  return out + '\n';
}

} // namespace cargo_wasm::ops
