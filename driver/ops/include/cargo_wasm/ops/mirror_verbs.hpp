// `cargo-wasm registry sync`, `fsck`, `gc`: what reads a registry's own files.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>

namespace cargo_wasm::ops {

struct RegistrySyncRequest
{
  Path directory;
  std::string from; ///< the primary's address; empty: as before
  std::string url;  ///< the mirror's own; empty: as before
  std::optional<std::string> root, key;
  bool trust_first = false;
  bool repair = false;                       ///< compare all files, and fetch those that are missing or damaged
  std::optional<std::chrono::seconds> every; ///< again and again, until `stop`
  std::vector<std::string> config_arguments;
  std::stop_token stop;
};
/// Brings a mirror up to date. Errors: CW1255 what is missing or wrong on the command line, those of registry_mirror::sync.
Result<> registry_sync(const Env& env, const RegistrySyncRequest& request);

struct RegistryMirrorRequest
{
  Path directory;          ///< of a mirror, or of a registry with a log
  std::string from;        ///< "crates.io", or the address of an index; empty: as before
  std::string url;         ///< at which a mirror will be served; empty: as before
  std::vector<Path> locks; ///< Cargo.lock of each project
  std::vector<std::string> config_arguments;
};
/// Copies what lock files name of a registry: into a folder of static files, or into a registry of one's own, whose log then says what was
/// seen. Errors: CW1122 the registry lacks something, CW1126 a checksum differs, CW1127 the command line, those of reading lock files and
/// of the network; for a registry those of `Registry::import_versions`.
Result<> registry_mirror(const Env& env, const RegistryMirrorRequest& request);

struct RegistryFsckRequest
{
  Path directory;
  std::optional<std::string> key; ///< of a log that belongs to no federation
  bool json = false;
};
/// Checks all files of a registry, a mirror or a log, and prints what is wrong. Errors: CW1256; CW1259 something is wrong.
Result<> registry_fsck(const Env& env, const RegistryFsckRequest& request);

struct RegistryGcRequest
{
  Path directory;
  bool remove = false;
};
/// Prints the files that nothing speaks of, and removes them when asked to. Errors: CW1066 a change waits for witnesses; CW1256, CW1259,
/// those of removing.
Result<> registry_gc(const Env& env, const RegistryGcRequest& request);

struct RegistryAuditRequest
{
  std::string place; ///< a directory, or an address
  std::optional<std::string> crate;
  std::optional<std::string> root, key;
  bool json = false;
  bool usage = false; ///< instead: whether its log of uses is what its log has sealed
  std::vector<std::string> config_arguments;
};
/// Prints what a registry's log says, entry by entry, everything verified. Errors: CW1256, CW1255; CW1259 an entry does not hold; those of
/// registry_mirror::audit.
Result<> registry_audit(const Env& env, const RegistryAuditRequest& request);

struct RegistryMonitorRequest
{
  std::vector<std::string> mirrors;   ///< addresses or directories
  std::vector<std::string> witnesses; ///< addresses; none: those of the federation
  std::vector<std::string> watched;   ///< crates; none: all
  Path state;
  std::optional<std::string> root, key;
  std::optional<std::chrono::seconds> every;
  std::vector<std::string> config_arguments;
  std::stop_token stop;
};
/// Compares what several mirrors of one registry show. Errors: CW1251 the log forked; CW1255; CW1260 no mirror could be read.
Result<> registry_monitor(const Env& env, const RegistryMonitorRequest& request);

/// Makes a witness and prints its verifier key. Errors: CW1262, CW1001.
Result<> registry_witness_init(const Env& env, const Path& directory, const std::string& name);

struct RegistryWitnessRequest
{
  Path directory;
  std::vector<std::string> logs; ///< verifier keys of those that are cosigned
  std::string listen = "127.0.0.1:0";
  std::optional<Path> port_file;
  std::stop_token stop;
};
/// Answers `add-checkpoint` until it is stopped. Errors: CW1262, CW1000, CW1204, CW1255 no log.
Result<> registry_witness(const Env& env, const RegistryWitnessRequest& request);

/// An address of the web with a slash at its end; nullopt for what is none.
[[nodiscard]] std::optional<std::string> web_address(std::string text);
/// Waits; false when it is to end.
[[nodiscard]] bool pause_until_stopped(std::chrono::seconds time, const std::stop_token& stop);

/// Where the public files of a registry or mirror are: `directory` itself, or its `public`. Errors: CW1256.
[[nodiscard]] Result<Path> find_public_directory(const base::ReadOnlyFilesystem& fs, const Path& directory);

} // namespace cargo_wasm::ops
