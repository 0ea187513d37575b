#include <cargo_wasm/ops/registry_verbs.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
#include <cargo_wasm/registry_server/reader_gate.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <charconv>

namespace cargo_wasm::ops {

namespace {

using registry_server::AccountsFile;
using registry_server::ListedToken;
using registry_server::Reader;

/// The first line of a list of readers, so that no other file is taken for one.
constexpr std::string_view k_readers_mark = "cargo-wasm/readers/v1";

std::uint64_t seconds_now(const Env& env)
{
  return registry_trust::utc_seconds(env.clock.now());
}

std::string scope_list(const ListedToken& token)
{
  std::vector<std::string> names;
  for (const registry_server::Scope scope : token.grant.scopes) {
    names.emplace_back(registry_server::name_of(scope));
  }
  return base::join(names, ",");
}

tl::unexpected<Error> no_readers(const Path& file, std::string why)
{
  return fail(Error("CW1205", fmt::format("`{}` is no list of readers", file.native()), Blame::usage)
                  .note(std::move(why))
                  .help("`cargo-wasm registry token export DIR >FILE` makes one, of a registry's tokens"));
}

} // namespace

Result<> registry_token_list(const Env& env, const Path& directory)
{
  CW_TRY_ASSIGN(AccountsFile file, AccountsFile::open(env, directory));
  CW_TRY_ASSIGN(const std::vector<ListedToken> tokens, file.accounts().tokens(seconds_now(env)));
  std::string out;
  for (const ListedToken& token : tokens) {
    out += fmt::format("{:>5}  {:<16} {:<24} {:<12} made {}, {}\n",
                       token.is_copy ? "copy" : fmt::format("{}", token.grant.id),
                       token.grant.user,
                       scope_list(token),
                       token.grant.crates,
                       registry_trust::to_utc_text(token.created),
                       !token.expires        ? std::string("without an end")
                       : token.grant.expired ? fmt::format("ended {}", registry_trust::to_utc_text(*token.expires))
                                             : fmt::format("until {}", registry_trust::to_utc_text(*token.expires)));
  }
  env.reporter.result(out);
  return {};
}

Result<> registry_token_revoke(const Env& env, const Path& directory, std::string_view number)
{
  std::int64_t id = 0;
  const auto [rest, wrong] = std::from_chars(number.data(), number.data() + number.size(), id);
  CW_TRY_ASSIGN(AccountsFile file, AccountsFile::open(env, directory));
  bool was_there = wrong == std::errc() && rest == number.data() + number.size();
  if (was_there) {
    CW_TRY_ASSIGN(was_there, file.accounts().revoke_token(id));
  }
  if (!was_there) {
    return fail(Error("CW1205", fmt::format("there is no token `{}`", number), Blame::usage)
                    .help(fmt::format("`cargo-wasm registry token list {}` shows their numbers", directory.native())));
  }
  env.reporter.status("Revoked", fmt::format("token {}", id));
  return {};
}

Result<> registry_token_export(const Env& env, const Path& directory)
{
  CW_TRY_ASSIGN(AccountsFile file, AccountsFile::open(env, directory));
  CW_TRY_ASSIGN(const std::vector<Reader> readers, file.accounts().readers(seconds_now(env)));
  std::string out = fmt::format("{}\n", k_readers_mark);
  for (const Reader& reader : readers) {
    out += fmt::format("{} {} {}\n", reader.hash, reader.user, reader.expires ? registry_trust::to_utc_text(*reader.expires) : "-");
  }
  env.reporter.result(out);
  return {};
}

Result<> registry_token_import(const Env& env, const Path& directory, const Path& file)
{
  CW_TRY_ASSIGN(const std::string text, env.fs.read(file));
  const std::vector<std::string_view> lines = base::split(text, '\n');
  if (lines.front() != k_readers_mark || !text.ends_with('\n')) {
    return no_readers(file, fmt::format("its first line is not `{}`, or its last one has no end", k_readers_mark));
  }
  std::vector<Reader> readers;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string_view> words = base::split(lines[i], ' ');
    const bool has_end = words.size() == 3 && words[2] != "-";
    const std::optional<std::uint64_t> end = has_end ? registry_trust::parse_utc_time(words[2]) : std::nullopt;
    if (words.size() != 3 || !base::parse_sha256(words[0]) || words[1].empty() || (has_end && !end)) {
      return no_readers(file, fmt::format("line {} is not a hash, a user and an end", i + 1));
    }
    readers.push_back({.hash = std::string(words[0]), .user = std::string(words[1]), .expires = end});
  }
  CW_TRY_ASSIGN(AccountsFile accounts, AccountsFile::open(env, directory));
  CW_TRY(accounts.accounts().take_readers(readers, seconds_now(env)));
  env.reporter.status("Taken", fmt::format("{} {} that may read", readers.size(), readers.size() == 1 ? "token" : "tokens"));
  return {};
}

Result<> registry_access(const Env& env, const Path& directory, bool is_private)
{
  CW_TRY(registry_server::set_private(env, directory, is_private));
  env.reporter.status("Changed",
                      is_private ? "the registry is private: reading it needs a token that allows `read`"
                                 : "the registry is open: everybody can read it, also what was published while it was private");
  if (is_private) {
    env.reporter.status("Next", "start `registry serve` anew, so that shared caches no longer keep what it answers");
  }
  return {};
}

} // namespace cargo_wasm::ops
