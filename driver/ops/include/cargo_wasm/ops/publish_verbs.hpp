// Packages on their way to others: `package`, `publish`, and what people do with an account at a registry.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

struct PackageRequest
{
  CompileRequest compile; ///< how the unpacked archive is built; its selections are those of the verb
  bool list = false;
  bool verify = true;
  bool allow_dirty = false;
  bool has_lock = true;
  bool check_metadata = true;
  std::optional<std::string> registry, index; ///< where members depend on one another: what they are going to be published to
};
/// Makes `target/package/NAME-VERSION.crate` of the selected members, and builds each to see that it can be built. Errors: CW1030 to
/// CW1037, CW1039.
Result<> package(const Env& env, const GlobalOptions& options, const PackageRequest& request);

struct PublishRequest
{
  PackageRequest package;
  std::vector<std::string> registries; ///< names; the first is the one that everything goes to first
  std::optional<std::string> index;    ///< instead of names
  std::string quorum;                  ///< as typed; may be empty
  bool dry_run = false;
  bool component = false; ///< one package, with what it is built to for wasm beside it
  bool resume = false;    ///< nothing is packaged: what the outbox holds goes on
  std::function<void(std::chrono::milliseconds)> sleep;
};
/// Packages the selected members and brings them to their registries, in the order of their dependencies; prints what each registry has.
/// Errors: those of `package`; CW1040, CW1041, CW1042 what was asked for cannot be; CW1043 a registry has other bytes, CW1044 one refuses,
/// CW1045 too few have it; CW1053, CW1054 the outbox.
Result<> publish_packages(const Env& env, const GlobalOptions& options, const PublishRequest& request);

/// An account at a registry.
struct AccountRequest
{
  std::optional<std::string> registry, index;
  std::vector<std::string> words; ///< what the verb is about
};

struct LoginRequest
{
  AccountRequest account;
  std::optional<std::string> token;
  std::vector<std::string> provider_args;
  std::function<std::optional<std::string>()> read_line; ///< from the person; nullopt: there is no more
};
/// Stores a token as cargo does: through the registry's credential provider. Errors: CW1047, CW0409, CW1056 no token was given.
Result<> login(const Env& env, const GlobalOptions& options, const LoginRequest& request);
Result<> logout(const Env& env, const GlobalOptions& options, const LoginRequest& request);

struct OwnerRequest
{
  AccountRequest account; ///< one name; none: the package of the directory
  std::vector<std::string> add, remove;
  bool list = false;
};
/// Errors: CW1052 the registry refuses; CW1056.
Result<> owner(const Env& env, const GlobalOptions& options, const OwnerRequest& request);

struct YankRequest
{
  AccountRequest account; ///< NAME or NAME@VERSION; none: the package of the directory
  std::optional<std::string> version;
  bool undo = false;
};
Result<> yank(const Env& env, const GlobalOptions& options, const YankRequest& request);

/// Prints the crates that fit. `limit`: how many at most.
Result<> search(const Env& env, const GlobalOptions& options, const AccountRequest& request, std::uint64_t limit);
/// Prints what a registry knows of a crate: NAME or NAME@VERSION.
Result<> info(const Env& env, const GlobalOptions& options, const AccountRequest& request);

} // namespace cargo_wasm::ops
