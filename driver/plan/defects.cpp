#include "defects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/defects.hpp>
#include <cargo_wasm/toolchain/wasm_linker.hpp>

namespace cargo_wasm::plan {

namespace {

using toolchain::Defect;
using toolchain::DefectFacts;

DefectFacts facts_of(const ActionGraphInput& input, const toolchain::CompileKind& kind)
{
  const toolchain::TargetInfo& info = input.platforms.info(kind);
  DefectFacts facts;
  facts.rustc = input.platforms.rustc.version;
  facts.triple = info.triple;
  facts.features = info.cfg_values("target_feature");
  facts.link_args = toolchain::link_arguments(info.rustflags);
  facts.codegen = toolchain::codegen_options(info.rustflags);
  facts.panic = input.graph.base_profile.panic == PanicStrategy::unwind ? "unwind" : "abort";
  for (const Unit& unit : input.graph.units) {
    if (unit.kind == kind) {
      facts.packages.emplace_back(unit.package->id().name(), unit.package->id().version());
    }
  }
  return facts;
}

Error told(const Defect& defect, const DefectFacts& facts, std::string_view code)
{
  Error error{std::string(code), fmt::format("rustc {} for `{}`: {}", spec::to_string(facts.rustc), facts.triple, defect.title)};
  error.blame = Blame::environment;
  error.notes.push_back(defect.effect);
  if (!defect.evidence.empty()) {
    error.notes.push_back("known as " + base::join(defect.evidence, ", "));
  }
  error.helps = defect.helps;
  return error;
}

Result<> check_ignored(const std::vector<Defect>& defects, const std::vector<std::string>& ignored)
{
  std::vector<std::string> known;
  for (const Defect& defect : defects) {
    known.push_back(defect.id);
  }
  for (const std::string& id : ignored) {
    if (std::ranges::find(known, id) == known.end()) {
      Error error("CW0903", fmt::format("there is no toolchain defect `{}`", id), Blame::usage);
      if (const auto near = base::nearest(id, known)) {
        error.helps.push_back(fmt::format("did you mean `{}`?", *near));
      }
      return fail(std::move(error));
    }
  }
  return {};
}

} // namespace

bool is_given(const std::vector<std::string>& given, std::string_view argument)
{
  const std::string_view name = argument.starts_with("--export=") ? argument : argument.substr(0, argument.find('='));
  return std::ranges::any_of(given, [&](const std::string& one) {
    return one == argument || (name != argument && (one == name || one.starts_with(fmt::format("{}=", name))));
  });
}

Result<DefectDecisions> consider_defects(const Env& env, const ActionGraphInput& input, const BuildRequest& request)
{
  DefectDecisions decisions;
  const base::Path user_directory = input.config.cargo_home() / "cargo-wasm" / "toolchain-defects";
  CW_TRY_ASSIGN(const std::vector<Defect> defects, toolchain::load_defects(env.fs, user_directory));
  CW_TRY(check_ignored(defects, request.ignored_defects));
  for (const toolchain::CompileKind& kind : request.kinds) {
    if (!input.platforms.triple(kind).starts_with("wasm")) {
      continue;
    }
    const DefectFacts facts = facts_of(input, kind);
    for (const Defect& defect : defects) {
      const bool is_ignored = std::ranges::find(request.ignored_defects, defect.id) != request.ignored_defects.end();
      if (is_ignored || !toolchain::applies(defect, facts)) {
        continue;
      }
      if (defect.action == Defect::Action::refuse && !request.strict_cargo) {
        return fail(told(defect, facts, "CW0901").help(fmt::format("`--ignore-defect {}` builds nevertheless", defect.id)));
      }
      if (defect.action == Defect::Action::check_imports && !request.strict_cargo) {
        decisions.check_imports.insert(kind);
        continue;
      }
      if (defect.action != Defect::Action::set) {
        env.reporter.warning(told(defect, facts, "CW0902").help(fmt::format("`--ignore-defect {}` silences this", defect.id)));
        continue;
      }
      for (const std::string& argument : defect.set_link_args) {
        if (!request.strict_cargo && !is_given(facts.link_args, argument)) {
          decisions.link_args[kind].push_back({argument, defect.id});
        }
      }
    }
  }
  return decisions;
}

} // namespace cargo_wasm::plan
