#include <cargo_wasm/registry_server/accounts.hpp>

#include "database.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

namespace cargo_wasm::registry_server {
namespace {

constexpr std::array<std::string_view, 4> k_scopes{"read", "publish", "yank", "owner"};
constexpr std::string_view k_token_prefix = "cwr_";
constexpr std::size_t k_token_words = 8; // of 32 bits

std::string new_token()
{
  std::random_device entropy; // getrandom(2)
  std::string token(k_token_prefix);
  for (std::size_t i = 0; i < k_token_words; ++i) {
    token += fmt::format("{:08x}", entropy());
  }
  return token;
}

std::string scope_words(const std::vector<Scope>& scopes)
{
  std::vector<std::string> names;
  for (const Scope scope : scopes) {
    names.emplace_back(name_of(scope));
  }
  return base::join(names, " ");
}

std::string hash_of(std::string_view token)
{
  return base::to_hex(base::sha256(token));
}

std::vector<std::string> texts_of(const std::vector<Row>& rows)
{
  std::vector<std::string> texts;
  for (const Row& row : rows) {
    texts.push_back(std::get<std::string>(row[0]));
  }
  return texts;
}

std::vector<PublisherKey> keys_of(const std::vector<Row>& rows)
{
  std::vector<PublisherKey> keys;
  for (const Row& row : rows) {
    keys.push_back({.user = std::get<std::string>(row[0]), .key = std::get<std::string>(row[1])});
  }
  return keys;
}

} // namespace

std::string_view name_of(Scope scope)
{
  return k_scopes[static_cast<std::size_t>(scope)];
}

std::optional<Scope> parse_scope(std::string_view name)
{
  const auto found = std::ranges::find(k_scopes, name);
  return found == k_scopes.end() ? std::nullopt : std::optional(static_cast<Scope>(found - k_scopes.begin()));
}

bool TokenGrant::allows(Scope scope, std::string_view crate) const
{
  return !expired && std::ranges::find(scopes, scope) != scopes.end() && base::glob_matches(crates, crate);
}

Result<Accounts> Accounts::open(Database& database)
{
  CW_TRY(database.run(
      "CREATE TABLE IF NOT EXISTS tokens(id INTEGER PRIMARY KEY, hash BLOB UNIQUE NOT NULL, user BLOB NOT NULL, scopes BLOB NOT NULL, "
      "crates BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER)"));
  CW_TRY(database.run("CREATE TABLE IF NOT EXISTS owners(crate BLOB NOT NULL, user BLOB NOT NULL, PRIMARY KEY(crate, user))"));
  CW_TRY(database.run("CREATE TABLE IF NOT EXISTS publisher_keys(key BLOB PRIMARY KEY, user BLOB NOT NULL, created INTEGER NOT NULL)"));
  return Accounts(database);
}

struct AccountsFile::State
{
  Database database;
  std::optional<Accounts> accounts; ///< over `database`
};

AccountsFile::AccountsFile(std::unique_ptr<State> state) : m_state(std::move(state)) {}
AccountsFile::~AccountsFile() = default;
AccountsFile::AccountsFile(AccountsFile&&) noexcept = default;
AccountsFile& AccountsFile::operator=(AccountsFile&&) noexcept = default;

Result<AccountsFile> AccountsFile::open(const Env& env, const base::Path& directory)
{
  if (!env.fs.is_file(directory / "private" / "registry.json")) {
    return fail(Error("CW1201", fmt::format("cannot open the registry in `{}`", directory.native()), Blame::user)
                    .note("there is no `private/registry.json` in it")
                    .help("`cargo-wasm registry init DIR --name NAME` makes one"));
  }
  CW_TRY_ASSIGN(Database database, Database::open(directory / "private" / "state.sqlite"));
  auto state = std::unique_ptr<State>(new State{.database = std::move(database), .accounts = {}});
  CW_TRY_ASSIGN(state->accounts, Accounts::open(state->database));
  return AccountsFile(std::move(state));
}

Accounts& AccountsFile::accounts()
{
  return *m_state->accounts;
}

Result<std::string> Accounts::create_token(const TokenRequest& request, std::uint64_t now)
{
  std::string token = new_token();
  const Value expires = request.expires ? Value(static_cast<std::int64_t>(*request.expires)) : Value();
  CW_TRY(m_database->run(
      "INSERT INTO tokens(hash, user, scopes, crates, created, expires) VALUES(?, ?, ?, ?, ?, ?)",
      {hash_of(token), request.user, scope_words(request.scopes), request.crates, static_cast<std::int64_t>(now), expires}));
  return token;
}

Result<std::optional<TokenGrant>> Accounts::find(std::string_view token, std::uint64_t now)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT id, user, scopes, crates, expires FROM tokens WHERE hash = ?", {hash_of(token)}));
  if (rows.empty()) {
    return std::optional<TokenGrant>();
  }
  const Row& row = rows[0];
  TokenGrant grant{
      .id = std::get<std::int64_t>(row[0]), .user = std::get<std::string>(row[1]), .scopes = {}, .crates = std::get<std::string>(row[3])};
  const std::string scopes = std::get<std::string>(row[2]);
  for (const std::string_view word : base::split(scopes, ' ')) {
    if (const std::optional<Scope> scope = parse_scope(word)) {
      grant.scopes.push_back(*scope);
    }
  }
  const auto* const expires = std::get_if<std::int64_t>(&row[4]);
  grant.expired = expires != nullptr && static_cast<std::uint64_t>(*expires) <= now;
  return std::optional(std::move(grant));
}

