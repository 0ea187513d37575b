// `cargo-wasm registry VERB`: keys, signatures, the federation's document, revocations.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

/// Asks a person for a passphrase; the text is the question. An error: there is nobody to ask.
using PassphrasePrompt = std::function<Result<std::string>(const std::string& question)>;

/// What opens signing keys that lie in files. Errors of all that use it: CW1029, CW1002.
struct KeyOpening
{
  PassphrasePrompt prompt; ///< when CARGO_WASM_KEY_PASSPHRASE does not say it
};

struct KeysGenerateRequest
{
  std::string name;         ///< in the key, as `alice` or `acme/alice`
  std::optional<Path> file; ///< instead of $CARGO_HOME/cargo-wasm/keys/NAME
  bool sealed = false;      ///< by a passphrase
};
/// Makes a key for signing and prints the verifier key. Errors: CW1001, CW1205; CW0003, also when there is a file already.
Result<> registry_keys_generate(const Env& env, const KeysGenerateRequest& request, const KeyOpening& opening);
/// Prints the verifier keys of $CARGO_HOME/cargo-wasm/keys.
Result<> registry_keys_list(const Env& env);

/// cargo's credential protocol, version 1: a greeting, then an answer to each line of `next_line` until there is none.
/// Errors: CW1230 a line that is no question of cargo's.
Result<> registry_credential(const Env& env, const std::function<std::optional<std::string>()>& next_line, const KeyOpening& opening);

struct RegistryKeyRequest
{
  Path directory;
  std::string user; ///< of `list`: empty for all
  std::string key;
};
/// Lets a publisher's key in. Errors: CW1205, CW1000, CW1201, CW1220.
Result<> registry_key_add(const Env& env, const RegistryKeyRequest& request);
Result<> registry_key_list(const Env& env, const RegistryKeyRequest& request);
/// Errors: CW1205 there is none.
Result<> registry_key_drop(const Env& env, const RegistryKeyRequest& request);

struct RegistryOwnerRequest
{
  Path directory;
  std::string crate, user;
};
/// Lets a user of a registry own a crate, for who runs it, also while it is served. Errors: CW1205, CW1201, CW1215 there is no such crate.
Result<> registry_owner_add(const Env& env, const RegistryOwnerRequest& request);
/// Errors: as before; CW1068 nobody would be left.
Result<> registry_owner_remove(const Env& env, const RegistryOwnerRequest& request);
/// Prints them, one a line.
Result<> registry_owner_list(const Env& env, const RegistryOwnerRequest& request);

struct RegistryGrantRequest
{
  std::string registry; ///< NAME of cargo's configuration
  std::string crate;
  std::string key;            ///< that is let in
  bool drop = false;          ///< put out instead
  std::optional<Path> signer; ///< a key of the crate; without it, the one that a credential provider would take
};
/// A key of a crate lets another one in, over the network. Errors: CW1205, CW1000; those of the configuration and of HTTP; CW1232 the
/// registry did not do it.
Result<> registry_key_grant(const Env& env, const RegistryGrantRequest& request, const KeyOpening& opening);

struct RegistryFederationRequest
{
  Path directory;
  std::optional<Path> file; ///< a federation.toml; without one the document is printed
  std::vector<Path> signers;
};
/// The next version of the federation's document. Errors: CW1201, CW1224, CW1225 not enough root keys, CW1228.
Result<> registry_federation(const Env& env, const RegistryFederationRequest& request, const KeyOpening& opening);

struct RegistryRotateRequest
{
  Path directory;
  std::string role; ///< "root", "log", "revokers"
  std::vector<Path> signers;
  bool retire = false; ///< end the overlap instead: the log's earlier keys sign no more
};
/// A new key for a role. Errors: CW1205, CW1201, CW1225, CW1228.
Result<> registry_rotate(const Env& env, const RegistryRotateRequest& request, const KeyOpening& opening);

struct RegistryRevokeRequest
{
  Path directory;
  std::string crate;   ///< NAME@VERSION
  std::string archive; ///< SHA-256
  std::string key;     ///< a verifier key
  std::string owner;   ///< a user: his keys, and what his tokens have published
  std::string reason;
  std::string effect = "block";
  std::optional<std::string> advisory;
  std::optional<std::uint64_t> since;
  std::vector<Path> signers;
  bool back = false; ///< `unrevoke`
};
/// An owner's tokens are taken away, too. Errors: CW1205, CW1201, CW1226, CW1228; CW1065 there is nothing of an owner.
Result<> registry_revoke(const Env& env, const RegistryRevokeRequest& request, const KeyOpening& opening);

/// A fresh snapshot. Errors: CW1201, CW1228.
Result<> registry_heartbeat(const Env& env, const Path& directory);

} // namespace cargo_wasm::ops
