// How the newest state of a registry is found: document, checkpoint, snapshot.
#include "moment.hpp"

#include <cargo_wasm/registry_client/age_text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace cargo_wasm::registry_client {
namespace {

using registry_tlog::Checkpoint;
using registry_tlog::TileReader;
using registry_trust::SnapshotStatement;
using registry_trust::to_utc_text;

/// How many mirrors are asked for the newest checkpoint.
constexpr std::size_t k_checkpoint_mirrors = 2;
/// How long the others are waited for when one has answered.
constexpr std::chrono::milliseconds k_patience{60};
/// When none of them has answered in this time, and every time again, one more is asked.
constexpr std::chrono::milliseconds k_silence{100};
/// Clocks of users may be wrong by this much without a word.
constexpr std::uint64_t k_skew_s = 300;

bool is_from_mirror(const Error& error)
{
  return error.id == "CW1007" || error.id == "CW1008";
}

} // namespace

Result<> VerifiedRegistry::refresh()
{
  return m_state || m_is_renewing ? Result<>() : take_newest();
}

Result<> VerifiedRegistry::take_newest()
{
  // A newer document may name other keys and mirrors: then everything is asked anew.
  for (unsigned round = 0; round < 2; ++round) {
    if (Result<> chosen = choose_checkpoint(); !chosen) {
      // Witnesses may have been changed, and those that this document names be gone.
      const bool may_be_old = chosen.error().id == "CW1011" && m_pool != nullptr && round == 0;
      Result<bool> followed = may_be_old ? follow_document() : Result<bool>(false);
      if (!followed || !*followed) {
        return chosen;
      }
      continue;
    }
    CW_TRY(read_snapshot());
    CW_TRY_ASSIGN(const bool has_followed, follow_document());
    if (!has_followed) {
      break;
    }
    m_state.reset();
    m_moment.reset();
  }
  if (!m_state) {
    CW_TRY(choose_checkpoint());
    CW_TRY(read_snapshot());
  }
  const Result<> young = judge_age();
  if (!young) {
    m_state.reset();
  } else if (m_pool) {
    (void)m_env.fs.write_atomic(m_known.refreshed_file(), to_utc_text(now()) + "\n"); // tells later commands that they need not ask so soon
  }
  return young;
}

// The newest of those that good mirrors have, which must be one log with what was seen before.
Result<> VerifiedRegistry::choose_checkpoint()
{
  CW_TRY_ASSIGN(const std::optional<std::string> kept, m_env.fs.read_if_exists(m_known.checkpoint_file()));
  std::optional<Seen> before;
  if (kept) {
    // Keys may have been changed since; then what was seen is judged by the new log alone.
    if (auto verified = registry_tlog::open_checkpoint(*kept, m_policy)) {
      before = Seen{.note = *kept, .verified = std::move(*verified), .mirror = {}};
    }
  }
  if (m_pool == nullptr) {
    if (!before) {
      return fail(
          Error("CW1106", fmt::format("nothing was ever verified of the registry `{}`", m_known.federation.name), Blame::environment)
              .note("the network may not be used")
              .help("run the command once with the network: what is verified then is kept"));
    }
    return adopt(*before);
  }
  CW_TRY_ASSIGN(std::vector<Seen> seen, ask_for_checkpoints());
  std::ranges::sort(seen, std::greater(), [](const Seen& one) { return one.verified.checkpoint.size; });
  Seen newest = seen.front();
  const bool goes_back = before && before->verified.checkpoint.size > newest.verified.checkpoint.size;
  const Seen& chosen = goes_back ? *before : newest;
  CW_TRY(adopt(chosen));
  if (goes_back) {
    m_env.reporter.verbose("Stale",
                           fmt::format("every mirror of `{}` that answered is behind what was seen before", m_known.federation.name));
  }
  // All others must be the beginning of it.
  if (before && !goes_back) {
    seen.push_back(*before);
  }
  for (const Seen& other : seen) {
    const Checkpoint& earlier = other.verified.checkpoint;
    CW_TRY_ASSIGN(const bool is_one_log, begins_with(m_moment->reader, earlier));
    if (!is_one_log) {
      return fail(split(chosen.note, other.note));
    }
    if (other.mirror) {
      m_health[m_pool->mirrors()[*other.mirror].id].last_size = earlier.size;
      if (earlier.size < chosen.verified.checkpoint.size) {
        m_behind[*other.mirror] = earlier.size;
      }
    }
  }
  if (!goes_back && (!before || before->verified.checkpoint.size < newest.verified.checkpoint.size)) {
    CW_TRY_ASSIGN(const auto lock, m_env.fs.lock(m_known.directory / "lock", base::LockMode::exclusive, {}));
    // Another process may have seen a newer one meanwhile.
    CW_TRY_ASSIGN(const std::optional<std::string> now_kept, m_env.fs.read_if_exists(m_known.checkpoint_file()));
    const auto other = now_kept ? registry_tlog::open_checkpoint(*now_kept, m_policy) : fail(Error());
    if (!other || other->checkpoint.size < newest.verified.checkpoint.size) {
      CW_TRY(m_env.fs.write_atomic(m_known.checkpoint_file(), newest.note));
    }
  }
  return {};
}

