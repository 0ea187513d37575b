#include <cargo_wasm/registry_client/locked_versions.hpp>

#include <cargo_wasm/registry_client/age_text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

namespace cargo_wasm::registry_client {
namespace {

/// How old what is known of revocations may be before a command that needs nothing else from the network asks for news.
constexpr std::uint64_t k_revocations_age_s = 3600;

/// That the registry is away, or its operators are late: nothing of it was found to be wrong.
bool is_away(const Error& error)
{
  return error.blame == Blame::network || error.id == "CW1113";
}

} // namespace

Result<> check_locked_versions(const Env& env,
                               const KnownRegistry& known,
                               const LockedCheck& how,
                               std::span<const VerifiedRegistry::Version> versions,
                               const std::function<Result<VerifiedRegistry*>()>& ask)
{
  VerifiedRegistry kept(env, nullptr, known, {.pool = {}, .offline = true});
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  if (how.offline || (!how.was_asked && was_read_lately(env.fs, known, now, k_revocations_age_s))) {
    const Result<> checked = kept.check_revoked(versions, how.allowed);
    if (checked || checked.error().id != "CW1106") {
      return checked;
    }
    if (how.offline) {
      return {}; // nothing is known of revocations, and nothing can be
    }
  }
  const Result<> checked = [&]() -> Result<> {
    CW_TRY_ASSIGN(VerifiedRegistry* const registry, ask());
    return registry->check_revoked(versions, how.allowed);
  }();
  if (checked || how.was_asked || how.strict || !is_away(checked.error())) {
    return checked;
  }
  CW_TRY(kept.refresh()); // else nothing was ever verified
  if (kept.state().age_s > known.federation.fail_after_s) {
    return fail(Error(checked.error())
                    .note(fmt::format("what is known here of revocations is {} old", age_text(kept.state().age_s)))
                    .help("`--offline` builds with what was verified before"));
  }
  env.reporter.warning(
      Error("CW1067",
            fmt::format("the registry `{}` cannot be asked whether what is locked has been revoked", known.federation.name),
            Blame::network)
          .note(checked.error().message)
          .note(fmt::format("what is known here is {} old, and had no such revocation", age_text(kept.state().age_s)))
          .help(fmt::format("`cargo-wasm registry status {}` shows its mirrors", known.federation.name)));
  return kept.check_revoked(versions, how.allowed);
}

} // namespace cargo_wasm::registry_client
