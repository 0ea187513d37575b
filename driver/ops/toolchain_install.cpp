// `toolchain install`: rustup does it; this says beforehand what cannot work, and afterwards what is there now.
#include <cargo_wasm/ops/verbs.hpp>

#include <algorithm>
#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/toolchain/installed.hpp>

#include "toolchain_here.hpp"

namespace cargo_wasm::ops {

namespace {

/// A name as rustup takes it: what it tracks, and how sure one can be of what it gives.
struct ChannelName
{
  enum class Kind : std::uint8_t { exact, moving, day, unknown } kind = Kind::unknown;
  std::optional<spec::Version> version; ///< of an exact one
};

bool is_date(std::string_view text)
{
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7 ? text[i] != '-' : !digit(text[i])) {
      return false;
    }
  }
  return text.size() == 10;
}

/// "1.96.0", "1.96", "stable", "nightly-2026-05-01"; a triple may follow.
ChannelName read_channel(std::string_view name)
{
  if (auto version = spec::parse_version(name.substr(0, name.find('-')))) {
    return {ChannelName::Kind::exact, std::move(*version)};
  }
  for (const std::string_view channel : {"nightly", "beta", "stable"}) {
    if (name == channel || name.starts_with(std::string(channel) + "-")) {
      const auto rest = name == channel ? std::string_view() : name.substr(channel.size() + 1);
      if (is_date(rest.substr(0, 10))) {
        return {ChannelName::Kind::day, std::nullopt};
      }
      return {channel == "nightly" ? ChannelName::Kind::unknown : ChannelName::Kind::moving, std::nullopt};
    }
  }
  const bool is_minor = spec::parse_version(fmt::format("{}.0", name.substr(0, name.find('-')))).has_value();
  return {is_minor ? ChannelName::Kind::moving : ChannelName::Kind::unknown, std::nullopt};
}

Error not_a_release(const Env& env, std::string_view name)
{
  if (name == "nightly" || name.starts_with("nightly-")) {
    const auto yesterday = std::chrono::system_clock::to_time_t(env.clock.now() - std::chrono::hours(24));
    return Error("CW0672", fmt::format("`{}` is another compiler every day", name), Blame::usage)
        .note("what works with today's need not work with tomorrow's, and defects are known by version")
        .help(fmt::format("name the day: `cargo-wasm toolchain install nightly-{:%Y-%m-%d}`", fmt::gmtime(yesterday)));
  }
  return Error("CW0672", fmt::format("`{}` is no release of Rust", name), Blame::usage)
      .help("name a version: `cargo-wasm toolchain install 1.99.1`; or `stable`, `beta`, or a day: `nightly-2026-05-01`");
}

/// What a wasm project builds for when nobody says otherwise, under the names of that version.
std::vector<std::string> default_targets(const ChannelName& channel)
{
  const bool has_wasip1 = !channel.version || toolchain::has_wasip1_target_name(*channel.version);
  std::vector<std::string> triples = {has_wasip1 ? "wasm32-wasip1" : "wasm32-wasi", "wasm32-unknown-unknown"};
  if (!channel.version || toolchain::has_wasip2_target(*channel.version)) {
    triples.push_back("wasm32-wasip2");
  }
  return triples;
}

struct InstalledFacts
{
  toolchain::RustcInfo rustc;
  Path directory;
  std::vector<std::string> with_std; ///< of the targets that were asked for
  std::vector<std::string> without_std;
};

Result<std::optional<InstalledFacts>>
facts_of(const Env& env, const manifest::Config& config, std::string_view name, const std::vector<std::string>& targets)
{
  CW_TRY_ASSIGN(const auto installed, toolchain::installed_toolchains(env, config.cargo_home()));
  const auto* found = toolchain::find_installed(installed, name);
  if (found == nullptr) {
    return std::nullopt;
  }
  toolchain::ToolchainChoice choice;
  choice.rustc = found->directory / "bin" / "rustc";
  toolchain::RustcCache nothing_kept;
  InstalledFacts facts;
  CW_TRY_ASSIGN(facts.rustc, toolchain::probe_rustc(env, config, choice, nothing_kept));
  facts.directory = found->directory;
  const auto triples = toolchain::installed_targets(env.fs, facts.rustc);
  for (const std::string& target : targets) {
    const bool is_there = std::ranges::find(triples, target) != triples.end();
    (is_there ? facts.with_std : facts.without_std).push_back(target);
  }
  return facts;
}

std::string compiler_text(const InstalledFacts& facts)
{
  return fmt::format("rustc {} with std for {}", spec::to_string(facts.rustc.version), base::join(facts.with_std, ", "));
}

} // namespace

Result<> toolchain_install(const Env& env, const GlobalOptions& options, const ToolchainInstallRequest& request)
{
  CW_TRY_ASSIGN(const auto config, manifest::Config::load(env, options.config));
  const ChannelName channel = read_channel(request.name);
  if (channel.kind == ChannelName::Kind::unknown) {
    return fail(not_a_release(env, request.name));
  }
  const auto targets = request.targets.empty() ? default_targets(channel) : request.targets;
  const bool is_fixed = channel.kind != ChannelName::Kind::moving;
  if (is_fixed) {
    CW_TRY_ASSIGN(const auto before, facts_of(env, *config, request.name, targets));
    if (before && before->without_std.empty()) {
      env.reporter.status("Finished", fmt::format("{} is installed: nothing to do", compiler_text(*before)));
      return {};
    }
  }
  CW_TRY_ASSIGN(const auto installed, toolchain::installed_toolchains(env, config->cargo_home()));
  CW_TRY(toolchain::install_named_toolchain(env, {request.name, {}, targets, installed.rustup}));
  CW_TRY_ASSIGN(const auto after, facts_of(env, *config, request.name, targets));
  if (!after || !after->without_std.empty()) {
    return fail(Error("CW0508",
                      after ? fmt::format("rustup installed no std for {}", base::join(after->without_std, ", "))
                            : fmt::format("rustup says that it installed `{}`, and it is not there", request.name),
                      Blame::environment)
                    .help("`rustup show` tells where rustup keeps its toolchains; `RUSTUP_HOME` has to be the same here"));
  }
  const std::string version = spec::to_string(after->rustc.version);
  env.reporter.status("Installed", fmt::format("{}, in {}", compiler_text(*after), after->directory.string()));
  if (!is_fixed) {
    env.reporter.note(fmt::format("`{}` is rustc {} today, and another one later; `toolchain = \"{}\"` in `[package.metadata.wasm]` stays "
                                  "with it, once `cargo-wasm toolchain install {}` was run",
                                  request.name,
                                  version,
                                  version,
                                  version));
  }
  CW_TRY_ASSIGN(auto defects, defects_of(env, *config, after->rustc.version, targets));
  std::erase_if(defects, toolchain::has_conditions);
  if (!defects.empty()) {
    env.reporter.note(fmt::format("known defects of this compiler: {}", defects_text(defects)));
  }
  return {};
}

} // namespace cargo_wasm::ops
