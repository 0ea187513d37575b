#include <cargo_wasm/registry_mirror/audit.hpp>

#include "checked_log.hpp"
#include "crate_history.hpp"
#include "followed_federation.hpp"
#include "followed_log.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_mirror/fork_evidence.hpp>
#include <cargo_wasm/registry_tlog/signed_note.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cargo_wasm::registry_mirror {
namespace {

using namespace registry_trust;
using registry_client::FetchedLog;
using registry_client::StaticFiles;
using registry_tlog::TileReader;

constexpr std::uint64_t k_entries_of_an_audit = 16 * registry_tlog::k_tile_width;

// What an event says, by kind of statement.
struct EventText
{
  AuditEvent& event;

  void operator()(const PublishStatement& one) const
  {
    event.kind = "publish";
    event.subject = one.name + " " + one.version;
    event.detail = "archive " + base::to_hex(one.archive);
    event.user = one.user;
    event.time = one.time;
  }
  void operator()(const ImportStatement& one) const
  {
    event.kind = "import";
    event.subject = one.name + " " + one.version;
    event.detail = fmt::format("archive {}, as seen in {}", base::to_hex(one.archive), one.upstream);
    event.time = one.time;
  }
  void operator()(const YankStatement& one) const
  {
    event.kind = one.yanked ? "yank" : "unyank";
    event.subject = one.name + " " + one.version;
    event.user = one.user;
    event.time = one.time;
  }
  void operator()(const KeyStatement& one) const
  {
    event.kind = one.change == KeyChange::claim ? "claim" : one.change == KeyChange::grant ? "grant" : "drop-key";
    event.subject = one.name;
    event.detail = "key " + one.key;
    event.time = one.time;
  }
  void operator()(const RevokeStatement& one) const
  {
    event.kind = "revoke";
    event.subject = one.target;
    event.detail = fmt::format(
        "{}, {}{}", one.effect == RevocationEffect::block ? "block" : "warn", one.reason, one.advisory ? ", " + *one.advisory : "");
    event.time = one.time;
  }
  void operator()(const UnrevokeStatement& one) const
  {
    event.kind = "unrevoke";
    event.subject = one.target;
    event.time = one.time;
  }
  void operator()(const SnapshotStatement& one) const
  {
    event.kind = "snapshot";
    event.subject = fmt::format("{}", one.sequence);
    event.time = one.time;
  }
  void operator()(const SealStatement& one) const
  {
    event.kind = "seal";
    event.seal = one;
    event.subject = base::to_hex(one.head);
    event.detail = fmt::format("{} records", one.records);
    event.time = one.time;
  }
};

// Whether an event is about a crate, or about its key or version.
bool is_about(const AuditEvent& event, const std::string& lower_case_name)
{
  const std::string subject = base::to_lower(event.subject);
  return subject == lower_case_name || subject.starts_with(lower_case_name + " ") || subject == "crate " + lower_case_name ||
         subject.starts_with("crate " + lower_case_name + " ");
}

std::optional<AuditEvent> event_of(std::uint64_t index, std::string_view entry, const std::vector<registry_tlog::VerifierKey>& keys)
{
  const auto note = registry_tlog::parse_note(entry);
  const auto statement = note ? parse_statement(note->text) : Result<Statement>(fail(Error()));
  if (!statement) {
    return std::nullopt;
  }
  AuditEvent event;
  event.entry = index;
  std::visit(EventText{event}, *statement);
  if (const auto valid = registry_tlog::verify(*note, keys, "an entry"); valid) {
    for (const registry_tlog::ValidSignature& signature : *valid) {
      event.signers.push_back(keys[signature.key].name);
    }
  }
  return event;
}

/// A registry's log as somebody shows it, verified.
struct ShownLog
{
  FederationChain chain;
  std::string note;
  registry_tlog::VerifiedCheckpoint verified;
};

Result<ShownLog> shown_log(StaticFiles& files, const FederationPin& pin)
{
  ShownLog shown;
  CW_TRY_ASSIGN(shown.chain, follow_chain(std::nullopt, !pin.document && !pin.root, files, pin));
  CW_TRY_ASSIGN(shown.note, get_file(files, {.path = "checkpoint", .max_bytes = registry_tlog::k_max_note_bytes}));
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(shown.chain.newest.policy));
  CW_TRY_ASSIGN(shown.verified, open_checkpoint(shown.note, policy));
  return shown;
}