Result<std::vector<VerifiedRegistry::Seen>> VerifiedRegistry::ask_for_checkpoints()
{
  struct Answers
  {
    std::vector<Seen> good;
    std::optional<Error> policy; ///< what a checkpoint lacked; more telling than that a mirror has none
    std::optional<Error> wrong;
    std::size_t waiting = 0;
    std::set<std::size_t> has_answered;
  };
  const auto answers = std::make_shared<Answers>();
  const auto file = [&] {
    return PoolFile{.path = "checkpoint", .max_bytes = k_max_document_bytes, .check = [this, answers](std::string_view note) -> Result<> {
                      auto verified = registry_tlog::open_checkpoint(note, m_policy);
                      if (!verified && verified.error().id == "CW1011") {
                        answers->policy = verified.error();
                      }
                      return verified ? Result<>() : fail(std::move(verified).error());
                    }};
  };
  const auto take = [this, answers](std::optional<std::size_t> mirror, Result<PoolAnswer> answer) {
    --answers->waiting;
    if (mirror) {
      answers->has_answered.insert(*mirror);
    }
    if (!answer) {
      answers->wrong = std::move(answer).error();
      return;
    }
    auto verified = registry_tlog::open_checkpoint(*answer->bytes, m_policy);
    answers->good.push_back({.note = std::move(*answer->bytes), .verified = std::move(*verified), .mirror = answer->mirror});
  };
  const auto started = m_env.clock.monotonic();
  const std::vector<std::size_t> order = m_pool->order();
  std::size_t asked = 0;
  const auto ask_another = [&] {
    const std::size_t mirror = order[asked++];
    ++answers->waiting;
    m_pool->request_of(mirror, file(), [take, mirror](Result<PoolAnswer> answer) { take(mirror, std::move(answer)); });
  };
  while (asked < std::min(order.size(), k_checkpoint_mirrors)) {
    ask_another();
  }
  auto asked_last = started;
  std::optional<std::chrono::steady_clock::time_point> first;
  while (answers->waiting != 0) {
    CW_TRY(m_pool->poll());
    const auto time = m_env.clock.monotonic();
    if (answers->good.empty()) {
      // Those that have failed are made up for at once, those that are slow after a while.
      const bool has_failed = answers->waiting < k_checkpoint_mirrors;
      if (asked < order.size() && (has_failed || time - asked_last > k_silence)) {
        ask_another();
        asked_last = time;
      }
      continue;
    }
    first = first ? first : std::optional(time);
    if (time - *first > k_patience) {
      const double waited = std::chrono::duration<double, std::milli>(time - started).count();
      for (std::size_t i = 0; i < asked; ++i) {
        if (!answers->has_answered.contains(order[i])) {
          m_pool->note_slow(order[i], waited);
        }
      }
      break;
    }
  }
  if (answers->good.empty() && order.size() > 1) {
    // Nobody had one: once more, patiently, with the retries of `MirrorPool::request`.
    ++answers->waiting;
    m_pool->request(file(), [take](Result<PoolAnswer> answer) { take(std::nullopt, std::move(answer)); });
    while (answers->waiting != 0) {
      CW_TRY(m_pool->poll());
    }
  }
  if (answers->good.empty()) {
    return fail(answers->policy
                    ? std::move(*answers->policy).during(fmt::format("while reading the registry `{}`", m_known.federation.name))
                    : std::move(*answers->wrong));
  }
  return std::move(answers->good);
}

Result<> VerifiedRegistry::adopt(const Seen& seen)
{
  m_moment = std::make_unique<Moment>(m_env.fs, m_pool.get(), m_known.directory, seen);
  return {};
}

