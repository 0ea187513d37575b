#include <cargo_wasm/source/yanked_check.hpp>

#include "package_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace cargo_wasm::source {
namespace {

constexpr std::string_view k_policy_key = "cargo-wasm.yanked";

std::string name_at_version(std::string_view name, std::string_view version)
{
  return fmt::format("{}@{}", name, version);
}

} // namespace

Result<YankedPolicy> YankedCheck::policy() const
{
  CW_TRY_ASSIGN(const auto said, m_config.get_string(k_policy_key));
  if (!said || said->value == "warn") {
    return YankedPolicy::warn;
  }
  if (said->value == "allow") {
    return YankedPolicy::allow;
  }
  if (said->value == "deny") {
    return YankedPolicy::deny;
  }
  return fail(Error("CW1072", fmt::format("`{}` names no policy: `{}`", k_policy_key, said->value), Blame::environment)
                  .note(fmt::format("it is set in {}", said->definition.display()))
                  .help("it is `allow`, `warn` or `deny`"));
}

Result<std::set<std::string>> YankedCheck::allowed() const
{
  std::set<std::string> all;
  for (const std::string_view key : {"cargo-wasm.allow-yanked", "cargo-wasm.allow-revoked"}) {
    CW_TRY_ASSIGN(const auto listed, m_config.get_string_list(key));
    if (listed) {
      all.insert(listed->value.begin(), listed->value.end());
    }
  }
  return all;
}

Result<> YankedCheck::check(spec::SourceId registry, std::span<const Wanted> wanted, const std::function<bool(const Wanted&)>& is_yanked)
{
  CW_TRY_ASSIGN(const YankedPolicy policy, this->policy());
  std::vector<Found> found;
  std::map<std::string, std::string> names; ///< by id
  for (const Wanted& want : wanted) {
    if (policy != YankedPolicy::allow && is_yanked(want)) {
      const std::string name = want.id.name().str(), version = spec::to_string(want.id.version());
      found.push_back({.id = name_at_version(name, version), .shown = fmt::format("`{} v{}`", name, version)});
      names.emplace(found.back().id, name);
    }
  }
  return tell(std::move(found), [&](std::string_view code, std::span<const Found> told) {
    std::vector<std::string> shown, chosen;
    for (const Found& one : told) {
      shown.push_back(one.shown);
      chosen.push_back(names.at(one.id));
    }
    const bool is_one = told.size() == 1;
    Error error(std::string(code),
                is_one ? fmt::format("{} has been yanked from {}", shown.front(), registry.display())
                       : fmt::format("{} packages that are used have been yanked from {}", told.size(), registry.display()),
                Blame::integrity);
    if (!is_one) {
      error.notes.push_back(fmt::format("{}", fmt::join(shown, ", ")));
    }
    error.notes.push_back(fmt::format("a lock file or an exact version keeps to {}; it is not chosen anew", is_one ? "it" : "each"));
    error.helps.push_back(fmt::format("`cargo-wasm update {}` chooses another version, where one fits", fmt::join(chosen, " ")));
    return error;
  });
}

Result<> YankedCheck::check(const std::string& registry, const YankedComponent& yanked)
{
  Found found{.id = name_at_version(yanked.crate, yanked.version), .shown = fmt::format("`{} v{}`", yanked.name, yanked.version)};
  return tell({std::move(found)}, [&](std::string_view code, std::span<const Found> told) {
    return Error(std::string(code), fmt::format("{} has been yanked from {}", told.front().shown, registry), Blame::integrity)
        .note(fmt::format("it stands beside `{} v{}`, which its authors have withdrawn", yanked.crate, yanked.version))
        .note("a lock file or an exact version keeps to it; it is not chosen anew")
        .help(fmt::format("without its entry in `{}` another version is chosen, where one fits", yanked.lock));
  });
}

Result<> YankedCheck::tell(std::vector<Found> found, const std::function<Error(std::string_view code, std::span<const Found> found)>& error)
{
  CW_TRY_ASSIGN(const YankedPolicy policy, this->policy());
  std::erase_if(found, [&](const Found& one) { return m_told.contains(one.id); });
  if (policy == YankedPolicy::allow || found.empty()) {
    return {};
  }
  CW_TRY_ASSIGN(const auto allowed, this->allowed());
  std::erase_if(found, [&](const Found& one) { return allowed.contains(one.id); });
  if (found.empty()) {
    return {};
  }
  std::vector<std::string> ids;
  for (const Found& one : found) {
    m_told.insert(one.id);
    ids.push_back(fmt::format("`{}`", one.id));
  }
  const std::string entries = fmt::format("add {} to `cargo-wasm.allow-yanked` of the configuration", fmt::join(ids, ", "));
  if (policy == YankedPolicy::warn) {
    m_reporter.warning(error("CW1070", found).help("to hear no more of it, " + entries));
    return {};
  }
  CW_TRY_ASSIGN(const auto said, m_config.get_string(k_policy_key));
  return fail(error("CW1069", found)
                  .note(fmt::format("`{} = \"deny\"` is set in {}", k_policy_key, said->definition.display()))
                  .help("to build with it nevertheless, " + entries));
}

Result<> YankedCheck::without_news(const std::string& registry, const Error& why) const
{
  CW_TRY_ASSIGN(const auto strict, m_config.get_bool("cargo-wasm.strict-federation"));
  if (why.blame != Blame::network || (strict && strict->value)) {
    return fail(why);
  }
  m_reporter.warning(Error("CW1071", fmt::format("{} cannot be asked whether what is locked has been yanked", registry), Blame::network)
                         .note(why.message)
                         .note("what its index said when it was asked last decides")
                         .help("`--offline` does not ask"));
  return {};
}

} // namespace cargo_wasm::source
