// The federation's document as its operator changes it: the next version, signed by the root keys that are here.
#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/ops/registry_trust_verbs.hpp>
#include <cargo_wasm/registry_server/federation_toml.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_trust/dsse.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "publisher_keys.hpp"
#include "registry_signers.hpp"
#include "submitted_change.hpp"

namespace cargo_wasm::ops {

namespace {

using registry_server::RoleKey;
using registry_tlog::VerifierKey;
using registry_trust::Federation;
using registry_trust::KeyRole;

bool has_key(const std::vector<VerifierKey>& keys, const VerifierKey& key)
{
  return std::ranges::find(keys, key) != keys.end();
}

Result<> put_in_force(
    const Env& env, const Path& directory, const Federation& current, Federation next, const std::vector<registry_tlog::SignerKey>& signers)
{
  next.version = current.version + 1;
  registry_trust::DsseEnvelope envelope{.type = std::string(registry_trust::k_federation_type), .payload = to_json(next), .signatures = {}};
  for (const registry_tlog::SignerKey& signer : signers) {
    if (has_key(current.root.keys, signer.verifier) || has_key(next.root.keys, signer.verifier)) {
      sign(envelope, signer);
    }
  }
  const std::string document = to_json(envelope);
  if (auto followed = follow_federation(current, document); !followed) {
    if (followed.error().id != "CW1024") {
      return fail(std::move(followed.error()));
    }
    Error error(
        "CW1225", fmt::format("there are not enough root keys here to sign version {} of the federation", next.version), Blame::user);
    error.notes = followed.error().notes;
    return fail(std::move(error).help("`--sign FILE` for each further key; nothing was changed"));
  }
  CW_TRY_ASSIGN(const registry_server::Recorded recorded,
                submit_change(env, directory, {.kind = registry_server::OperatorChangeKind::federation, .payload = document}));
  env.reporter.status(
      "Signed",
      fmt::format("version {} of the federation `{}`, in force with entry {} of the log", next.version, next.name, recorded.log_size - 1));
  return {};
}

// A new key in the place of each that is here; the others stay.
Result<std::vector<RoleKey>> replace_keys(const Env& env,
                                          const RegistryRotateRequest& request,
                                          const Federation& federation,
                                          std::vector<KeyRole*> roles,
                                          const std::vector<registry_tlog::SignerKey>& here)
{
  std::vector<RoleKey> made;
  for (const VerifierKey& old : std::vector<VerifierKey>(roles.front()->keys)) {
    if (std::ranges::none_of(here, [&](const auto& key) { return key.verifier == old; })) {
      continue;
    }
    CW_TRY_ASSIGN(RoleKey fresh, registry_server::make_role_key(env.fs, request.directory, request.role, federation.name));
    for (KeyRole* const role : roles) {
      std::ranges::replace(role->keys, old, fresh.key.verifier);
    }
    made.push_back(std::move(fresh));
  }
  if (made.empty()) {
    return fail(Error("CW1225", fmt::format("no key of the role `{}` is here", request.role), Blame::user)
                    .note("a key is changed where it is")
                    .help("for keys that lie elsewhere: write the new ones into federation.toml, `registry federation DIR --file`"));
  }
  return made;
}

// Moves keys that no role has any more out of the way.
Result<> retire(const Env& env, const RegistryRotateRequest& request, const Federation& federation)
{
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
  CW_TRY_ASSIGN(const std::vector<RoleKey> keys, registry_server::role_keys(env.fs, request.directory, request.role));
  for (const RoleKey& role : keys) {
    const VerifierKey& key = role.key.verifier;
    if (has_key(federation.root.keys, key) || has_key(federation.revokers.keys, key) || policy.logs.at(0).key == key) {
      continue;
    }
    const Path retired = role.file.parent_path() / "retired";
    CW_TRY(env.fs.create_directories(retired));
    CW_TRY(env.fs.rename(role.file, retired / role.file.filename()));
    env.reporter.status("Retired", fmt::format("`{}`; its file is in `{}`", to_text(key), retired.native()));
  }
  return registry_heartbeat(env, request.directory);
}

} // namespace

Result<Federation> current_federation(const Env& env, const Path& directory)
{
  CW_TRY_ASSIGN(const std::optional<std::string> document,
                env.fs.read_if_exists(registry_server::federation_directory(directory) / "latest"));
  if (!document) {
    return fail(Error("CW1201", fmt::format("cannot open the registry in `{}`", directory.native()), Blame::user)
                    .note(env.fs.is_file(directory / "private" / "registry.json")
                              ? "it has no address yet: it gets one when it is served first"
                              : "there is no `private/registry.json` in it"));
  }
  return registry_trust::open_federation(*document);
}

Result<std::vector<registry_tlog::SignerKey>> signers_here(const Env& env,
                                                           const Path& directory,
                                                           const std::vector<std::string_view>& roles,
                                                           const std::vector<Path>& files,
                                                           const KeyOpening& opening)
{
  std::vector<registry_tlog::SignerKey> signers;
  const auto add = [&](registry_tlog::SignerKey key) {
    if (std::ranges::none_of(signers, [&](const auto& other) { return other.verifier == key.verifier; })) {
      signers.push_back(std::move(key));
    }
  };
  for (const std::string_view role : roles) {
    CW_TRY_ASSIGN(std::vector<RoleKey> keys, registry_server::role_keys(env.fs, directory, role));
    for (RoleKey& key : keys) {
      add(std::move(key.key));
    }
  }
  for (const Path& file : files) {
    CW_TRY_ASSIGN(registry_tlog::SignerKey key, read_key_file(env, file, opening));
    add(std::move(key));
  }
  return signers;
}

Result<> registry_federation(const Env& env, const RegistryFederationRequest& request, const KeyOpening& opening)
{
  CW_TRY_ASSIGN(const Federation current, current_federation(env, request.directory));
  if (!request.file) {
    env.reporter.result(to_json(current));
    return {};
  }
  CW_TRY_ASSIGN(const std::string text, env.fs.read(*request.file));
  CW_TRY_ASSIGN(Federation next,
                registry_server::with_federation_toml(current, *request.file, text, registry_trust::utc_seconds(env.clock.now())));
  CW_TRY_ASSIGN(const auto signers, signers_here(env, request.directory, {"root"}, request.signers, opening));
  return put_in_force(env, request.directory, current, std::move(next), signers);
}

Result<> registry_rotate(const Env& env, const RegistryRotateRequest& request, const KeyOpening& opening)
{
  if (request.role != "root" && request.role != "log" && request.role != "revokers") {
    return fail(Error("CW1205",
                      request.role.empty() ? std::string("the keys of which role?") : fmt::format("`{}` is no role", request.role),
                      Blame::usage)
                    .help("`--role` is root, log or revokers"));
  }
  CW_TRY_ASSIGN(const Federation current, current_federation(env, request.directory));
  if (request.retire) {
    return retire(env, request, current);
  }
  CW_TRY_ASSIGN(auto signers, signers_here(env, request.directory, {"root", "revokers"}, request.signers, opening));
  Federation next = current;
  std::vector<RoleKey> made;
  if (request.role == "log") {
    CW_TRY_ASSIGN(RoleKey fresh, registry_server::make_role_key(env.fs, request.directory, "log", current.name));
    CW_TRY_ASSIGN(next.policy, registry_server::policy_with_log(current.policy, fresh.key.verifier));
    made.push_back(std::move(fresh));
  } else {
    std::vector<KeyRole*> roles{request.role == "root" ? &next.root : &next.revokers};
    // Where the root revokes, its new keys do, too.
    if (request.role == "root" && current.revokers == current.root) {
      roles.push_back(&next.revokers);
    }
    // Keys that were only given to sign with lie elsewhere, and stay.
    CW_TRY_ASSIGN(const auto here, signers_here(env, request.directory, {"root", "revokers"}, {}, opening));
    CW_TRY_ASSIGN(made, replace_keys(env, request, current, roles, here));
  }
  for (const RoleKey& fresh : made) {
    CW_TRY_ASSIGN(registry_tlog::SignerKey copy, registry_tlog::parse_signer_key(to_secret_text(fresh.key)));
    signers.push_back(std::move(copy));
  }
  const Result<> done = put_in_force(env, request.directory, current, std::move(next), signers);
  for (const RoleKey& fresh : made) {
    // What is signed and waits for witnesses comes into force later.
    if (!done && done.error().id != "CW1059") {
      (void)env.fs.remove(fresh.file);
    } else {
      env.reporter.status("Created", fmt::format("`{}` in `{}`", to_text(fresh.key.verifier), fresh.file.native()));
    }
  }
  CW_TRY(done);
  if (request.role == "log") {
    env.reporter.status(
        "Next", fmt::format("both keys sign until `cargo-wasm registry rotate {} --role log --retire`", request.directory.native()));
  }
  return {};
}

} // namespace cargo_wasm::ops