Result<bool> VerifiedRegistry::begins_with(TileReader& reader, const Checkpoint& earlier)
{
  if (earlier.size == reader.checkpoint().size) {
    return earlier.root == reader.checkpoint().root;
  }
  if (earlier.size == 0) {
    return earlier.root == registry_tlog::empty_root();
  }
  for (std::size_t tries = 0;; ++tries) {
    Result<base::Sha256> root = registry_tlog::tree_root(earlier.size, reader);
    if (root) {
      return *root == earlier.root;
    }
    const bool may_try_again = is_from_mirror(root.error()) && tries < m_moment->log.most_tries();
    if (!may_try_again || !m_moment->log.blame(root.error().message)) {
      return fail(std::move(root).error());
    }
  }
}

// Two checkpoints that the log has signed, and which no log can have both: whoever has them can prove it.
Error VerifiedRegistry::split(const std::string& one, const std::string& other)
{
  const base::Path file = m_known.directory / fmt::format("fork-{}.txt", now());
  const std::string evidence =
      fmt::format("The log of the registry `{}` has signed both of these, and neither begins with the other.\n\n{}\n\n{}",
                  m_known.federation.name,
                  one,
                  other);
  const Result<> kept = m_env.fs.write_atomic(file, evidence);
  return Error("CW1110",
               fmt::format("the log of the registry `{}` has been split: nothing of it can be believed", m_known.federation.name),
               Blame::integrity)
      .note("it has signed two checkpoints of which neither begins with the other: somebody is shown something else")
      .note(kept ? fmt::format("both are in `{}`, which proves it to anybody", file.native())
                 : "they could not be kept: " + kept.error().message)
      .help("tell its operators, and others who use it; nothing was installed");
}

Result<std::vector<std::string>> VerifiedRegistry::entries(TileReader& reader, registry_tlog::EntryRange range)
{
  for (std::size_t tries = 0;; ++tries) {
    Result<std::vector<std::string>> got = reader.entries(range);
    if (got) {
      return got;
    }
    // A tile that does not belong to the checkpoint is a mirror's fault, or this machine's: another one may have the right one.
    const bool may_try_again = is_from_mirror(got.error()) && tries < m_moment->log.most_tries();
    if (!may_try_again || !m_moment->log.blame(got.error().message)) {
      return got;
    }
  }
}

Result<VerifiedRegistry::LastEntry> VerifiedRegistry::last_entry(std::uint64_t size)
{
  LastEntry last;
  if (size == 0) {
    last.why = "its log is empty: there is not even a first snapshot";
    return last;
  }
  CW_TRY_ASSIGN(const std::vector<std::string> bytes, entries(m_moment->reader, {.begin = size - 1, .end = size}));
  auto note = registry_tlog::parse_note(bytes.front());
  if (!note) {
    last.why = fmt::format("entry {} is not a signed note", size - 1);
    return last;
  }
  const auto statement = registry_trust::parse_statement(note->text);
  const auto* const snapshot = statement ? std::get_if<SnapshotStatement>(&*statement) : nullptr;
  if (snapshot == nullptr) {
    last.why = fmt::format("entry {}, the last one, is no snapshot", size - 1);
  } else if (snapshot->registry != m_known.federation.canonical) {
    last.why = fmt::format("its snapshot is of `{}`", snapshot->registry);
  } else {
    last.snapshot = *snapshot;
    last.note = std::move(*note);
  }
  return last;
}

Result<> VerifiedRegistry::read_snapshot()
{
  const Checkpoint& checkpoint = m_moment->seen.verified.checkpoint;
  CW_TRY_ASSIGN(LastEntry last, last_entry(checkpoint.size));
  if (last.snapshot) { // older ones are vouched for by this log; this one by the key that signs it now
    const auto signed_by = verify(last.note, std::span(&m_policy.logs.front().key, 1), fmt::format("entry {}", checkpoint.size - 1));
    last.why = signed_by ? std::string() : signed_by.error().message;
  }
  if (!last.why.empty()) {
    return fail(
        Error("CW1111", fmt::format("the newest state of the registry `{}` cannot be read", m_known.federation.name), Blame::integrity)
            .note(std::move(last.why))
            .help("its operators have to mend this: `cargo-wasm registry fsck` shows more"));
  }
  m_state = RegistryState{.checkpoint = checkpoint, .snapshot = *last.snapshot, .age_s = 0};
  const std::uint64_t time = witnessed_now();
  m_state->age_s = time > m_state->snapshot.time ? time - m_state->snapshot.time : 0;
  CW_TRY_ASSIGN(m_table, object("map", m_state->snapshot.table, k_max_tile_bytes));
  m_revocations.clear();
  if (m_state->snapshot.revocation_count != 0) {
    CW_TRY_ASSIGN(const std::string list, object("revocations", m_state->snapshot.revocations, registry_trust::k_max_revocations_bytes));
    CW_TRY_ASSIGN(m_revocations, registry_trust::parse_revocations(list));
  }
  return judge_lag();
}

