// `cache …`: what the store of results holds, and what a unit's key consists of.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

struct CacheExplainRequest
{
  CompileRequest compile; ///< whose unit it is: profile, target, features …
  std::string unit;       ///< a package, a crate, or "serde(build)"
  bool json = false;
};

/// `cache explain`: every part of a unit's key with its digest, and why a result is private. Errors: CW1244 what it depends on is not
/// built; CW1245 no unit of this name; those of planning.
[[nodiscard]] Result<> cache_explain(const Env& env, const GlobalOptions& options, const CacheExplainRequest& request);

struct CacheDiffRequest
{
  CompileRequest compile;
  std::string unit;
  Path one, other; ///< directories of checkouts, or files that `cache explain --json` has printed
};

/// `cache diff`: the parts in which two keys differ. Errors: as cache_explain; CW1246 a file that is none of these.
[[nodiscard]] Result<> cache_diff(const Env& env, const GlobalOptions& options, const CacheDiffRequest& request);

/// Entries, files, bytes. Errors: CW1239, CW1240.
[[nodiscard]] Result<> cache_stats(const Env& env, bool json);
/// Removes what was not used for longest until the store is not larger than `max_size` ("5 GiB"; its usual limit without).
[[nodiscard]] Result<> cache_gc(const Env& env, const std::optional<std::string>& max_size);
/// Hashes everything; what is damaged is removed. Errors: CW1242 something was (blame integrity).
[[nodiscard]] Result<> cache_verify(const Env& env);
/// `cache push` for this user's store. Errors: those of cache_push, CW1239, CW1240.
[[nodiscard]] Result<> cache_push_store(const Env& env, const GlobalOptions& options);

} // namespace cargo_wasm::ops
