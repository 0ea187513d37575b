#include "yanked_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cargo_wasm::source {
namespace {

constexpr std::string_view k_policy_key = "cargo-wasm.yanked";

std::string name_at_version(spec::PackageId id)
{
  return fmt::format("{}@{}", id.name(), spec::to_string(id.version()));
}

/// As the error or the warning says it; what can be done depends on the policy.
Error yanked_error(std::string_view code, spec::SourceId registry, std::span<const spec::PackageId> found)
{
  std::vector<std::string> names, shown;
  for (const spec::PackageId id : found) {
    names.push_back(id.name().str());
    shown.push_back(fmt::format("`{} v{}`", id.name(), spec::to_string(id.version())));
  }
  const bool is_one = found.size() == 1;
  Error error(std::string(code),
              is_one ? fmt::format("{} has been yanked from {}", shown.front(), registry.display())
                     : fmt::format("{} packages that are used have been yanked from {}", found.size(), registry.display()),
              Blame::integrity);
  if (!is_one) {
    error.notes.push_back(fmt::format("{}", fmt::join(shown, ", ")));
  }
  error.notes.push_back(fmt::format("a lock file or an exact version keeps to {}; it is not chosen anew", is_one ? "it" : "each"));
  error.helps.push_back(fmt::format("`cargo-wasm update {}` chooses another version, where one fits", fmt::join(names, " ")));
  return error;
}

} // namespace

Result<YankedPolicy> YankedCheck::policy() const
{
  CW_TRY_ASSIGN(const auto said, m_session.config().get_string(k_policy_key));
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

Result<std::unordered_set<std::string>> YankedCheck::allowed() const
{
  std::unordered_set<std::string> all;
  for (const std::string_view key : {"cargo-wasm.allow-yanked", "cargo-wasm.allow-revoked"}) {
    CW_TRY_ASSIGN(const auto listed, m_session.config().get_string_list(key));
    if (listed) {
      all.insert(listed->value.begin(), listed->value.end());
    }
  }
  return all;
}

Result<> YankedCheck::check(spec::SourceId registry, std::span<const Wanted> wanted, const std::function<bool(const Wanted&)>& is_yanked)
{
  CW_TRY_ASSIGN(const YankedPolicy policy, this->policy());
  if (policy == YankedPolicy::allow) {
    return {};
  }
  std::vector<spec::PackageId> found;
  for (const Wanted& want : wanted) {
    if (!m_told.contains(want.id) && is_yanked(want)) {
      found.push_back(want.id);
    }
  }
  if (found.empty()) {
    return {};
  }
  CW_TRY_ASSIGN(const auto allowed, this->allowed());
  std::erase_if(found, [&](spec::PackageId id) { return allowed.contains(name_at_version(id)); });
  if (found.empty()) {
    return {};
  }
  m_told.insert(found.begin(), found.end());
  std::vector<std::string> ids;
  for (const spec::PackageId id : found) {
    ids.push_back(fmt::format("`{}`", name_at_version(id)));
  }
  const std::string entries = fmt::format("add {} to `cargo-wasm.allow-yanked` of the configuration", fmt::join(ids, ", "));
  if (policy == YankedPolicy::warn) {
    m_session.reporter().warning(yanked_error("CW1070", registry, found).help("to hear no more of it, " + entries));
    return {};
  }
  CW_TRY_ASSIGN(const auto said, m_session.config().get_string(k_policy_key));
  return fail(yanked_error("CW1069", registry, found)
                  .note(fmt::format("`{} = \"deny\"` is set in {}", k_policy_key, said->definition.display()))
                  .help("to build with it nevertheless, " + entries));
}

Result<> YankedCheck::without_news(spec::SourceId registry, const Error& why) const
{
  CW_TRY_ASSIGN(const auto strict, m_session.config().get_bool("cargo-wasm.strict-federation"));
  if (why.blame != Blame::network || (strict && strict->value)) {
    return fail(why);
  }
  m_session.reporter().warning(
      Error("CW1071", fmt::format("{} cannot be asked whether what is locked has been yanked", registry.display()), Blame::network)
          .note(why.message)
          .note("what its index said when it was asked last decides")
          .help("`--offline` does not ask"));
  return {};
}

} // namespace cargo_wasm::source
