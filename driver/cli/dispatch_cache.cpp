// `cargo-wasm cache VERB`.
#include "dispatch_cache.hpp"

#include <cargo_wasm/ops/cache_verbs.hpp>

namespace cargo_wasm::cli {

std::optional<Result<Outcome>> dispatch_cache(const Env& env, const ParsedArguments& parsed)
{
  Result<> done;
  if (parsed.verb == "cache stats") {
    done = ops::cache_stats(env, parsed.has("json"));
  } else if (parsed.verb == "cache gc") {
    const auto* const size = parsed.last("max-size");
    done = ops::cache_gc(env, size == nullptr ? std::nullopt : std::optional(*size));
  } else if (parsed.verb == "cache verify") {
    done = ops::cache_verify(env);
  } else {
    return std::nullopt;
  }
  return done ? Result<Outcome>(Outcome{}) : Result<Outcome>(fail(done.error()));
}

} // namespace cargo_wasm::cli