// A mirror may be behind for a while. Its newest state is in our log, too, and says of when it is.
Result<> VerifiedRegistry::judge_lag()
{
  for (const auto& [mirror, size] : std::exchange(m_behind, {})) {
    CW_TRY_ASSIGN(const std::optional<std::uint64_t> lag, lag_of(size));
    if (lag && *lag > m_pool->mirrors()[mirror].max_lag_s) {
      m_pool->strike(mirror, fmt::format("it is {} behind the others", age_text(*lag)));
    }
  }
  return {};
}

Result<std::optional<std::uint64_t>> VerifiedRegistry::lag_of(std::uint64_t size)
{
  CW_TRY_ASSIGN(const LastEntry last, last_entry(size));
  if (!last.snapshot || last.snapshot->time > m_state->snapshot.time) {
    return std::nullopt;
  }
  return m_state->snapshot.time - last.snapshot->time;
}

// The document's versions up to the one that the snapshot speaks of; without a snapshot, up to the newest that a mirror has. True if there
// was a newer one.
Result<bool> VerifiedRegistry::follow_document()
{
  const std::uint64_t before = m_known.federation.version;
  const std::uint64_t named = m_state ? m_state->snapshot.federation : before;
  if (m_pool == nullptr || (m_state && named <= before && m_known.federation.expires > witnessed_now())) {
    return false;
  }
  std::uint64_t wanted = std::max(named, before + 1); // it has expired: there may be one that nobody has spoken of yet
  if (!m_state) {
    wanted = before + registry_trust::k_max_federation_steps;
  }
  if (wanted - before > registry_trust::k_max_federation_steps) {
    return fail(Error("CW1025",
                      fmt::format("the document of `{}` is {} versions further", m_known.federation.name, wanted - before),
                      Blame::integrity)
                    .help("add the registry anew, with keys that its operators have published elsewhere"));
  }
  while (m_known.federation.version < wanted) {
    const std::uint64_t next = m_known.federation.version + 1;
    const bool must_be_there = next <= named;
    std::optional<Error> refused; // why what a mirror has does not follow: it may be the mirror's fault, so others are asked
    Result<PoolAnswer> answer = m_pool->get({.path = fmt::format(".well-known/cargo-wasm/federation/{}.dsse", next),
                                             .max_bytes = k_max_document_bytes,
                                             .absence = must_be_there ? Absence::fault : Absence::behind,
                                             .check = [this, &refused](std::string_view bytes) -> Result<> {
                                               CW_TRY(registry_trust::parse_dsse(bytes));
                                               auto followed = registry_trust::follow_federation(m_known.federation, bytes);
                                               if (!followed) {
                                                 refused = followed.error();
                                               }
                                               return followed ? Result<>() : fail(std::move(followed).error());
                                             }});
    if (!answer) {
      // That all have the same wrong one says more than what each of them does.
      const bool is_all = refused && answer.error().blame == Blame::integrity;
      return fail((is_all ? std::move(*refused) : std::move(answer).error())
                      .during(fmt::format("while following the document of `{}`", m_known.federation.name)));
    }
    if (!answer->bytes) {
      break;
    }
    CW_TRY(follow(m_env.fs, m_known, *answer->bytes));
  }
  if (m_known.federation.version == before) {
    return false;
  }
  CW_TRY_ASSIGN(m_policy, registry_tlog::parse_log_policy(m_known.federation.policy));
  m_moment.reset();
  m_pool = std::make_unique<MirrorPool>(m_env, *m_client, m_known.federation.name, m_known.federation.mirrors, m_health, m_options.pool);
  return true;
}

// This machine's clock, or what a quorum of witnesses says, whichever is later.
std::uint64_t VerifiedRegistry::witnessed_now() const
{
  return std::max(now(), m_moment ? m_moment->seen.verified.witnessed_at.value_or(0) : 0);
}

