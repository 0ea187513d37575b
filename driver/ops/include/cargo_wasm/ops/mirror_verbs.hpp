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
  bool repair = false; ///< compare all files, and fetch those that are missing or damaged
  std::optional<std::chrono::seconds> every; ///< again and again, until `stop`
  std::vector<std::string> config_arguments;
  std::stop_token stop;
};
/// Brings a mirror up to date. Errors: CW1255 what is missing or wrong on the command line, those of registry_mirror::sync.
Result<> registry_sync(const Env& env, const RegistrySyncRequest& request);

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
/// Prints the files that nothing speaks of, and removes them when asked to. Errors: CW1256, CW1259, those of removing.
Result<> registry_gc(const Env& env, const RegistryGcRequest& request);

/// Where the public files of a registry or mirror are: `directory` itself, or its `public`. Errors: CW1256.
[[nodiscard]] Result<Path> find_public_directory(const base::ReadOnlyFilesystem& fs, const Path& directory);

} // namespace cargo_wasm::ops
