// What is done with a version that is used although it was yanked. A yanked version is not chosen anew, but a lock file keeps to it,
// without a word in cargo. Here `cargo-wasm.yanked` of the configuration decides:
//
//   allow   nothing is said
//   warn    CW1070, when it is known here anyway: no request is made for it. This is the default.
//   deny    CW1069; the registry's index is asked, but no sooner than an hour after it was asked last
//
// `cargo-wasm.allow-yanked` lists versions, "NAME@VERSION", of which nothing is said; those of `cargo-wasm.allow-revoked` count, too, as a
// registry marks what it has revoked as yanked.
//
// A component beside a crate is yanked with the version of the crate, and stands in these lists under the crate's name.
#pragma once
#include <chrono>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <cargo_wasm/base/env.hpp>
#include <cargo_wasm/manifest/config.hpp>
#include <cargo_wasm/spec/source_id.hpp>

namespace cargo_wasm::source {

struct Wanted;

enum class YankedPolicy : std::uint8_t { allow, warn, deny };

/// How old what the index said may be where yanked versions are denied: as for revocations.
inline constexpr std::chrono::seconds k_yanked_age{3600};

/// A component that is used, and the version of a crate that it stands beside.
struct YankedComponent
{
  std::string name; ///< "acme:calc"
  std::string crate, version;
  std::string lock; ///< the file that keeps to it
};

class YankedCheck
{
public:
  YankedCheck(const manifest::Config& config, base::Reporter& reporter) : m_config(config), m_reporter(reporter) {}

  /// Errors: CW1072 the configuration names no policy.
  [[nodiscard]] Result<YankedPolicy> policy() const;

  /// The versions that `is_yanked` says are yanked, by what is known of them: an error, a warning, which is given once for each, or
  /// nothing. Errors: CW1069, CW1072.
  Result<> check(spec::SourceId registry, std::span<const Wanted> wanted, const std::function<bool(const Wanted&)>& is_yanked);
  /// The same of a component that is known to be yanked. `registry` as it is shown.
  Result<> check(const std::string& registry, const YankedComponent& yanked);

  /// The index could not be asked, because of `why`: what it said before decides. With `--strict-federation` that is not enough. Errors:
  /// `why`.
  Result<> without_news(const std::string& registry, const Error& why) const;

private:
  /// A yanked version: how lists name it, and messages.
  struct Found
  {
    std::string id, shown;
  };
  Result<> tell(std::vector<Found> found, const std::function<Error(std::string_view code, std::span<const Found> found)>& error);
  [[nodiscard]] Result<std::set<std::string>> allowed() const;

  const manifest::Config& m_config;
  base::Reporter& m_reporter;
  std::set<std::string> m_told; ///< ids
};

} // namespace cargo_wasm::source
