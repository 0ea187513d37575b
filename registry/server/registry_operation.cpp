// What changes a registry at its operator's wish: the federation's document, revocations, a fresh snapshot.
#include "registry_state.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cargo_wasm::registry_server {
namespace {

using registry_trust::Revocation;
using registry_trust::RevokeStatement;
using registry_trust::UnrevokeStatement;

constexpr std::uint64_t k_heartbeat_after_s = k_snapshot_lifetime_s / 4;

tl::unexpected<Error> no_revocation(std::string why)
{
  return fail(Error("CW1226", "this does not change what is revoked", Blame::integrity).note(std::move(why)));
}

// The words behind "crate ", "archive " or "key "; empty for other targets.
std::vector<std::string_view> target_words(std::string_view target, std::string_view kind)
{
  std::vector<std::string_view> words = base::split(target, ' ');
  if (words[0] != kind) {
    return {};
  }
  words.erase(words.begin());
  return words;
}

struct RevocationNote
{
  registry_tlog::SignedNote note;
  std::string target;
  std::optional<RevokeStatement> revoke; ///< nullopt: it takes one back
};

// A statement of this registry that enough revokers have signed.
Result<RevocationNote> checked_revocation(const std::string& bytes, const std::string& canonical, const registry_trust::KeyRole& revokers)
{
  RevocationNote checked;
  CW_TRY_ASSIGN(checked.note, registry_tlog::parse_note(bytes));
  CW_TRY_ASSIGN(const registry_trust::Statement statement, registry_trust::parse_statement(checked.note.text));
  const auto* const revoke = std::get_if<RevokeStatement>(&statement);
  const auto* const back = std::get_if<UnrevokeStatement>(&statement);
  if (revoke == nullptr && back == nullptr) {
    return no_revocation("it is a statement of another kind");
  }
  if ((revoke != nullptr ? revoke->registry : back->registry) != canonical) {
    return no_revocation("it is a statement of another registry");
  }
  const auto signed_by = verify(checked.note, revokers.keys, "the revocation");
  if (!signed_by || signed_by->size() < revokers.threshold) {
    return no_revocation(fmt::format("{} of the {} keys of revokers are needed, {} have signed",
                                     revokers.threshold,
                                     revokers.keys.size(),
                                     signed_by ? signed_by->size() : 0));
  }
  checked.target = revoke != nullptr ? revoke->target : back->target;
  if (revoke != nullptr) {
    checked.revoke = *revoke;
  }
  return checked;
}

// The crates whose versions a target means.
Result<std::vector<std::string>> crates_meant(Ledger& ledger, const std::string& target)
{
  if (const auto words = target_words(target, "crate"); words.size() == 2) {
    CW_TRY_ASSIGN(const std::vector<LedgerVersion> versions, ledger.versions(words[0]));
    const auto version = std::ranges::find(versions, words[1], &LedgerVersion::version);
    if (version == versions.end() || version->crate != words[0]) {
      return no_revocation(fmt::format("there is no version {} of `{}`", words[1], words[0]));
    }
    return std::vector{version->crate};
  }
  if (const auto digest = target_words(target, "archive"); digest.size() == 1 && base::parse_sha256(digest[0])) {
    return ledger.crates_with_archive(*base::parse_sha256(digest[0]));
  }
  if (const auto key = target_words(target, "key"); key.size() == 1) {
    CW_TRY(registry_tlog::parse_verifier_key(key[0]));
    return ledger.crates_signed_by(key[0]);
  }
  return no_revocation(fmt::format("`{}` is neither `crate NAME VERSION` nor `archive HASH` nor `key KEY`", target));
}

} // namespace

Result<Recorded> Registry::update_federation(const std::string& dsse)
{
  State& state = *m_state;
  // A document may be the way out when the witnesses of the one in force are gone: it can stand behind what waits for them.
  if (const Result<> settled = state.settle(); !settled && settled.error().id != "CW1059") {
    return fail(settled.error());
  }
  const base::Path kept = state.private_document(state.federation.version);
  const base::Path current = federation_directory(state.directory) / fmt::format("{}.dsse", state.federation.version);
  CW_TRY_ASSIGN(const std::optional<std::string> in_force, state.env.fs.read_if_exists(state.env.fs.is_file(current) ? current : kept));
  if (in_force == dsse) {
    CW_TRY(state.settle());
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  CW_TRY_ASSIGN(const registry_trust::Federation next, follow_federation(state.federation, dsse));
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(next.policy));
  CW_TRY_ASSIGN(std::vector<registry_tlog::SignerKey> keys, log_keys(state.env.fs, state.directory));
  const auto has = [&](const registry_tlog::VerifierKey& wanted) {
    return std::ranges::any_of(keys, [&](const registry_tlog::SignerKey& key) { return key.verifier == wanted; });
  };
  if (!has(policy.logs.at(0).key)) {
    return fail(Error("CW1203", "the log's key is not in `private/keys`", Blame::environment)
                    .note(fmt::format("the federation's new document names `{}`", to_text(policy.logs[0].key))));
  }
  CW_TRY_ASSIGN(const LogStore::Audience audience, state.audience(next));
  const base::Path document = audience == LogStore::Audience::witnesses
                                  ? state.private_document(next.version)
                                  : federation_directory(state.directory) / fmt::format("{}.dsse", next.version);
  CW_TRY(state.env.fs.write_atomic(document, dsse));
  // Old and new keys sign the checkpoint that changes from one to the other.
  state.log.set_keys(std::move(keys));
  Batch batch;
  batch.federation = next.version;
  const Result<std::uint64_t> recorded = state.record(batch, next);
  if (state.log.snapshot().federation != next.version) {
    (void)state.env.fs.remove(document);
  }
  CW_TRY(state.load_federation());
  CW_TRY(recorded);
  return Recorded{.entry = *recorded, .log_size = state.log.size(), .was_there = false};
}

