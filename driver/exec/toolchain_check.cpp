#include "toolchain_check.hpp"

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/exec/toolchain_digest.hpp>

namespace cargo_wasm::exec {

std::vector<std::string> triples_of(std::string_view text)
{
  std::vector<std::string> triples;
  for (const std::string_view triple : base::split(text, ',')) {
    if (!triple.empty()) {
      triples.emplace_back(triple);
    }
  }
  return triples;
}

Result<std::optional<base::Path>> changed_toolchain(const Context& context, const plan::ActionTemplate& tmpl, const SealInput& input)
{
  for (const plan::TemplateInput& item : tmpl.inputs) {
    const auto then = input.platform.find("toolchain");
    if (item.kind == plan::TemplateInput::Kind::toolchain && then != input.platform.end()) {
      CW_TRY_ASSIGN(const std::string now, toolchain_identity(context.env.fs, item.path, triples_of(item.text)));
      if (now != then->second) {
        return item.path;
      }
    }
  }
  return std::nullopt;
}

Error toolchain_changed(const base::Path& toolchain)
{
  return Error("CW1145", "the compiler was changed during this build", Blame::environment)
      .note(fmt::format("files of `{}` are no longer those that the build began with", toolchain.string()))
      .help("results since then are kept for nobody; build again");
}

} // namespace cargo_wasm::exec
