// The store of results of this user, as commands open it.
#pragma once
#include <memory>
#include <optional>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/cache/store.hpp>
#include <cargo_wasm/exec/execute.hpp>

namespace cargo_wasm::ops {

/// `$CARGO_WASM_CACHE_DIR`, else `store` beside what else belongs to this user (cache_home).
[[nodiscard]] base::Path store_directory(const base::Env& env);
/// `CARGO_WASM_CACHE=off`: as if `--no-cache` were given.
[[nodiscard]] bool is_store_switched_off(const base::Env& env);
/// `$CARGO_WASM_CACHE_SIZE` ("20 GiB"), else 10 GiB. Errors: CW1241 it is no size.
[[nodiscard]] Result<std::uint64_t> store_limit(const base::Env& env);

/// For a build; nullptr where it cannot be used, which is told as a warning.
[[nodiscard]] Result<std::unique_ptr<cache::Store>> store_for_build(const base::Env& env);
[[nodiscard]] exec::CacheUse cache_use(const base::Env& env, cache::Store& store, const base::Path& driver_program);

/// "10 GiB", "500 MB", "2000000": bytes. nullopt: nothing of the kind.
[[nodiscard]] std::optional<std::uint64_t> parse_store_size(std::string_view text);

} // namespace cargo_wasm::ops
