#include "compiler_facts.hpp"

#include <algorithm>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::link {

std::optional<spec::Version> rustc_version(const exec::InspectedAction& action)
{
  base::Command command = action.command_of(action.action);
  const bool has_wrapper = !command.args.empty() && !command.args.front().starts_with('-'); // sccache, clippy-driver: then rustc itself
  command.args.resize(has_wrapper ? 1 : 0);
  command.args.emplace_back("--version");
  command.inherited_fds.clear();
  base::CapturingSink sink;
  const auto exit = action.env.process.run(command, sink);
  if (!exit || !exit->success()) {
    return std::nullopt;
  }
  const std::vector<std::string_view> words =
      base::split(std::string_view(base::trim(sink.out)), ' '); // rustc 1.88.0 (6b00bc388 2025-06-23)
  const auto version = words.size() < 2 ? Result<spec::Version>(fail(Error())) : spec::parse_version(words[1]);
  return version ? std::optional(*version) : std::nullopt;
}

std::string target_triple(const plan::ActionTemplate& link)
{
  for (const plan::TemplateInput& input : link.inputs) {
    if (input.kind == plan::TemplateInput::Kind::toolchain) {
      const std::string triple = input.text.substr(input.text.find(',') + 1);
      return triple.find('/') == std::string::npos ? triple : base::Path(triple).stem().string(); // a specification's file
    }
  }
  return {};
}

} // namespace cargo_wasm::link
