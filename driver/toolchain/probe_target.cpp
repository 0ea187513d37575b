// What a compiler says about one platform, read from the same question cargo asks: a line per crate type (in the order
// they were asked for, unsupported ones left out and warned about), the kinds of split debug info up to a line `___`, then cfgs.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/target_settings.hpp>
#include <cargo_wasm/toolchain/toolchain.hpp>

#include "ask_rustc.hpp"

namespace cargo_wasm::toolchain {
namespace {

using manifest::CrateType;

constexpr std::array<CrateType, 6> k_asked_types = {
    CrateType::bin, CrateType::rlib, CrateType::dylib, CrateType::cdylib, CrateType::staticlib, CrateType::proc_macro};
constexpr std::string_view k_delimiter = "___";

std::vector<std::string> question(const std::vector<std::string>& rustflags, const CompileKind& kind)
{
  std::vector<std::string> args = {"-", "--crate-name", std::string(k_delimiter), "--print=file-names"};
  args.insert(args.end(), rustflags.begin(), rustflags.end());
  if (kind.triple) {
    args.insert(args.end(), {"--target", kind.triple->str()});
  }
  for (const CrateType type : k_asked_types) {
    args.insert(args.end(), {"--crate-type", std::string(to_string(type))});
  }
  args.insert(args.end(), {"--print=split-debuginfo", "--print=crate-name", "--print=cfg", "-Wwarnings"});
  return args;
}

bool is_unsupported(std::string_view err, CrateType type)
{
  const std::string name = fmt::format("crate type `{}`", to_string(type));
  for (const std::string_view line : base::split(err, '\n')) {
    if ((line.find("unsupported crate type") != std::string_view::npos || line.find("unknown crate type") != std::string_view::npos) &&
        line.find(name) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

Error unexpected(std::string_view what, const RustcCache::Answer& answer)
{
  return Error("CW0505", fmt::format("rustc's description of the target cannot be read: {}", what), Blame::environment)
      .note(fmt::format("it printed `{}`", base::trim(answer.out)));
}

Error refused(const RustcInfo& rustc, const CompileKind& kind, const std::vector<std::string>& rustflags, const RustcCache::Answer& answer)
{
  const std::string_view triple = kind.triple_or(rustc.host);
  const bool unknown = answer.err.find("could not find specification for target") != std::string::npos ||
                       answer.err.find("error loading target specification") != std::string::npos;
  Error error("CW0506",
              unknown ? fmt::format("rustc {} does not know the target `{}`", spec::to_string(rustc.version), triple)
                      : fmt::format("rustc refuses to describe the target `{}` (status {})", triple, answer.status));
  for (const std::string_view line : base::split(base::trim(answer.err), '\n')) {
    if (!line.empty()) {
      error.notes.emplace_back(line);
    }
  }
  if (!rustflags.empty()) {
    error.notes.push_back(fmt::format("with the flags `{}`", base::join(rustflags, " ")));
  }
  if (unknown) {
    error.helps.emplace_back("`rustc --print target-list` lists the targets it knows");
  }
  return error;
}

Result<TargetInfo> read_answer(const RustcCache::Answer& answer)
{
  TargetInfo info;
  auto lines = base::split(answer.out, '\n');
  for (std::string_view& line : lines) {
    line = base::trim(line);
  }
  std::size_t next = 0;
  for (const CrateType type : k_asked_types) {
    if (is_unsupported(answer.err, type)) {
      continue;
    }
    const std::string_view line = next < lines.size() ? lines[next++] : std::string_view{};
    const auto middle = line.find(k_delimiter);
    if (middle == std::string_view::npos) {
      return fail(unexpected(fmt::format("no file name for crate type `{}`", to_string(type)), answer));
    }
    const auto suffix = line.substr(middle + k_delimiter.size());
    info.file_patterns.emplace(type,
                               FilePattern{std::string(line.substr(0, middle)), std::string(suffix.substr(0, suffix.find(k_delimiter)))});
  }
  for (; next < lines.size() && lines[next] != k_delimiter; ++next) {
    info.split_debuginfo.emplace_back(lines[next]);
  }
  if (next == lines.size()) {
    return fail(unexpected("no list of split debug info", answer));
  }
  for (++next; next < lines.size(); ++next) {
    if (lines[next].empty()) {
      continue;
    }
    auto cfg = spec::parse_cfg(lines[next]);
    if (!cfg) {
      return fail(unexpected(fmt::format("`{}` is no cfg", lines[next]), answer));
    }
    // rustc always prints it, although it only holds inside of proc macros.
    if (cfg->key != "proc_macro" || cfg->value) {
      info.cfgs.push_back(std::move(*cfg));
    }
  }
  std::sort(info.cfgs.begin(), info.cfgs.end());
  return info;
}

} // namespace

Result<TargetInfo> probe_target(const Env& env,
                                const manifest::Config& config,
                                const RustcInfo& rustc,
                                const CompileKind& kind,
                                std::span<const CompileKind> requested_kinds,
                                RustcCache& cache,
                                std::vector<std::string>& warnings,
                                const std::vector<std::string>& first_flags)
{
  const CompilerCommand compiler{rustc.program, rustc.wrapper, rustc.workspace_wrapper};
  const auto flags_with = [&](const std::vector<spec::Cfg>* cfgs) -> Result<std::vector<std::string>> {
    CW_TRY_ASSIGN(auto users, rustflags_for(config, env.vars, kind, rustc.host, cfgs, requested_kinds));
    users.insert(users.begin(), first_flags.begin(), first_flags.end());
    return users;
  };
  CW_TRY_ASSIGN(auto flags, flags_with(nullptr));
  for (int turn = 0;; ++turn) {
    CW_TRY_ASSIGN(const auto answer, ask_rustc(env, config, compiler, question(flags, kind), cache));
    if (answer.status != 0) {
      return fail(refused(rustc, kind, flags, answer));
    }
    CW_TRY_ASSIGN(auto info, read_answer(answer));
    CW_TRY_ASSIGN(auto new_flags, flags_with(&info.cfgs));
    if (new_flags != flags && turn == 0) {
      flags = std::move(new_flags);
      continue;
    }
    if (new_flags != flags) {
      warnings.push_back(
          fmt::format("the flags for `{}` switch cfgs that select other flags in the configuration; it was asked twice and did not settle",
                      kind.triple_or(rustc.host)));
    }
    info.triple = kind.triple_or(rustc.host);
    info.libdir = rustc.sysroot / "lib" / "rustlib" / info.triple / "lib";
    CW_TRY_ASSIGN(info.rustdocflags, rustdocflags_for(config, env.vars, kind, rustc.host, &info.cfgs, requested_kinds));
    info.rustflags = std::move(flags);
    if (info.triple.starts_with("wasm")) {
      CW_TRY_ASSIGN(const auto configured, linker_for(config, info.triple, info.cfgs));
      CW_TRY_ASSIGN(info.wasm_linker, probe_wasm_linker(env, config, rustc, info.triple, info.rustflags, configured, cache));
    }
    return info;
  }
}

Result<TargetData> probe_target_data(const Env& env,
                                     const manifest::Config& config,
                                     const ToolchainChoice& choice,
                                     std::span<const std::string> requested_triples,
                                     const RustcCachePlaces& places,
                                     const FlagsOfTriple& first_flags)
{
  RustcCache cache = RustcCache::load(env, choice, places);
  TargetData data;
  CW_TRY_ASSIGN(data.rustc, probe_rustc(env, config, choice, cache));
  CW_TRY_ASSIGN(data.requested_kinds, compile_kinds(requested_triples, data.rustc.host));
  CW_TRY_ASSIGN(data.host, probe_target(env, config, data.rustc, CompileKind::host(), data.requested_kinds, cache, data.warnings));
  for (const CompileKind& kind : data.requested_kinds) {
    if (kind.is_host()) {
      data.targets.emplace(data.rustc.host, data.host);
      continue;
    }
    const auto first = first_flags.find(kind.triple->view());
    const std::vector<std::string> none;
    CW_TRY_ASSIGN(
        auto info,
        probe_target(
            env, config, data.rustc, kind, data.requested_kinds, cache, data.warnings, first == first_flags.end() ? none : first->second));
    data.targets.emplace(*kind.triple, std::move(info));
  }
  cache.save(env.fs);
  return data;
}

const TargetInfo& TargetData::info(const CompileKind& kind) const
{
  return kind.triple ? targets.at(*kind.triple) : host;
}

bool TargetData::platform_matches(const spec::Platform& platform, const CompileKind& kind) const
{
  return platform.matches(triple(kind), info(kind).cfgs);
}

} // namespace cargo_wasm::toolchain
