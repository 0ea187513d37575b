// Witnesses between a signed checkpoint and everybody: who is asked, what is enough, and what becomes public then.
#include "registry_state.hpp"

#include <cargo_wasm/registry_server/operator_change.hpp>
#include <cargo_wasm/registry_tlog/disk_sync.hpp>
#include <cargo_wasm/registry_tlog/log_policy.hpp>
#include <cargo_wasm/registry_witness/cosigning.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_server {
namespace {

using registry_tlog::LogPolicy;
using registry_tlog::PolicyWitness;
using registry_witness::Cosigned;

bool asks_anybody(const LogPolicy& policy)
{
  return policy.quorum != "none" ||
         std::ranges::any_of(policy.witnesses, [](const PolicyWitness& witness) { return !witness.url.empty(); });
}

// The witnesses of both, each once.
LogPolicy joined(LogPolicy policy, const LogPolicy& other)
{
  for (const PolicyWitness& witness : other.witnesses) {
    const auto is_it = [&](const PolicyWitness& known) { return known.key == witness.key && known.url == witness.url; };
    if (std::ranges::none_of(policy.witnesses, is_it)) {
      policy.witnesses.push_back(witness);
    }
  }
  return policy;
}

void add_reasons(Error& error, const LogPolicy& policy, const Cosigned& cosigned)
{
  for (const PolicyWitness& witness : policy.witnesses) {
    if (std::ranges::find(cosigned.witnesses, witness.name) != cosigned.witnesses.end()) {
      continue;
    }
    const auto failed = std::ranges::find(cosigned.failed, witness.name, [](const auto& pair) { return pair.first; });
    const std::string why = failed == cosigned.failed.end() ? "the federation's document has no address of it" : failed->second;
    error.notes.push_back(fmt::format("missing: `{}` ({})", witness.name, why));
  }
}

Error other_history(const Cosigned& cosigned)
{
  Error error("CW1060", "a witness has seen another history of this registry's log", Blame::integrity);
  for (const auto& [name, what] : cosigned.conflicts) {
    error.notes.push_back(fmt::format("`{}`: {}", name, what));
  }
  return std::move(error).help(
      "was the registry restored from an old backup, or is its key used elsewhere? A mirror that is further on has what is "
      "missing here; what a witness has cosigned cannot be unsaid");
}

} // namespace

base::Path Registry::State::private_document(std::uint64_t version) const
{
  return directory / "private" / fmt::format("federation-{}.dsse", version);
}

Result<LogStore::Audience> Registry::State::audience(const registry_trust::Federation& next) const
{
  CW_TRY_ASSIGN(const LogPolicy now, registry_tlog::parse_log_policy(federation.policy));
  CW_TRY_ASSIGN(const LogPolicy then, registry_tlog::parse_log_policy(next.policy));
  return log.pending() || asks_anybody(now) || asks_anybody(then) ? LogStore::Audience::witnesses : LogStore::Audience::everybody;
}

Result<> Registry::State::settle()
{
  if (log.pending()) {
    CW_TRY(publish_pending());
  }
  if (is_unfinished) {
    CW_TRY(recover());
    is_unfinished = false;
  }
  return {};
}

Result<> Registry::State::begin_change()
{
  Result<> settled = settle();
  if (!settled && settled.error().id == "CW1059") {
    settled.error().notes.insert(settled.error().notes.begin(), "an earlier change waits for them; this one was not begun");
  }
  return settled;
}

Result<> Registry::State::publish_pending()
{
  CW_TRY(log.secure_pending());
  CW_TRY_ASSIGN(const LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
  // Those who have not followed the document yet judge by the one before.
  CW_TRY_ASSIGN(const std::string latest, env.fs.read(federation_directory(directory) / "latest"));
  CW_TRY_ASSIGN(const registry_trust::Federation seen, registry_trust::open_federation(latest));
  CW_TRY_ASSIGN(const LogPolicy before, registry_tlog::parse_log_policy(seen.policy));
  CW_TRY_ASSIGN(const std::unique_ptr<base::HttpClient> http, env.http.make(asking.http));
  const registry_witness::CosigningRequest request{
      .policy = joined(policy, before),
      .note = *log.pending(),
      .old_size = log.public_size(),
      .proof = [this](std::uint64_t old_size) { return log.consistency_proof(old_size); },
      .is_enough = [&](const std::string& note) { return open_checkpoint(note, policy) && open_checkpoint(note, before); },
      .limit = asking.limit,
      .doubtful = silent_witnesses,
      .stop = asking.stop};
  CW_TRY_ASSIGN(const Cosigned cosigned, registry_witness::request_cosignatures(*http, env.clock, request));
  if (!asking.stop.stop_requested()) {
    silent_witnesses = {cosigned.silent.begin(), cosigned.silent.end()};
  }
  if (const auto enough = open_checkpoint(cosigned.note, policy); !enough) {
    if (!cosigned.conflicts.empty()) {
      return fail(other_history(cosigned));
    }
    if (enough.error().id != "CW1011") {
      return fail(enough.error());
    }
    Error error("CW1059", fmt::format("not enough witnesses have cosigned the log's checkpoint of {} entries", log.size()), Blame::network);
    add_reasons(error, policy, cosigned);
    return fail(std::move(error).help("it is signed and kept, and becomes public as soon as they have: ask again, with the same"));
  }
  if (!cosigned.conflicts.empty()) {
    env.reporter.warning(other_history(cosigned));
  }
  std::vector<base::Path> documents; // mostly none
  for (std::uint64_t version = seen.version + 1; version <= log.snapshot().federation; ++version) {
    documents.push_back(private_document(version));
    CW_TRY_ASSIGN(const std::string document, env.fs.read(documents.back()));
    CW_TRY(env.fs.write_atomic(federation_directory(directory) / fmt::format("{}.dsse", version), document));
  }
  if (!documents.empty()) {
    CW_TRY(registry_tlog::bring_onto_disk(public_directory));
  }
  const Result<> shown = log.make_public(cosigned.note);
  if (!shown && log.pending()) {
    return shown;
  }
  CW_TRY(load_federation());
  for (const base::Path& document : documents) {
    (void)env.fs.remove(document);
  }
  return shown;
}

} // namespace cargo_wasm::registry_server
