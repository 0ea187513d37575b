// The store of results of this user, as commands open it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/execute.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/remote/execution_pool.hpp>
#include <cargo_wasm/remote/remotes.hpp>

namespace cargo_wasm::ops {

/// `$CARGO_WASM_CACHE_DIR`, else `store` beside what else belongs to this user (cache_home).
[[nodiscard]] base::Path store_directory(const base::Env& env);
/// `CARGO_WASM_CACHE=off`: as if `--no-cache` were given.
[[nodiscard]] bool is_store_switched_off(const base::Env& env);
/// `$CARGO_WASM_CACHE_SIZE` ("20 GiB"), else 10 GiB. Errors: CW1241 it is no size.
[[nodiscard]] Result<std::uint64_t> store_limit(const base::Env& env);

/// For a build; nullptr where it cannot be used, which is told as a warning.
[[nodiscard]] Result<std::unique_ptr<cache::Store>> store_for_build(const base::Env& env);
/// Removes what was not used for longest from a store that has grown beyond its limit. The build is done: a failure is a warning, CW1247.
void collect_after_build(const base::Env& env, cache::Store& store, std::uint64_t limit);
[[nodiscard]] exec::CacheUse cache_use(const base::Env& env, cache::Store& store, const base::Path& driver_program);

/// "10 GiB", "500 MB", "2000000": bytes. nullopt: nothing of the kind.
[[nodiscard]] std::optional<std::uint64_t> parse_store_size(std::string_view text);

/// The caches on other machines, opened when the store first lacks something.
class RemoteCaches
{
public:
  RemoteCaches(const base::Env& env, const manifest::ConfigOptions& config, base::Path spool);
  /// Null: there are none. Errors: those of the configuration.
  [[nodiscard]] Result<remote::Remotes*> open();
  /// After a build that took this long: what is not sent within a tenth of it waits in the spool.
  void finish(std::chrono::steady_clock::duration elapsed);

private:
  const base::Env& m_env;
  manifest::ConfigOptions m_options;
  base::Path m_spool;
  std::unique_ptr<remote::Remotes> m_remotes;
};

/// The executor of the configuration, opened when something must first run.
class RemoteExecutor
{
public:
  /// `stop` ends what is under way there.
  RemoteExecutor(const base::Env& env, const manifest::ConfigOptions& config, std::stop_token stop);
  /// Null: there is none. Errors: those of the configuration.
  [[nodiscard]] Result<remote::ExecutionPool*> open();

private:
  const base::Env& m_env;
  manifest::ConfigOptions m_options;
  std::stop_token m_stop;
  std::unique_ptr<remote::ExecutionPool> m_pool;
};

/// Where what could not be sent waits.
[[nodiscard]] base::Path spool_directory(const cache::Store& store);

} // namespace cargo_wasm::ops
