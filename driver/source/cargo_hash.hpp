// The hash in the names of `$CARGO_HOME` directories: cargo's StableHasher (SipHash-1-3 with 128 bits of state out, the halves
// combined) over exactly the bytes that Rust's `Hash` feeds it. Sharing cargo's downloads depends on it, so it is frozen here as it is
// there.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <cargo_wasm/spec/source_id.hpp>

namespace cargo_wasm::source {

/// SipHasher128 with zero keys over a whole message, folded to 64 bits as `Hasher::finish` does.
[[nodiscard]] std::uint64_t stable_hash(std::string_view bytes);
/// 16 digits, least significant byte first (util/hex.rs short_hash).
[[nodiscard]] std::string hash_digits(std::uint64_t hash);

/// Of a registry, directory or path source: kind and canonical URL.
[[nodiscard]] std::string source_hash(spec::SourceId source);
/// "<last path segment>-<hash>": the directory of a repository under `git/db` and `git/checkouts`. Branch, tag and
/// revision do not enter: one database serves them all.
[[nodiscard]] std::string git_directory_name(spec::SourceId source);

/// The host of a URL, without user, port and scheme; empty for `file:`.
[[nodiscard]] std::string_view url_host(std::string_view url);
/// Scheme, host and path without user, password and query: what messages may show.
[[nodiscard]] std::string url_without_secrets(std::string_view url);

} // namespace cargo_wasm::source
