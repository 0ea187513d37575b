#include <cargo_wasm/registry_trust/crate_authority.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_trust {
namespace {

using registry_tlog::SignedNote;
using registry_tlog::VerifierKey;

tl::unexpected<Error> not_by(const std::string& crate, std::string why)
{
  return fail(Error("CW1028", fmt::format("a statement about `{}` is not signed by whoever may make it", crate), Blame::integrity)
                  .note(std::move(why))
                  .help("what it states does not count; ask whoever runs the registry"));
}

Result<std::optional<VerifierKey>> by_crate(const std::string& crate, const SignedNote& note, std::span<const VerifierKey> keys)
{
  const auto signed_by = keys.empty() ? Result<std::vector<registry_tlog::ValidSignature>>() : verify(note, keys, "a statement");
  if (keys.empty() || !signed_by) {
    std::string names;
    for (const VerifierKey& key : keys) {
      names += fmt::format("{}`{}`", names.empty() ? "" : ", ", to_text(key));
    }
    return not_by(crate, keys.empty() ? "no key may publish this crate" : "keys of the crate: " + names);
  }
  return std::optional(keys[signed_by->front().key]);
}

Result<std::optional<VerifierKey>> by_registry(const std::string& crate, const SignedNote& note, std::span<const VerifierKey> keys)
{
  if (!keys.empty() && !verify(note, keys, "a statement")) {
    return not_by(crate, "the registry has not signed it");
  }
  return std::optional<VerifierKey>();
}

} // namespace

Result<std::optional<VerifierKey>>
CrateAuthority::take(const Statement& statement, const SignedNote& note, std::span<const VerifierKey> registry_keys)
{
  if (const auto* const publish = std::get_if<PublishStatement>(&statement)) {
    return publish->user ? by_registry(publish->name, note, registry_keys) : by_crate(publish->name, note, keys);
  }
  if (const auto* const yank = std::get_if<YankStatement>(&statement)) {
    return yank->user ? by_registry(yank->name, note, registry_keys) : by_crate(yank->name, note, keys);
  }
  if (const auto* const import = std::get_if<ImportStatement>(&statement)) {
    if (!keys.empty()) {
      return not_by(import->name, "it is brought in from another registry, and has a publisher's key here");
    }
    return by_registry(import->name, note, registry_keys);
  }
  const auto* const change = std::get_if<KeyStatement>(&statement);
  if (change == nullptr) {
    return fail(Error("CW1028", "a statement that is about no crate stands in the chain of one", Blame::integrity));
  }
  CW_TRY_ASSIGN(VerifierKey key, registry_tlog::parse_verifier_key(change->key));
  if (change->change == KeyChange::claim) {
    if (!keys.empty()) {
      return not_by(change->name, fmt::format("it is claimed for `{}`, and has a key already", change->key));
    }
    CW_TRY(by_registry(change->name, note, registry_keys));
    keys.push_back(std::move(key));
    return std::optional<VerifierKey>();
  }
  CW_TRY_ASSIGN(std::optional<VerifierKey> by, by_crate(change->name, note, keys));
  std::erase(keys, key);
  if (change->change == KeyChange::grant) {
    keys.push_back(std::move(key));
  }
  return by;
}

const std::string* crate_of(const Statement& statement)
{
  if (const auto* const publish = std::get_if<PublishStatement>(&statement)) {
    return &publish->name;
  }
  if (const auto* const yank = std::get_if<YankStatement>(&statement)) {
    return &yank->name;
  }
  if (const auto* const import = std::get_if<ImportStatement>(&statement)) {
    return &import->name;
  }
  const auto* const change = std::get_if<KeyStatement>(&statement);
  return change == nullptr ? nullptr : &change->name;
}

} // namespace cargo_wasm::registry_trust
