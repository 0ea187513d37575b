#include <cargo_wasm/registry_trust/revocations.hpp>

#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace cargo_wasm::registry_trust {
namespace {

constexpr std::string_view k_entry = "entry ";

tl::unexpected<Error> no_list(std::string why)
{
  return fail(Error("CW1027", "this is not a registry's list of revocations", Blame::integrity).note(std::move(why)));
}

std::optional<std::uint64_t> entry_number(std::string_view text)
{
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && rest == text.data() + text.size();
  return whole && std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

// The first line and what follows the newline; nullopt when there is no newline.
std::optional<std::string_view> take_entry_line(std::string_view& rest)
{
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

bool is_meant(const RevokeStatement& statement, const RevocableVersion& version)
{
  if (statement.target == target_of_version(version.name, version.version) || statement.target == target_of_archive(version.archive)) {
    return true;
  }
  return !version.key.empty() && statement.target == target_of_key(version.key) && version.entry >= statement.since_entry.value_or(0);
}

} // namespace

Result<std::vector<Revocation>> parse_revocations(std::string_view text)
{
  if (text.size() > k_max_revocations_bytes) {
    return no_list(fmt::format("it has {} bytes, at most {} are allowed", text.size(), k_max_revocations_bytes));
  }
  std::vector<Revocation> revocations;
  while (!text.empty()) {
    const std::size_t number = revocations.size() + 1;
    const std::optional<std::string_view> line = take_entry_line(text);
    const std::optional<std::uint64_t> entry =
        line && line->starts_with(k_entry) ? entry_number(line->substr(k_entry.size())) : std::nullopt;
    const std::size_t end = text.find("\n\n");
    if (!entry || end == std::string_view::npos) {
      return no_list(fmt::format("revocation {}: here stand a line `entry N`, a statement, and an empty line", number));
    }
    CW_TRY_ASSIGN(Statement statement, parse_statement(text.substr(0, end + 1)));
    auto* const revoke = std::get_if<RevokeStatement>(&statement);
    if (revoke == nullptr) {
      return no_list(fmt::format("revocation {}: the statement is none of the kind `revoke`", number));
    }
    if (!revocations.empty() && revocations.back().statement.target >= revoke->target) {
      return no_list(fmt::format("revocation {}: `{}` is not in its place", number, revoke->target));
    }
    revocations.push_back({.entry = *entry, .statement = std::move(*revoke)});
    text.remove_prefix(end + 2);
  }
  return revocations;
}

std::string to_text(std::vector<Revocation> revocations)
{
  std::ranges::sort(revocations, {}, [](const Revocation& revocation) { return revocation.statement.target; });
  std::string text;
  for (const Revocation& revocation : revocations) {
    text += fmt::format("{}{}\n{}\n", k_entry, revocation.entry, to_text(Statement(revocation.statement)));
  }
  return text;
}

std::string target_of_version(std::string_view name, std::string_view version)
{
  return fmt::format("crate {} {}", name, version);
}

std::string target_of_archive(const Sha256& archive)
{
  return "archive " + base::to_hex(archive);
}

std::string target_of_key(std::string_view verifier_key)
{
  return fmt::format("key {}", verifier_key);
}

const Revocation* find_revocation(std::span<const Revocation> revocations, const RevocableVersion& version)
{
  const Revocation* found = nullptr;
  for (const Revocation& revocation : revocations) {
    const bool outweighs = found == nullptr || found->statement.effect == RevocationEffect::warn;
    if (outweighs && is_meant(revocation.statement, version)) {
      found = &revocation;
    }
  }
  return found;
}

} // namespace cargo_wasm::registry_trust
