// Revocations, as the revokers sign them, and the snapshot of a registry that nobody changes.
#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/revocations.hpp>
#include <cargo_wasm/registry_trust/statement.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "registry_signers.hpp"
#include "submitted_change.hpp"

namespace cargo_wasm::ops {

namespace {

constexpr std::array<std::string_view, 5> k_reasons{"malware", "key-compromise", "vulnerability", "legal", "mistake"};

tl::unexpected<Error> misspoken(std::string message, std::string help)
{
  return fail(Error("CW1205", std::move(message), Blame::usage).help(std::move(help)));
}

Result<std::string> target_of(const RegistryRevokeRequest& request)
{
  const auto given =
      static_cast<int>(!request.crate.empty()) + static_cast<int>(!request.archive.empty()) + static_cast<int>(!request.key.empty());
  if (given != 1) {
    return misspoken("what is meant?", "one of `--crate NAME@VERSION`, `--archive HASH` and `--key KEY`");
  }
  if (!request.crate.empty()) {
    const std::size_t at = request.crate.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == request.crate.size() || request.crate.find(' ') != std::string::npos) {
      return misspoken(fmt::format("`{}` is no version of a crate", request.crate), "`--crate NAME@VERSION`");
    }
    return registry_trust::target_of_version(request.crate.substr(0, at), request.crate.substr(at + 1));
  }
  if (!request.archive.empty()) {
    const std::optional<base::Sha256> hash = base::parse_sha256(request.archive);
    return hash ? Result<std::string>(registry_trust::target_of_archive(*hash))
                : misspoken(fmt::format("`{}` is no SHA-256", request.archive), "`--archive HASH`: 64 digits, the `cksum` of the index");
  }
  CW_TRY_ASSIGN(const registry_tlog::VerifierKey key, registry_tlog::parse_verifier_key(request.key));
  return registry_trust::target_of_key(to_text(key));
}

std::string new_revocation_nonce()
{
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

} // namespace

Result<> registry_revoke(const Env& env, const RegistryRevokeRequest& request, const KeyOpening& opening)
{
  CW_TRY_ASSIGN(const std::string target, target_of(request));
  if (!request.back && std::ranges::find(k_reasons, request.reason) == k_reasons.end()) {
    return misspoken(request.reason.empty() ? std::string("why?") : fmt::format("`{}` is no reason", request.reason),
                     fmt::format("`--reason` is one of {}", fmt::join(k_reasons, ", ")));
  }
  if (request.effect != "block" && request.effect != "warn") {
    return misspoken(fmt::format("`{}` is no effect", request.effect), "`--effect` is block or warn");
  }
  if (request.since && request.key.empty()) {
    return misspoken("`--since` is for keys alone", "earlier entries of the log that the key signed stay good");
  }
  if (request.advisory && request.advisory->find_first_of(" \t\n") != std::string::npos) {
    return misspoken(fmt::format("`{}` is not an address of the web", *request.advisory), "`--advisory https://…`");
  }
  CW_TRY_ASSIGN(const registry_trust::Federation federation, current_federation(env, request.directory));
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  registry_trust::Statement statement;
  if (request.back) {
    registry_trust::UnrevokeStatement unrevoke;
    unrevoke.registry = federation.canonical;
    unrevoke.target = target;
    unrevoke.nonce = new_revocation_nonce();
    unrevoke.time = now;
    statement = std::move(unrevoke);
  } else {
    registry_trust::RevokeStatement revoke;
    revoke.registry = federation.canonical;
    revoke.target = target;
    revoke.effect = request.effect == "warn" ? registry_trust::RevocationEffect::warn : registry_trust::RevocationEffect::block;
    revoke.reason = request.reason;
    revoke.advisory = request.advisory;
    revoke.since_entry = request.since;
    revoke.time = now;
    statement = std::move(revoke);
  }
  CW_TRY_ASSIGN(const auto signers, signers_here(env, request.directory, {"revokers", "root"}, request.signers, opening));
  registry_tlog::SignedNote note{.text = to_text(statement), .signatures = {}};
  for (const registry_tlog::SignerKey& signer : signers) {
    if (std::ranges::find(federation.revokers.keys, signer.verifier) != federation.revokers.keys.end()) {
      note.signatures.push_back(sign(note.text, signer));
    }
  }
  if (note.signatures.size() < federation.revokers.threshold) {
    return fail(Error("CW1225", "there are not enough keys of revokers here", Blame::user)
                    .note(fmt::format("{} of the {} are needed, {} are here",
                                      federation.revokers.threshold,
                                      federation.revokers.keys.size(),
                                      note.signatures.size()))
                    .help("`--sign FILE` for each further key; nothing was changed"));
  }
  CW_TRY_ASSIGN(const registry_server::Recorded recorded,
                submit_change(env, request.directory, {.kind = registry_server::OperatorChangeKind::revocation, .payload = to_text(note)}));
  const std::string_view verb = request.back ? "Unrevoked" : "Revoked";
  env.reporter.status(verb,
                      recorded.was_there ? fmt::format("{}: it was so already", target)
                                         : fmt::format("{}, by entry {} of the log", target, recorded.entry));
  return {};
}

Result<> registry_heartbeat(const Env& env, const Path& directory)
{
  CW_TRY_ASSIGN(const registry_server::Recorded recorded,
                submit_change(env, directory, {.kind = registry_server::OperatorChangeKind::heartbeat, .payload = {}}));
  env.reporter.status("Signed", fmt::format("a fresh snapshot, entry {} of the log", recorded.log_size - 1));
  return {};
}

} // namespace cargo_wasm::ops