// Keys that a crate's events name, beside the registry's.
void take_key(const AuditEvent& event, std::vector<registry_tlog::VerifierKey>& keys)
{
  if (event.detail.starts_with("key ")) {
    if (const auto key = registry_tlog::parse_verifier_key(std::string_view(event.detail).substr(4));
        key && std::ranges::find(keys, *key) == keys.end()) {
      keys.push_back(*key);
    }
  }
}

// Events of entries from `begin` on.
Result<std::vector<AuditEvent>>
events_from(std::uint64_t begin, TileReader& reader, std::vector<registry_tlog::VerifierKey> keys, History* history, CheckReport& report)
{
  std::vector<AuditEvent> events;
  std::size_t waiting = 0; // the first event that no snapshot has yet
  const std::uint64_t size = reader.checkpoint().size;
  while (begin < size) {
    const std::uint64_t end = std::min(begin + k_entries_of_an_audit, size);
    CW_TRY_ASSIGN(const std::vector<std::string> entries, reader.entries({.begin = begin, .end = end}));
    for (std::uint64_t index = begin; index < end; ++index) {
      if (history != nullptr) {
        history->take(index, entries[index - begin], report);
      }
      std::optional<AuditEvent> event = event_of(index, entries[index - begin], keys);
      if (!event) {
        continue;
      }
      take_key(*event, keys);
      if (event->kind != "snapshot") {
        events.push_back(std::move(*event));
        continue;
      }
      for (; waiting < events.size(); ++waiting) {
        events[waiting].snapshot = static_cast<std::uint64_t>(std::stoull(event->subject));
      }
    }
    begin = end;
  }
  return events;
}

bool is_news(const AuditEvent& event, const std::vector<std::string>& watched)
{
  const bool is_kind =
      event.kind == "claim" || event.kind == "grant" || event.kind == "drop-key" || event.kind == "revoke" || event.kind == "unrevoke";
  return is_kind &&
         (watched.empty() || std::ranges::any_of(watched, [&](const std::string& name) { return is_about(event, base::to_lower(name)); }));
}

/// Two logs that were shown, compared; evidence when they fork.
Result<std::optional<base::Path>> fork_between(
    const Env& env, const ShownLog& one, StaticFiles& one_files, const ShownLog& other, StaticFiles& other_files, const base::Path& state)
{
  const bool first_is_larger = one.verified.checkpoint.size >= other.verified.checkpoint.size;
  const ShownLog& larger = first_is_larger ? one : other;
  const ShownLog& smaller = first_is_larger ? other : one;
  FetchedLog log(first_is_larger ? one_files : other_files);
  TileReader reader(larger.verified.checkpoint, log);
  CW_TRY_ASSIGN(const TwoCheckpoints two, compare(smaller.verified.checkpoint, reader));
  if (two == TwoCheckpoints::consistent) {
    return std::optional<base::Path>();
  }
  ForkEvidence evidence{.seen = utc_seconds(env.clock.now()), .kept = smaller.note, .served = larger.note, .other = {}, .proof = {}};
  CW_TRY_ASSIGN(base::Path file, keep_evidence(env.fs, state, std::move(evidence), smaller.verified.checkpoint.size, &reader));
  return std::optional(std::move(file));
}

// The addresses of witnesses that a document names.
Result<std::vector<std::string>> addresses_of_witnesses(const Federation& federation)
{
  CW_TRY_ASSIGN(const registry_tlog::LogPolicy policy, registry_tlog::parse_log_policy(federation.policy));
  std::vector<std::string> addresses;
  for (const registry_tlog::PolicyWitness& witness : policy.witnesses) {
    if (!witness.url.empty()) {
      addresses.push_back(witness.url);
    }
  }
  return addresses;
}

