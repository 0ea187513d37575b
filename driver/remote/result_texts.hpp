// What a program printed, which servers may keep as blobs.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include <cargo_wasm/action/decode.hpp>
#include <cargo_wasm/remote/service.hpp>

namespace cargo_wasm::remote {

/// Fetches the texts that a server has moved to blobs. False when one is not there. Errors: CacheService::read.
inline Result<bool> fill_in_texts(CacheService& service, action::DecodedResult& decoded)
{
  const auto fill = [&](std::string& text, std::optional<Digest>& digest) -> Result<bool> {
    if (digest && text.empty() && digest->size_bytes > 0) {
      CW_TRY_ASSIGN(auto bytes, service.read(*digest));
      if (!bytes) {
        return false;
      }
      text = std::move(*bytes);
    }
    digest.reset();
    return true;
  };
  CW_TRY_ASSIGN(const bool has_stdout, fill(decoded.result.stdout_raw, decoded.stdout_digest));
  CW_TRY_ASSIGN(const bool has_stderr, fill(decoded.result.stderr_raw, decoded.stderr_digest));
  return has_stdout && has_stderr;
}

} // namespace cargo_wasm::remote
