// Who may do what on a registry that is written to: tokens with scopes, and the owners of crates. Tokens are random and long, and only
// their SHA-256 is kept.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/base/error.hpp>

namespace cargo_wasm::registry_server {

enum class Scope : std::uint8_t { read, publish, yank, owner };
[[nodiscard]] std::string_view name_of(Scope scope);
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view name);

struct TokenRequest
{
  std::string user;
  std::vector<Scope> scopes;
  std::string crates = "*";             ///< a pattern of names
  std::optional<std::uint64_t> expires; ///< seconds since 1970
};

struct TokenGrant
{
  std::int64_t id = 0;
  std::string user;
  std::vector<Scope> scopes;
  std::string crates;
  bool expired = false;
  /// Whether it lets its user do this with this crate.
  [[nodiscard]] bool allows(Scope scope, std::string_view crate) const;
};

/// A token as its operator sees it.
struct ListedToken
{
  TokenGrant grant;
  std::uint64_t created = 0;
  std::optional<std::uint64_t> expires; ///< both in seconds since 1970
  bool is_copy = false;                 ///< `take_readers` brought it
};

/// What lets a mirror know a token without anybody having told it: its hash.
struct Reader
{
  std::string hash; ///< SHA-256 of the token, in hexadecimal
  std::string user;
  std::optional<std::uint64_t> expires;
};

/// A key that signs publications, and the user whose it is.
struct PublisherKey
{
  std::string user, key;
};

class Database;

/// Errors of all functions: CW1202.
class Accounts
{
public:
  /// `database` outlives it. Makes its tables when they are not there.
  [[nodiscard]] static Result<Accounts> open(Database& database);

  /// The token's text, which is never shown again.
  Result<std::string> create_token(const TokenRequest& request, std::uint64_t now);
  /// What a token grants; nullopt for one that was never made or was revoked.
  Result<std::optional<TokenGrant>> find(std::string_view token, std::uint64_t now);
  /// True if it was there.
  Result<bool> revoke_token(std::int64_t id);
  /// By id.
  Result<std::vector<ListedToken>> tokens(std::uint64_t now);
  /// Tokens that allow reading and have not ended.
  Result<std::vector<Reader>> readers(std::uint64_t now);
  /// Those of another registry, in place of all that were taken before: they allow reading, here as there.
  Result<> take_readers(const std::vector<Reader>& readers, std::uint64_t now);
  /// All of a user; how many there were.
  Result<std::size_t> revoke_tokens_of(std::string_view user);

  /// Binds a publisher's verifier key to a user. Errors: CW1220 it is bound to another one.
  Result<> add_key(std::string_view user, const std::string& key, std::uint64_t now);
  /// Those of a user, or, without one, of all; by user and key.
  Result<std::vector<PublisherKey>> keys(std::string_view user = "");
  /// True if it was there.
  Result<bool> drop_key(const std::string& key);
  Result<std::optional<std::string>> user_of_key(const std::string& key);
  /// Keys with the name and the id of a signature: mostly one.
  Result<std::vector<PublisherKey>> keys_like(std::string_view name, std::uint32_t id);

  /// In alphabetical order; empty for a crate that nobody owns.
  Result<std::vector<std::string>> owners(std::string_view crate);
  Result<> add_owner(std::string_view crate, std::string_view user);
  /// Lets users in, or takes them out. Errors: CW1068 nobody would be left, and whoever comes first could take the name.
  Result<> change_owners(std::string_view crate, std::span<const std::string> users, bool adds);
  /// How the registry spells the crate that this name, in any letters, with `-` or `_`, is. nullopt: it has none; on a mirror always.
  Result<std::optional<std::string>> spelling_of(std::string_view crate);

private:
  explicit Accounts(Database& database) : m_database(&database) {}
  Database* m_database;
};

/// The accounts of a registry in a directory, also while a server has it: tokens can be made at any time.
class AccountsFile
{
public:
  /// Of a mirror as well, which has tokens of its own. Errors: CW1201 not one of these, CW1202.
  [[nodiscard]] static Result<AccountsFile> open(const Env& env, const base::Path& directory);
  /// Whether a directory is one that has accounts, or can have them.
  [[nodiscard]] static bool is_place(const base::ReadOnlyFilesystem& fs, const base::Path& directory);
  ~AccountsFile();
  AccountsFile(AccountsFile&&) noexcept;
  AccountsFile& operator=(AccountsFile&&) noexcept;
  [[nodiscard]] Accounts& accounts();

private:
  struct State;
  explicit AccountsFile(std::unique_ptr<State> state);
  std::unique_ptr<State> m_state;
};

} // namespace cargo_wasm::registry_server
