#include <cargo_wasm/registry_server/accounts.hpp>

#include "database.hpp"

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/name_fold.hpp>

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

std::optional<std::uint64_t> seconds_of(const Value& value)
{
  const auto* const seconds = std::get_if<std::int64_t>(&value);
  return seconds == nullptr ? std::nullopt : std::optional(static_cast<std::uint64_t>(*seconds));
}

// Of a row with id, user, scopes, crates, expires.
TokenGrant grant_of(const Row& row, std::uint64_t now)
{
  TokenGrant grant{
      .id = std::get<std::int64_t>(row[0]), .user = std::get<std::string>(row[1]), .scopes = {}, .crates = std::get<std::string>(row[3])};
  const std::string scopes = std::get<std::string>(row[2]);
  for (const std::string_view word : base::split(scopes, ' ')) {
    if (const std::optional<Scope> scope = parse_scope(word)) {
      grant.scopes.push_back(*scope);
    }
  }
  const std::optional<std::uint64_t> expires = seconds_of(row[4]);
  grant.expired = expires && *expires <= now;
  return grant;
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
  CW_TRY(database.run(
      "CREATE TABLE IF NOT EXISTS readers(hash BLOB PRIMARY KEY, user BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER)"));
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

bool AccountsFile::is_place(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  return fs.is_file(directory / "private" / "registry.json") || fs.is_file(directory / "private" / "mirror.json");
}

Result<AccountsFile> AccountsFile::open(const Env& env, const base::Path& directory)
{
  if (!is_place(env.fs, directory)) {
    return fail(Error("CW1201", fmt::format("cannot open the registry in `{}`", directory.native()), Blame::user)
                    .note("there is neither `private/registry.json` nor a mirror's `private/mirror.json` in it")
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
                m_database->run("SELECT id, user, scopes, crates, expires FROM tokens WHERE hash = ?1 "
                                "UNION ALL SELECT 0, user, ?2, ?3, expires FROM readers WHERE hash = ?1",
                                {hash_of(token), std::string(name_of(Scope::read)), std::string("*")}));
  return rows.empty() ? std::nullopt : std::optional(grant_of(rows[0], now));
}

Result<std::vector<ListedToken>> Accounts::tokens(std::uint64_t now)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                m_database->run("SELECT id, user, scopes, crates, expires, created FROM tokens "
                                "UNION ALL SELECT 0, user, ?1, ?2, expires, created FROM readers ORDER BY 1, 2",
                                {std::string(name_of(Scope::read)), std::string("*")}));
  std::vector<ListedToken> tokens;
  for (const Row& row : rows) {
    TokenGrant grant = grant_of(row, now);
    const bool is_copy = grant.id == 0;
    tokens.push_back({.grant = std::move(grant),
                      .created = static_cast<std::uint64_t>(std::get<std::int64_t>(row[5])),
                      .expires = seconds_of(row[4]),
                      .is_copy = is_copy});
  }
  return tokens;
}

Result<std::vector<Reader>> Accounts::readers(std::uint64_t now)
{
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT id, user, scopes, crates, expires, hash FROM tokens ORDER BY id"));
  std::vector<Reader> readers;
  for (const Row& row : rows) {
    const TokenGrant grant = grant_of(row, now);
    if (!grant.expired && std::ranges::find(grant.scopes, Scope::read) != grant.scopes.end()) {
      readers.push_back({.hash = std::get<std::string>(row[5]), .user = grant.user, .expires = seconds_of(row[4])});
    }
  }
  return readers;
}

Result<> Accounts::take_readers(const std::vector<Reader>& readers, std::uint64_t now)
{
  return m_database->transaction([&]() -> Result<> {
    CW_TRY(m_database->run("DELETE FROM readers"));
    for (const Reader& reader : readers) {
      Value expires;
      if (reader.expires) {
        expires = static_cast<std::int64_t>(*reader.expires);
      }
      CW_TRY(m_database->run("INSERT OR REPLACE INTO readers(hash, user, created, expires) VALUES(?, ?, ?, ?)",
                             {reader.hash, reader.user, static_cast<std::int64_t>(now), expires}));
    }
    return {};
  });
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

Result<> Accounts::change_owners(std::string_view crate, std::span<const std::string> users, bool adds)
{
  if (adds) {
    for (const std::string& user : users) {
      CW_TRY(add_owner(crate, user));
    }
    return {};
  }
  const auto nobody_left = [&] {
    return fail(Error("CW1068", fmt::format("`{}` would have no owner", crate), Blame::user).help("let another one in first"));
  };
  CW_TRY_ASSIGN(std::vector<std::string> left, owners(crate));
  std::erase_if(left, [&](const std::string& owner) { return std::ranges::find(users, owner) != users.end(); });
  if (left.empty()) {
    return nobody_left();
  }
  for (const std::string& user : users) {
    // Another request may take out those that would be left here.
    CW_TRY(m_database->run(
        "DELETE FROM owners WHERE crate = ?1 AND user = ?2 AND EXISTS (SELECT 1 FROM owners WHERE crate = ?1 AND user <> ?2)",
        {std::string(crate), user}));
  }
  CW_TRY_ASSIGN(left, owners(crate));
  return std::ranges::any_of(left, [&](const std::string& owner) { return std::ranges::find(users, owner) != users.end(); }) ? nobody_left()
                                                                                                                             : Result<>();
}

Result<std::optional<std::string>> Accounts::spelling_of(std::string_view crate)
{
  CW_TRY_ASSIGN(const std::vector<Row> table, m_database->run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'names'"));
  if (table.empty()) {
    return std::optional<std::string>();
  }
  CW_TRY_ASSIGN(const std::vector<Row> rows, m_database->run("SELECT name FROM names WHERE fold = ?", {registry_protocol::fold_of(crate)}));
  return rows.empty() ? std::nullopt : std::optional(std::get<std::string>(rows[0][0]));
}

} // namespace cargo_wasm::registry_server