Result<Recorded> Registry::change_revocations(const std::string& note)
{
  return change_revocations(std::vector<std::string>{note});
}

Result<Recorded> Registry::change_revocations(const std::vector<std::string>& notes)
{
  State& state = *m_state;
  CW_TRY(state.begin_change());
  const registry_trust::KeyRole& revokers = state.federation.revokers;
  CW_TRY_ASSIGN(std::vector<Revocation> revocations, state.ledger->revocations());
  std::set<std::string> crates;
  Batch batch;
  for (const std::string& bytes : notes) {
    CW_TRY_ASSIGN(RevocationNote asked, checked_revocation(bytes, canonical(), revokers));
    const auto before = std::ranges::find(revocations, asked.target, [](const Revocation& r) { return r.statement.target; });
    if (before == revocations.end() ? !asked.revoke : asked.revoke && before->statement == *asked.revoke) {
      continue;
    }
    CW_TRY_ASSIGN(const std::vector<std::string> meant, crates_meant(*state.ledger, asked.target));
    crates.insert(meant.begin(), meant.end());
    std::erase_if(revocations, [&](const Revocation& revocation) { return revocation.statement.target == asked.target; });
    if (asked.revoke) {
      revocations.push_back({.entry = state.log.size() + batch.entries.size(), .statement = *asked.revoke});
    }
    std::erase_if(asked.note.signatures, [&](const registry_tlog::NoteSignature& signature) {
      return std::ranges::none_of(revokers.keys, [&](const auto& key) { return key.name == signature.name && key.id == signature.key_id; });
    });
    batch.used_notes.push_back(base::sha256(asked.note.text));
    batch.entries.push_back({.note = state.log.countersigned(std::move(asked.note)), .crate = {}});
  }
  if (batch.entries.empty()) {
    return Recorded{.entry = 0, .log_size = state.log.size(), .was_there = true};
  }
  for (const std::string& crate : crates) {
    CW_TRY_ASSIGN(const std::string index, state.index_file(crate));
    CW_TRY_ASSIGN(std::string changed, state.index_with(crate, revocations));
    if (changed != index) {
      batch.index_files[crate] = std::move(changed);
    }
  }
  batch.revocations = std::move(revocations);
  CW_TRY_ASSIGN(const std::uint64_t leaf, state.record(batch));
  return Recorded{.entry = leaf, .log_size = state.log.size(), .was_there = false};
}

Result<std::vector<Revocation>> Registry::revocations()
{
  return m_state->ledger->revocations();
}

Result<Recorded> Registry::seal_usage(const base::Sha256& head, std::uint64_t records)
{
  State& state = *m_state;
  CW_TRY(state.begin_change());
  const registry_trust::SealStatement seal{.registry = canonical(), .head = head, .records = records, .time = state.now()};
  Batch batch;
  batch.entries.push_back({.note = state.log.signed_note(seal), .crate = {}});
  CW_TRY_ASSIGN(const std::uint64_t leaf, state.record(batch));
  return Recorded{.entry = leaf, .log_size = state.log.size(), .was_there = false};
}

Result<Recorded> Registry::heartbeat()
{
  CW_TRY(m_state->begin_change());
  // Keys of the log that have been taken away since sign no more.
  CW_TRY(m_state->load_federation());
  CW_TRY_ASSIGN(const std::uint64_t leaf, m_state->record({}));
  return Recorded{.entry = leaf, .log_size = m_state->log.size(), .was_there = false};
}

bool Registry::heartbeat_is_due() const
{
  return m_state->lacks_cosignatures || m_state->now() > m_state->log.snapshot().time + k_heartbeat_after_s;
}

bool Registry::waits_for_witnesses() const
{
  return m_state->log.pending().has_value();
}

Result<> Registry::settle()
{
  m_state->silent_witnesses.clear();
  return m_state->settle();
}

Result<> Registry::do_submitted()
{
  State& state = *m_state;
  CW_TRY_ASSIGN(const std::vector<Row> rows,
                state.database.run("SELECT id, kind, payload FROM submitted WHERE answer IS NULL ORDER BY id"));
  for (const Row& row : rows) {
    const OperatorChange change{.kind = static_cast<OperatorChangeKind>(std::get<std::int64_t>(row[1])),
                                .payload = std::get<std::string>(row[2])};
    const Result<Recorded> done = apply(*this, change);
    CW_TRY(state.database.run("UPDATE submitted SET answer = ? WHERE id = ?", {answer_text(done), std::get<std::int64_t>(row[0])}));
  }
  return {};
}

} // namespace cargo_wasm::registry_server