// The newest checkpoint that a witness has cosigned of this log, by any of the log's keys. nullopt: it has no such file.
Result<std::optional<NotedCheckpoint>> cosigned_by(StaticFiles& witness, const ShownLog& log)
{
  const std::string& origin = log.verified.checkpoint.origin;
  const registry_client::FileWanted wanted{.path = fmt::format("logs/{}", base::to_hex(base::sha256(origin))),
                                           .max_bytes = registry_client::k_max_document_bytes};
  CW_TRY_ASSIGN(std::vector<std::optional<std::string>> got, witness.get(std::span(&wanted, 1)));
  if (!got.at(0)) {
    return std::nullopt;
  }
  std::string note = std::move(*got[0]);
  registry_tlog::LogPolicy policy;
  for (const registry_tlog::VerifierKey& key : log.chain.keys) {
    policy.logs.push_back({.key = key, .url = {}});
  }
  CW_TRY_ASSIGN(registry_tlog::VerifiedCheckpoint verified, open_checkpoint(note, policy));
  if (verified.checkpoint.origin != origin) {
    return fail(Error("CW1006", fmt::format("the witness shows a checkpoint of `{}`", verified.checkpoint.origin), Blame::integrity));
  }
  return NotedCheckpoint{.note = std::move(note), .checkpoint = std::move(verified.checkpoint)};
}

} // namespace

Result<std::vector<std::optional<std::string>>> DirectoryFiles::get(std::span<const registry_client::FileWanted> wanted)
{
  std::vector<std::optional<std::string>> files;
  for (const registry_client::FileWanted& file : wanted) {
    CW_TRY_ASSIGN(std::optional<std::string> bytes, m_fs.read_if_exists(m_directory / file.path));
    files.push_back(std::move(bytes));
  }
  return files;
}

Result<AuditReport> audit(StaticFiles& files, const std::optional<std::string>& crate, const FederationPin& pin)
{
  CW_TRY_ASSIGN(const ShownLog shown, shown_log(files, pin));
  AuditReport report;
  report.registry = shown.chain.newest.name;
  report.federation = shown.chain.newest.version;
  report.log = shown.verified.checkpoint.origin;
  report.entries = shown.verified.checkpoint.size;
  report.checkpoint = shown.note;
  report.witnesses = shown.verified.witnesses;
  FetchedLog log(files);
  TileReader reader(shown.verified.checkpoint, log);
  History history(shown.chain.newest.canonical, shown.chain.keys);
  CheckReport faults;
  CW_TRY_ASSIGN(report.events, events_from(0, reader, shown.chain.keys, &history, faults));
  report.faults = std::move(faults.faults);
  report.time = history.snapshots().empty() ? 0 : history.snapshots().back().time;
  if (crate) {
    std::erase_if(report.events, [name = base::to_lower(*crate)](const AuditEvent& event) { return !is_about(event, name); });
  }
  return report;
}

