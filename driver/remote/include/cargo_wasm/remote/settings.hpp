// `[cargo-wasm.cache]` of cargo's configuration: which caches on other machines there are, and whom they are believed.
//
//   [cargo-wasm.cache]
//   remotes = ["near", "far"]            # the order; absent: all tables, by name
//   sign-with = "FILE"                   # absent: $CARGO_HOME/cargo-wasm/cache-key, when it is there
//
//   [cargo-wasm.cache.remote.near]
//   url = "grpc://cache.example:8980/main"
//   mode = "read-write"                  # absent: "read"
//   trust = ["VERIFIER-KEY"]             # or "all"
//   token-env = "NEAR_TOKEN"
//   timeout = 10                         # seconds
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/registry_tlog/note_keys.hpp>
#include <cargo_wasm/remote/entry.hpp>

namespace cargo_wasm::remote {

struct RemoteSettings
{
  std::string name;
  std::string url;
  bool writes = false;
  Trust trust;
  std::optional<std::string> token_variable;
  std::chrono::milliseconds timeout{10'000};
};

struct CacheSettings
{
  std::vector<RemoteSettings> remotes; ///< in the order in which they are asked
  std::shared_ptr<const registry_tlog::SignerKey>
      key; ///< signs what is sent; null: nothing is sent that only signed entries are believed of
};

/// Reads the tables and the key. Without any table there are no remotes and no file is read. Errors: CW1263 a value or key that is none;
/// CW1264 nobody is trusted, or what stands there is no key; CW1265 a token that would be sent in the clear; CW1274 the signing key.
[[nodiscard]] Result<CacheSettings> read_cache_settings(const Env& env, const manifest::Config& config);

/// $CARGO_HOME/cargo-wasm/cache-key, where `cache keygen` puts it.
[[nodiscard]] Path default_key_file(const Path& cargo_home);

} // namespace cargo_wasm::remote