Result<bool> Accounts::revoke_token(std::int64_t id)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("DELETE FROM tokens WHERE id = ? RETURNING id", {id}));
  return !rows.empty();
}

Result<std::size_t> Accounts::revoke_tokens_of(std::string_view user)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("DELETE FROM tokens WHERE user = ? RETURNING id", {std::string(user)}));
  return rows.size();
}

Result<> Accounts::add_key(std::string_view user, const std::string& key, std::uint64_t now)
{
  CW_TRY(m_database->run("INSERT OR IGNORE INTO publisher_keys(key, user, created) VALUES(?, ?, ?)",
                         {key, std::string(user), static_cast<std::int64_t>(now)}));
  CW_TRY_ASSIGN(const std::optional<std::string> owner, user_of_key(key));
  if (owner && *owner != user) {
    return fail(Error("CW1220", fmt::format("the key `{}` is one of another user", key), Blame::user)
                    .note(fmt::format("it is bound to `{}`", *owner))
                    .help("`cargo-wasm registry key drop DIR --key KEY` takes it from him"));
  }
  return {};
}

Result<std::vector<PublisherKey>> Accounts::keys(std::string_view user)
{
  CW_TRY_ASSIGN(
      const std::vector<Row> rows,
      m_database->run("SELECT user, key FROM publisher_keys WHERE ?1 = X'' OR user = ?1 ORDER BY user, key", {std::string(user)}));
  return keys_of(rows);
}

Result<bool> Accounts::drop_key(const std::string& key)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("DELETE FROM publisher_keys WHERE key = ? RETURNING key", {key}));
  return !rows.empty();
}

Result<std::optional<std::string>> Accounts::user_of_key(const std::string& key)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT user FROM publisher_keys WHERE key = ?", {key}));
  return rows.empty() ? std::nullopt : std::optional(std::get<std::string>(rows[0][0]));
}

Result<std::vector<PublisherKey>> Accounts::keys_like(std::string_view name, std::uint32_t id)
{
  const std::string begin = fmt::format("{}+{:08x}+", name, id);
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT user, key FROM publisher_keys WHERE substr(key, 1, length(?1)) = ?1", {begin}));
  return keys_of(rows);
}

Result<std::vector<std::string>> Accounts::owners(std::string_view crate)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT user FROM owners WHERE crate = ? ORDER BY user", {std::string(crate)}));
  return texts_of(rows);
}

Result<> Accounts::add_owner(std::string_view crate, std::string_view user)
{
  CW_TRY(m_database->run("INSERT OR IGNORE INTO owners(crate, user) VALUES(?, ?)", {std::string(crate), std::string(user)}));
  return {};
}

Result<> Accounts::remove_owner(std::string_view crate, std::string_view user)
{
  CW_TRY(m_database->run("DELETE FROM owners WHERE crate = ? AND user = ?", {std::string(crate), std::string(user)}));
  return {};
}

} // namespace cargo_wasm::registry_server
