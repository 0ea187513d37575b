// Verbs of `cache` that have to do with other machines.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::ops {

struct CacheKeygenRequest
{
  std::string name = "cache"; ///< stands in every signature: who signs
  std::optional<Path> file;   ///< absent: $CARGO_HOME/cargo-wasm/cache-key
};

/// `cache keygen`: makes the key that signs what is sent to remote caches; prints the one that verifies it. Errors: CW1275 there is one
/// already; CW1001 a name that is none; CW0182, CW0003.
[[nodiscard]] Result<> cache_keygen(const Env& env, const CacheKeygenRequest& request);

struct CachePushRequest
{
  manifest::ConfigOptions config;
  Path spool; ///< of the local store
};

/// `cache push --wait`: sends what builds left in the spool. Errors: those of the configuration; CW1272, CW1276; CW1278 something is left.
[[nodiscard]] Result<> cache_push(const Env& env, const CachePushRequest& request);

} // namespace cargo_wasm::ops
