// `toolchain probe`: everything that a build asks of its compiler, and where the answers are kept.
#include <cargo_wasm/ops/verbs.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>

#include "toolchain_json.hpp"

namespace cargo_wasm::ops {

namespace {

std::string program_text(const Path& program, const std::string& version)
{
  return fmt::format("{} ({})", program.string(), version.empty() ? "it does not say its version" : version);
}

std::string files_text(const toolchain::TargetInfo& info)
{
  std::vector<std::string> files;
  for (const auto& [type, pattern] : info.file_patterns) {
    files.push_back(fmt::format("{} {}NAME{}", manifest::to_string(type), pattern.prefix, pattern.suffix));
  }
  return base::join(files, ", ");
}

std::string target_text(const toolchain::WasmTargetFacts& target)
{
  std::string text = fmt::format("\n{}\n", target.triple);
  text += fmt::format("  std        {}\n", target.has_std ? "installed" : "not installed");
  if (!target.problem.empty()) {
    return text + labelled("  problem    ", target.problem);
  }
  text += labelled("  features   ", target.default_features.empty() ? "none" : base::join(target.default_features, ", "));
  if (!target.info->rustflags.empty()) {
    text += labelled("  flags      ", base::join(target.info->rustflags, " "));
  }
  if (const auto& linker = target.info->wasm_linker) {
    text += fmt::format("  linker     {}\n", program_text(linker->program, target.linker_version));
    if (linker->wasm_ld != linker->program) {
      text += fmt::format("  wasm-ld    {}\n", program_text(linker->wasm_ld, target.wasm_ld_version));
    }
  } else {
    text += "  linker     not found\n";
  }
  return text + labelled("  files      ", files_text(*target.info));
}

std::string defect_lines(const std::vector<toolchain::Defect>& defects)
{
  std::string text = "\nknown defects\n";
  for (const auto& defect : defects) {
    text += labelled(
        fmt::format("  {}: ", defect.id),
        fmt::format(
            "{} ({}{})", defect.title, base::join(defect.targets, ", "), toolchain::has_conditions(defect) ? "; not in every build" : ""));
  }
  return text;
}

} // namespace

Result<> toolchain_probe(const Env& env, const GlobalOptions& options, bool json)
{
  CW_TRY_ASSIGN(const auto here, look_here(env, options));
  CW_TRY_ASSIGN(const auto choice, toolchain::select_toolchain(env, *here.config, here.wish));
  CW_TRY_ASSIGN(const auto facts,
                toolchain::describe_toolchain(env, *here.config, choice, toolchain_cache_directory(env), toolchain::Detail::whole));
  std::vector<std::string> triples = facts.triples(true);
  const auto without = facts.triples(false);
  triples.insert(triples.end(), without.begin(), without.end());
  CW_TRY_ASSIGN(const auto defects, defects_of(env, *here.config, facts.rustc.version, triples));
  if (json) {
    nlohmann::ordered_json all = {{"format", 1}, {"chosen", choice_json(choice)}};
    all.update(probe_json(facts, defects));
    env.reporter.result(all.dump(2) + "\n");
    return {};
  }
  const auto& rustc = facts.rustc;
  const auto known = [](const std::string& text) { return text.empty() ? std::string("not known") : text; };
  std::string text = fmt::format("toolchain    {}\n", choice.name.value_or("none of rustup's"));
  text += fmt::format("chosen       {}\n", reason_text(choice));
  text += fmt::format("rustc        {}\n", choice.rustc.string());
  text += fmt::format("version      {}\n", spec::to_string(rustc.version));
  text += fmt::format("commit       {}\n", known(rustc.commit_hash));
  text += fmt::format("host         {}\n", rustc.host);
  text += fmt::format("LLVM         {}\n", known(rustc.llvm_version));
  text += fmt::format("sysroot      {}\n", rustc.sysroot.string());
  text += fmt::format("identity     {} (path, size and time of rustc and its library, and of wrappers)\n", rustc.identity);
  text += fmt::format("cached in    {}\n", facts.cache_file.string());
  if (here.workspace) {
    text += fmt::format("for builds   {}\n", rustc_cache_places(env, *here.workspace).of_project.string());
  }
  for (const auto& target : facts.targets) {
    text += target_text(target);
  }
  if (!defects.empty()) {
    text += defect_lines(defects);
  }
  env.reporter.result(text);
  return {};
}

} // namespace cargo_wasm::ops