Result<> VerifiedRegistry::judge_age()
{
  const registry_trust::Federation& federation = m_known.federation;
  const std::uint64_t time = witnessed_now();
  if (m_state->snapshot.time > now() + k_skew_s) {
    m_env.reporter.warning(
        Error("CW1112",
              fmt::format("this machine's clock is {} behind that of `{}`", age_text(m_state->snapshot.time - now()), federation.name),
              Blame::environment)
            .note("whether what it says is still valid cannot be judged so")
            .help("set the clock"));
  }
  if (m_pool == nullptr) {
    m_env.reporter.verbose(
        "Offline",
        fmt::format(
            "`{}` as of {}, entry {} of its log", federation.name, to_utc_text(m_state->snapshot.time), m_state->checkpoint.size - 1));
    return {};
  }
  if (federation.expires < time) {
    return fail(Error("CW1113", fmt::format("the document of the registry `{}` has expired", federation.name), Blame::integrity)
                    .note(fmt::format("version {} was valid until {}, and no mirror has a newer one",
                                      federation.version,
                                      to_utc_text(federation.expires)))
                    .help("its operators have to sign a new version; `--offline` builds from what was verified before"));
  }
  const bool has_ended = m_state->snapshot.expires < time;
  if (m_state->age_s > federation.fail_after_s || has_ended) {
    return fail(Error("CW1112",
                      fmt::format("all that can be had of the registry `{}` is {} old", federation.name, age_text(m_state->age_s)),
                      Blame::integrity)
                    .note(fmt::format("its newest snapshot is of {}; {}",
                                      to_utc_text(m_state->snapshot.time),
                                      has_ended ? fmt::format("it was valid until {}", to_utc_text(m_state->snapshot.expires))
                                                : fmt::format("the registry allows {}", age_text(federation.fail_after_s))))
                    .note("mirrors that are frozen look like this, too")
                    .help("`--offline` builds from what was verified before; `cargo-wasm registry status` shows each mirror"));
  }
  if (m_state->age_s > federation.warn_after_s) {
    m_env.reporter.warning(Error("CW1112",
                                 fmt::format("the newest state of the registry `{}` is {} old", federation.name, age_text(m_state->age_s)),
                                 Blame::network)
                               .note(fmt::format("its newest snapshot is of {}", to_utc_text(m_state->snapshot.time)))
                               .help("mirrors may be frozen: `cargo-wasm registry status` shows each of them"));
  }
  return {};
}

Result<std::vector<VerifiedRegistry::MirrorReport>> VerifiedRegistry::survey()
{
  std::vector<MirrorReport> reports;
  if (!m_pool) {
    return reports;
  }
  const auto answers = std::make_shared<std::vector<std::optional<Result<PoolAnswer>>>>(m_pool->mirrors().size());
  for (std::size_t place = 0; place < answers->size(); ++place) {
    m_pool->request_of(place,
                       {.path = "checkpoint",
                        .max_bytes = k_max_document_bytes,
                        .check = [this](std::string_view note) -> Result<> {
                          auto verified = registry_tlog::open_checkpoint(note, m_policy);
                          return verified ? Result<>() : fail(std::move(verified).error());
                        }},
                       [answers, place](Result<PoolAnswer> answer) { (*answers)[place] = std::move(answer); });
  }
  while (std::ranges::any_of(*answers, [](const auto& answer) { return !answer; })) {
    CW_TRY(poll());
  }
  for (std::size_t place = 0; place < answers->size(); ++place) {
    MirrorReport report{.mirror = m_pool->mirrors()[place], .trouble = {}, .size = 0, .lag_s = {}, .health = {}};
    const Result<PoolAnswer>& answer = *(*answers)[place];
    if (!answer) {
      report.trouble = answer.error();
    } else {
      CW_TRY_ASSIGN(const registry_tlog::VerifiedCheckpoint verified, registry_tlog::open_checkpoint(*answer->bytes, m_policy));
      report.size = verified.checkpoint.size;
      m_health[report.mirror.id].last_size = report.size;
      if (report.size <= m_state->checkpoint.size) {
        CW_TRY_ASSIGN(const bool is_one_log, begins_with(m_moment->reader, verified.checkpoint));
        if (!is_one_log) {
          return fail(split(m_moment->seen.note, *answer->bytes));
        }
        CW_TRY_ASSIGN(report.lag_s, lag_of(report.size));
      }
    }
    report.health = m_health[report.mirror.id];
    reports.push_back(std::move(report));
  }
  return reports;
}

} // namespace cargo_wasm::registry_client
