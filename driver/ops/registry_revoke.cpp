// Revocations, as the revokers sign them, and the snapshot of a registry that nobody changes.
#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_mirror/audit.hpp>
#include <cargo_wasm/registry_server/accounts.hpp>
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

// Everything that a user has published: what his keys sign, and the versions that his tokens let in.
Result<std::vector<std::string>> targets_of_owner(const Env& env, const RegistryRevokeRequest& request)
{
  std::vector<std::string> targets;
  CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
  CW_TRY_ASSIGN(const std::vector<registry_server::PublisherKey> keys, accounts.accounts().keys(request.owner));
  for (const registry_server::PublisherKey& key : keys) {
    targets.push_back(registry_trust::target_of_key(key.key));
  }
  CW_TRY_ASSIGN(const std::string document, env.fs.read(registry_server::federation_directory(request.directory) / "latest"));
  registry_mirror::FederationPin pin;
  CW_TRY_ASSIGN(pin.document, registry_trust::payload_hash(document));
  registry_mirror::DirectoryFiles files(env.fs, request.directory / "public");
  CW_TRY_ASSIGN(const registry_mirror::AuditReport log, registry_mirror::audit(files, std::nullopt, pin));
  for (const registry_mirror::AuditEvent& event : log.events) {
    if (event.kind == "publish" && event.user == request.owner && event.entry >= request.since.value_or(0)) {
      targets.push_back("crate " + event.subject);
    }
  }
  if (targets.empty()) {
    return fail(Error("CW1065", fmt::format("there is nothing of `{}` to revoke", request.owner), Blame::user)
                    .note("no key is bound to him, and no version of the log was let in by a token of his")
                    .help("`cargo-wasm registry key list DIR` shows users and keys"));
  }
  return targets;
}

Result<std::vector<std::string>> targets_of(const Env& env, const RegistryRevokeRequest& request)
{
  const std::array given{!request.crate.empty(), !request.archive.empty(), !request.key.empty(), !request.owner.empty()};
  if (std::ranges::count(given, true) != 1) {
    return misspoken("what is meant?", "one of `--crate NAME@VERSION`, `--archive HASH`, `--key KEY` and `--owner USER`");
  }
  if (!request.owner.empty()) {
    return targets_of_owner(env, request);
  }
  CW_TRY_ASSIGN(std::string target, target_of(request));
  return std::vector{std::move(target)};
}

std::string new_revocation_nonce()
{
  std::random_device entropy;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", entropy(), entropy(), entropy(), entropy());
}

} // namespace

namespace {

registry_trust::Statement statement_about(const Env& env,
                                          const RegistryRevokeRequest& request,
                                          const registry_trust::Federation& federation,
                                          const std::string& target)
{
  const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
  if (request.back) {
    registry_trust::UnrevokeStatement unrevoke;
    unrevoke.registry = federation.canonical;
    unrevoke.target = target;
    unrevoke.nonce = new_revocation_nonce();
    unrevoke.time = now;
    return unrevoke;
  }
  registry_trust::RevokeStatement revoke;
  revoke.registry = federation.canonical;
  revoke.target = target;
  revoke.effect = request.effect == "warn" ? registry_trust::RevocationEffect::warn : registry_trust::RevocationEffect::block;
  revoke.reason = request.reason;
  revoke.advisory = request.advisory;
  revoke.since_entry = target.starts_with("key ") ? request.since : std::nullopt;
  revoke.time = now;
  return revoke;
}

} // namespace

Result<> registry_revoke(const Env& env, const RegistryRevokeRequest& request, const KeyOpening& opening)
{
  CW_TRY_ASSIGN(const std::vector<std::string> targets, targets_of(env, request));
  if (!request.back && std::ranges::find(k_reasons, request.reason) == k_reasons.end()) {
    return misspoken(request.reason.empty() ? std::string("why?") : fmt::format("`{}` is no reason", request.reason),
                     fmt::format("`--reason` is one of {}", fmt::join(k_reasons, ", ")));
  }
  if (request.effect != "block" && request.effect != "warn") {
    return misspoken(fmt::format("`{}` is no effect", request.effect), "`--effect` is block or warn");
  }
  if (request.since && request.key.empty() && request.owner.empty()) {
    return misspoken("`--since` is for keys alone", "earlier entries of the log that the key signed stay good");
  }
  if (request.advisory && request.advisory->find_first_of(" \t\n") != std::string::npos) {
    return misspoken(fmt::format("`{}` is not an address of the web", *request.advisory), "`--advisory https://…`");
  }
  CW_TRY_ASSIGN(const registry_trust::Federation federation, current_federation(env, request.directory));
  CW_TRY_ASSIGN(const auto signers, signers_here(env, request.directory, {"revokers", "root"}, request.signers, opening));
  std::vector<std::string> notes;
  for (const std::string& target : targets) {
    const registry_trust::Statement statement = statement_about(env, request, federation, target);
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
    notes.push_back(to_text(note));
  }
  if (!request.owner.empty() && !request.back) {
    CW_TRY_ASSIGN(registry_server::AccountsFile accounts, registry_server::AccountsFile::open(env, request.directory));
    CW_TRY_ASSIGN(const std::size_t tokens, accounts.accounts().revoke_tokens_of(request.owner));
    env.reporter.status("Withdrawn", fmt::format("{} tokens of `{}`", tokens, request.owner));
  }
  const registry_server::OperatorChange change{.kind = registry_server::OperatorChangeKind::revocations,
                                               .payload = registry_server::payload_of(notes)};
  CW_TRY_ASSIGN(const registry_server::Recorded recorded, submit_change(env, request.directory, change));
  const std::string_view verb = request.back ? "Unrevoked" : "Revoked";
  for (const std::string& target : targets) {
    env.reporter.status(verb,
                        recorded.was_there    ? fmt::format("{}: it was so already", target)
                        : targets.size() == 1 ? fmt::format("{}, by entry {} of the log", target, recorded.entry)
                                              : fmt::format("{}, with the checkpoint of {} entries", target, recorded.log_size));
  }
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
