#include "toolchain_json.hpp"

#include <nlohmann/json.hpp>

namespace cargo_wasm::ops {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text)
{
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string_view kind_text(toolchain::WasmLinker::Kind kind)
{
  switch (kind) {
  case toolchain::WasmLinker::Kind::wasm_ld:
    return "wasm-ld";
  case toolchain::WasmLinker::Kind::component_ld:
    return "wasm-component-ld";
  case toolchain::WasmLinker::Kind::compiler_driver:
    return "compiler-driver";
  }
  return "";
}

Json linker_json(const std::optional<toolchain::WasmLinker>& linker, const std::string& version, const std::string& wasm_ld_version)
{
  if (!linker) {
    return nullptr;
  }
  const bool is_one = linker->wasm_ld == linker->program;
  return {{"kind", kind_text(linker->kind)},
          {"program", linker->program.string()},
          {"version", text_or_null(version)},
          {"wasm-ld", linker->wasm_ld.string()},
          {"wasm-ld-version", text_or_null(is_one ? version : wasm_ld_version)}};
}

Json defects_json(const std::vector<toolchain::Defect>& defects)
{
  Json list = Json::array();
  for (const auto& defect : defects) {
    list.push_back(
        {{"id", defect.id}, {"title", defect.title}, {"targets", defect.targets}, {"conditional", toolchain::has_conditions(defect)}});
  }
  return list;
}

Json target_json(const toolchain::WasmTargetFacts& target)
{
  Json files = Json::object();
  Json flags = Json::array();
  Json linker = nullptr;
  if (target.info) {
    for (const auto& [type, pattern] : target.info->file_patterns) {
      files[std::string(manifest::to_string(type))] = {{"prefix", pattern.prefix}, {"suffix", pattern.suffix}};
    }
    flags = target.info->rustflags;
    linker = linker_json(target.info->wasm_linker, target.linker_version, target.wasm_ld_version);
  }
  return {{"triple", target.triple},
          {"std", target.has_std},
          {"features", target.default_features},
          {"flags", std::move(flags)},
          {"linker", std::move(linker)},
          {"files", std::move(files)},
          {"problem", text_or_null(target.problem)}};
}

} // namespace

Json choice_json(const toolchain::ToolchainChoice& choice)
{
  Json where = nullptr;
  if (choice.where) {
    where = {{"file", choice.where->file.string()}, {"line", choice.where->line}, {"column", choice.where->column}};
  }
  return {{"name", choice.name ? Json(*choice.name) : Json(nullptr)},
          {"rustc", choice.rustc.string()},
          {"reason", choice.reason},
          {"where", std::move(where)}};
}

Json toolchain_json(const toolchain::ToolchainFacts& facts, const std::vector<toolchain::Defect>& defects)
{
  const auto& rustc = facts.rustc;
  return {{"version", spec::to_string(rustc.version)},
          {"commit", text_or_null(rustc.commit_hash)},
          {"host", rustc.host},
          {"llvm", text_or_null(rustc.llvm_version)},
          {"sysroot", rustc.sysroot.string()},
          {"identity", rustc.identity},
          {"cache", facts.cache_file.string()},
          {"targets-with-std", facts.triples(true)},
          {"targets-without-std", facts.triples(false)},
          {"linker", linker_json(facts.linker, facts.linker_version, {})},
          {"defects", defects_json(defects)}};
}

Json probe_json(const toolchain::ToolchainFacts& facts, const std::vector<toolchain::Defect>& defects)
{
  Json json = toolchain_json(facts, defects);
  Json targets = Json::array();
  for (const auto& target : facts.targets) {
    targets.push_back(target_json(target));
  }
  json["targets"] = std::move(targets);
  return json;
}

} // namespace cargo_wasm::ops
