// What is done with a version that is used although it was yanked. A yanked version is not chosen anew, but a lock file keeps to it,
// without a word in cargo. Here `cargo-wasm.yanked` of the configuration decides:
//
//   allow   nothing is said
//   warn    CW1070, when it is known here anyway: no request is made for it. This is the default.
//   deny    CW1069; the registry's index is asked, but no sooner than an hour after it was asked last
//
// `cargo-wasm.allow-yanked` lists versions, "NAME@VERSION", of which nothing is said; those of `cargo-wasm.allow-revoked` count, too, as a
// registry marks what it has revoked as yanked.
#pragma once
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <unordered_set>

#include "package_source.hpp"
#include "session.hpp"

namespace cargo_wasm::source {

enum class YankedPolicy : std::uint8_t { allow, warn, deny };

/// How old what the index said may be where yanked versions are denied: as for revocations.
inline constexpr std::chrono::seconds k_yanked_age{3600};

class YankedCheck
{
public:
  explicit YankedCheck(const Session& session) : m_session(session) {}

  /// Errors: CW1072 the configuration names no policy.
  [[nodiscard]] Result<YankedPolicy> policy() const;

  /// The versions that `is_yanked` says are yanked, by what is known of them: an error, a warning, which is given once for each, or
  /// nothing. Errors: CW1069, CW1072.
  Result<> check(spec::SourceId registry, std::span<const Wanted> wanted, const std::function<bool(const Wanted&)>& is_yanked);

  /// The index could not be asked, because of `why`: what it said before decides. With `--strict-federation` that is not enough. Errors:
  /// `why`.
  Result<> without_news(spec::SourceId registry, const Error& why) const;

private:
  [[nodiscard]] Result<std::unordered_set<std::string>> allowed() const;

  const Session& m_session;
  std::unordered_set<spec::PackageId> m_told;
};

} // namespace cargo_wasm::source
