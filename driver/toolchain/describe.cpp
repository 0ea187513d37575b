#include <cargo_wasm/toolchain/describe.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/tool.hpp>

#include "ask_rustc.hpp"

namespace cargo_wasm::toolchain {
namespace {

constexpr std::string_view k_plain_target = "wasm32-unknown-unknown";

class Describer
{
public:
  Describer(const Env& env, const manifest::Config& config, const RustcInfo& rustc, RustcCache& cache)
      : m_env(env), m_config(config), m_rustc(rustc), m_cache(cache)
  {
  }

  Result<std::vector<std::string>> wasm_triples() const
  {
    CW_TRY_ASSIGN(const auto answer, ask({"--print=target-list"}));
    std::vector<std::string> triples;
    for (const std::string_view line : base::split(answer.out, '\n')) {
      if (line.starts_with("wasm")) {
        triples.emplace_back(base::trim(line));
      }
    }
    std::ranges::sort(triples);
    return triples;
  }

  Result<> describe(WasmTargetFacts& facts) const
  {
    CW_TRY_ASSIGN(facts.default_features, default_features(facts.triple));
    const CompileKind kind = CompileKind::target(facts.triple);
    const std::vector<CompileKind> kinds = {kind};
    std::vector<std::string> warnings;
    auto info = probe_target(m_env, m_config, m_rustc, kind, kinds, m_cache, warnings);
    if (!info) {
      facts.problem = info.error().message;
      return {};
    }
    if (info->wasm_linker) {
      facts.linker_version = version_of(info->wasm_linker->program);
      if (info->wasm_linker->wasm_ld != info->wasm_linker->program) {
        facts.wasm_ld_version = version_of(info->wasm_linker->wasm_ld);
      }
    }
    facts.info = std::move(*info);
    return {};
  }

  [[nodiscard]] std::string version_of(const Path& linker) const { return linker_version(m_env, linker, m_cache).value_or(""); }

private:
  Result<RustcCache::Answer> ask(std::vector<std::string> args) const
  {
    return ask_rustc(m_env, m_config, {m_rustc.program, m_rustc.wrapper, m_rustc.workspace_wrapper}, std::move(args), m_cache);
  }

  /// Without the flags of configuration and environment, which `probe_target` puts in.
  Result<std::vector<std::string>> default_features(const std::string& triple) const
  {
    CW_TRY_ASSIGN(const auto answer, ask({"--print=cfg", "--target", triple}));
    std::vector<std::string> features;
    for (const std::string_view line : base::split(answer.out, '\n')) {
      constexpr std::string_view k_key = "target_feature=\"";
      const std::string_view text = base::trim(line);
      if (text.starts_with(k_key) && text.ends_with('"')) {
        features.emplace_back(text.substr(k_key.size(), text.size() - k_key.size() - 1));
      }
    }
    return features;
  }

  const Env& m_env;
  const manifest::Config& m_config;
  const RustcInfo& m_rustc;
  RustcCache& m_cache;
};

} // namespace

std::vector<std::string> ToolchainFacts::triples(bool with_std) const
{
  std::vector<std::string> found;
  for (const WasmTargetFacts& target : targets) {
    if (target.has_std == with_std) {
      found.push_back(target.triple);
    }
  }
  return found;
}

Result<ToolchainFacts> describe_toolchain(
    const Env& env, const manifest::Config& config, const ToolchainChoice& choice, const Path& cache_directory, Detail detail)
{
  ToolchainFacts facts;
  const std::string identity = rustc_identity(env, choice);
  facts.cache_file = users_answers(cache_directory, identity);
  RustcCache cache = RustcCache::load(env.fs, facts.cache_file, identity);
  CW_TRY_ASSIGN(facts.rustc, probe_rustc(env, config, choice, cache));
  const Describer describer(env, config, facts.rustc, cache);
  CW_TRY_ASSIGN(const auto triples, describer.wasm_triples());
  const auto installed = installed_targets(env.fs, facts.rustc);
  for (const std::string& triple : triples) {
    WasmTargetFacts target;
    target.triple = triple;
    target.has_std = std::ranges::find(installed, triple) != installed.end();
    if (detail == Detail::whole) {
      CW_TRY(describer.describe(target));
    }
    facts.targets.push_back(std::move(target));
  }
  CW_TRY_ASSIGN(facts.linker, probe_wasm_linker(env, config, facts.rustc, k_plain_target, {}, std::nullopt, cache));
  if (facts.linker) {
    facts.linker_version = describer.version_of(facts.linker->program);
  }
  cache.save(env.fs);
  return facts;
}

} // namespace cargo_wasm::toolchain
