// `cargo-wasm registry VERB`: running a registry.
#pragma once
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>

namespace cargo_wasm::ops {

struct RegistryInitRequest
{
  Path directory;
  std::string name;               ///< of the federation
  std::string url;                ///< where clients will reach it, "https://…/"; empty: where it is served first
  std::optional<Path> federation; ///< a federation.toml
  std::vector<Path> signers;      ///< further root keys of it
  bool is_private = false;        ///< reading it needs a token
};
/// Makes an empty registry. Errors: CW1200, CW1205 a name or an address that will not do; with a federation.toml CW1224, CW1024.
Result<> registry_init(const Env& env, const RegistryInitRequest& request, const KeyOpening& opening);

struct RegistryTokenRequest
{
  Path directory;
  std::string user;
  std::vector<std::string> scopes; ///< none: read, publish and yank
  std::string crates = "*";        ///< a pattern of names
  std::optional<std::uint64_t> days;
};
/// Makes a token and prints it, once. Errors: CW1205, CW1201, CW1202.
Result<> registry_token_create(const Env& env, const RegistryTokenRequest& request);
/// Prints what tokens there are, without their texts. Errors: CW1201, CW1202.
Result<> registry_token_list(const Env& env, const Path& directory);
/// Errors: CW1205 there is none with this number; CW1201, CW1202.
Result<> registry_token_revoke(const Env& env, const Path& directory, std::string_view number);
/// Prints the hashes of tokens that allow reading, for `registry_token_import` of mirrors. Errors: CW1201, CW1202.
Result<> registry_token_export(const Env& env, const Path& directory);
/// Lets those in that a file lists, instead of those that one listed before. Errors: CW1205 no such list; CW1201, CW1202.
Result<> registry_token_import(const Env& env, const Path& directory, const Path& file);

/// Makes a registry private, or open to everybody. Errors: CW1201, CW0003.
Result<> registry_access(const Env& env, const Path& directory, bool is_private);

struct RegistryServeRequest
{
  Path directory;
  std::string listen = "127.0.0.1:0";
  std::optional<Path> port_file;            ///< where the port is written to once it listens
  std::optional<Path> tls_certificate = {}; ///< with `tls_key`: TLS is spoken, and nothing else
  std::optional<Path> tls_key = {};
  std::uint32_t publications_per_hour = 2000; ///< of one token; 0: any number
  bool notes_uses = true;                     ///< a chained log of what is served (docs/formats/usage-log.md)
  std::stop_token stop;
};
/// Serves a registry until it is stopped; a mirror as `registry_serve_relay` does. Errors: CW1201, CW1204, CW1080, CW1083, CW1205 one of
/// certificate and key is missing.
Result<> registry_serve(const Env& env, const RegistryServeRequest& request);
/// Seals the registry's log of uses now, whether it is served or not. Errors: CW1131; those of a change.
Result<> registry_seal(const Env& env, const Path& directory);
/// Serves a mirror whose federation lets it take publications: they go to the registry, and are there when it has answered. Errors: CW1062,
/// CW1204, CW1080, CW1083, CW1205.
Result<> registry_serve_relay(const Env& env, const RegistryServeRequest& request);
/// Serves the public files of a registry or mirror alone: no database, no key, any number of processes. Errors: CW1256, CW1204, CW1080,
/// CW1083, CW1205.
Result<> registry_serve_read_only(const Env& env, const RegistryServeRequest& request);

} // namespace cargo_wasm::ops
