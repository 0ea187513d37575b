// `cache …`: what the store of results holds, and what a unit's key consists of.
#pragma once
#include <optional>
#include <string>

#include <cargo_wasm/ops/requests.hpp>

namespace cargo_wasm::ops {

/// Entries, files, bytes. Errors: CW1239, CW1240.
[[nodiscard]] Result<> cache_stats(const Env& env, bool json);
/// Removes what was not used for longest until the store is not larger than `max_size` ("5 GiB"; its usual limit without).
[[nodiscard]] Result<> cache_gc(const Env& env, const std::optional<std::string>& max_size);
/// Hashes everything; what is damaged is removed. Errors: CW1242 something was (blame integrity).
[[nodiscard]] Result<> cache_verify(const Env& env);

} // namespace cargo_wasm::ops