Result<MonitorReport> monitor(const Env& env,
                              const std::vector<std::pair<std::string, StaticFiles*>>& mirrors,
                              const std::vector<std::string>& watched,
                              const base::Path& state,
                              const FederationPin& pin,
                              const MonitoredWitnesses& witnesses)
{
  MonitorReport report;
  CW_TRY_ASSIGN(const std::optional<NotedCheckpoint> known, own_checkpoint(env.fs, state));
  std::vector<std::pair<ShownLog, StaticFiles*>> shown; // the one that was known is compared with each below
  const auto forked = [&report](std::optional<base::Path> file) {
    if (file && std::ranges::find(report.forks, *file) == report.forks.end()) {
      report.forks.push_back(std::move(*file));
    }
  };
  for (const auto& [name, files] : mirrors) {
    SeenMirror seen;
    seen.name = name;
    const auto look = [&, files = files]() -> Result<> {
      CW_TRY_ASSIGN(ShownLog log, shown_log(*files, pin));
      seen.note = log.note;
      seen.entries = log.verified.checkpoint.size;
      seen.witnesses = log.verified.witnesses;
      FetchedLog fetched(*files);
      TileReader reader(log.verified.checkpoint, fetched);
      CW_TRY_ASSIGN(const SnapshotStatement snapshot, snapshot_of(reader, log.chain.newest.canonical));
      seen.time = snapshot.time;
      if (known && known->checkpoint.size <= seen.entries) {
        CW_TRY_ASSIGN(const TwoCheckpoints two, compare(known->checkpoint, reader));
        if (two == TwoCheckpoints::forked) {
          ForkEvidence evidence{.seen = utc_seconds(env.clock.now()), .kept = known->note, .served = log.note, .other = {}, .proof = {}};
          CW_TRY_ASSIGN(base::Path file, keep_evidence(env.fs, state, std::move(evidence), known->checkpoint.size, &reader));
          forked(std::move(file));
        }
        CheckReport ignored;
        CW_TRY_ASSIGN(seen.news, events_from(known->checkpoint.size, reader, log.chain.keys, nullptr, ignored));
        std::erase_if(seen.news, [&](const AuditEvent& event) { return !is_news(event, watched); });
      }
      for (const auto& [other, other_files] : shown) {
        CW_TRY_ASSIGN(std::optional<base::Path> file, fork_between(env, log, *files, other, *other_files, state));
        forked(std::move(file));
      }
      shown.emplace_back(std::move(log), files);
      return {};
    };
    if (const Result<> looked = look(); !looked) {
      seen.error = one_line(looked.error());
    }
    report.mirrors.push_back(std::move(seen));
  }
  std::vector<std::string> addresses = witnesses.addresses;
  if (addresses.empty() && witnesses.open && !shown.empty()) {
    CW_TRY_ASSIGN(addresses, addresses_of_witnesses(shown.front().first.chain.newest));
  }
  for (const std::string& address : addresses) {
    SeenWitness seen{.name = address, .error = {}, .entries = 0, .is_mute = false};
    const auto look = [&]() -> Result<> {
      CW_TRY_ASSIGN(const std::unique_ptr<StaticFiles> files, witnesses.open(address));
      for (const auto& [log, log_files] : shown) {
        CW_TRY_ASSIGN(const std::optional<NotedCheckpoint> told, cosigned_by(*files, log));
        if (!told) {
          seen.is_mute = true;
          break;
        }
        const NotedCheckpoint& cosigned = *told;
        seen.entries = cosigned.checkpoint.size;
        if (seen.entries > log.verified.checkpoint.size) {
          continue; // a mirror that is behind shows nothing to compare with
        }
        FetchedLog fetched(*log_files);
        TileReader reader(log.verified.checkpoint, fetched);
        CW_TRY_ASSIGN(const TwoCheckpoints two, compare(cosigned.checkpoint, reader));
        if (two == TwoCheckpoints::forked) {
          ForkEvidence evidence{.seen = utc_seconds(env.clock.now()), .kept = cosigned.note, .served = log.note, .other = {}, .proof = {}};
          CW_TRY_ASSIGN(base::Path file, keep_evidence(env.fs, state, std::move(evidence), seen.entries, &reader));
          forked(std::move(file));
        }
      }
      return {};
    };
    if (const Result<> looked = look(); !looked) {
      seen.error = one_line(looked.error());
    }
    report.witnesses.push_back(std::move(seen));
  }
  const auto newest = std::ranges::max_element(shown, {}, [](const auto& log) { return log.first.verified.checkpoint.size; });
  if (report.forks.empty() && newest != shown.end() && (!known || known->checkpoint.size <= newest->first.verified.checkpoint.size)) {
    CW_TRY(env.fs.write_atomic(state / "checkpoint", newest->first.note));
  }
  return report;
}

} // namespace cargo_wasm::registry_mirror
