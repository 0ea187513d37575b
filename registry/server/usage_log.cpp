#include <cargo_wasm/registry_server/usage_log.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/chained_file.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include "rate_limiter.hpp"

namespace cargo_wasm::registry_server {

using nlohmann::ordered_json;

struct UsageRecord
{
  std::uint64_t time = 0;
  std::string what; ///< "download", "change", "lost", "refused"
  std::string object;
  int status = 0;
  std::string client;
  std::uint64_t count = 0; ///< of "lost", records that could not be written; of "refused", changes that have no record of their own
};

namespace {

constexpr std::size_t k_most_waiting = 100'000; ///< while the disk takes nothing
constexpr std::size_t k_client_digits = 16;
/// Whoever was admitted to nothing fills no disk: so many refusals at once, and one more every ten seconds, have records of their own.
constexpr Rate k_refusals{.burst = 200, .per_second = 0.1};
constexpr std::size_t k_longest_target = 256; ///< a change is to a crate's name and a version
constexpr std::size_t k_date_length = 10;     ///< "2026-11-22"
constexpr std::chrono::seconds k_between_writes{1};
constexpr std::string_view k_extension = ".jsonl";

/// What a path hands out that is worth a record, by its SHA-256 in hexadecimal; empty: nothing.
std::string_view downloaded_object(std::string_view path)
{
  constexpr std::string_view k_archives = "/crates/", k_components = "/v2/", k_digest = "/sha256:", k_crate = ".crate";
  if (path.starts_with(k_archives) && path.ends_with(k_crate)) {
    return path.substr(k_archives.size(), path.size() - k_archives.size() - k_crate.size());
  }
  const std::size_t digest = path.starts_with(k_components) ? path.find(k_digest) : std::string_view::npos;
  return digest == std::string_view::npos ? std::string_view() : path.substr(digest + k_digest.size());
}

std::string line_of_use(const UsageRecord& record, std::uint64_t number, const std::string& previous)
{
  ordered_json json{{"n", number}, {"time", registry_trust::to_utc_text(record.time)}, {"what", record.what}};
  if (record.count != 0) {
    json["records"] = record.count;
  } else {
    json["object"] = record.object;
    json["status"] = record.status;
    json["client"] = record.client;
  }
  json["previous"] = previous;
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// The files of the chain, oldest first.
Result<std::vector<base::Path>> usage_files(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  std::vector<base::Path> files;
  const base::Path below = usage_directory(directory);
  if (!fs.is_directory(below)) {
    return files;
  }
  CW_TRY_ASSIGN(const std::vector<base::DirectoryEntry> entries, fs.list(below));
  for (const base::DirectoryEntry& entry : entries) {
    if (entry.name.size() == k_date_length + k_extension.size() && entry.name.ends_with(k_extension)) {
      files.push_back(below / entry.name);
    }
  }
  return files;
}

tl::unexpected<Error> broken_usage(const base::Path& file, std::string why)
{
  return fail(Error("CW1131", "the log of what this registry has served was changed", Blame::integrity)
                  .note(fmt::format("`{}`: {}", file.filename().native(), why))
                  .help("what stands before it holds; keep the files, and look who could write to them"));
}

struct ParsedLine
{
  std::uint64_t number = 0;
  std::string previous;
};

std::optional<ParsedLine> parse_usage_line(std::string_view line)
{
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("n") || !json["n"].is_number_unsigned() || !json.contains("previous") ||
      !json["previous"].is_string()) {
    return std::nullopt;
  }
  return ParsedLine{json["n"].get<std::uint64_t>(), json["previous"].get<std::string>()};
}

} // namespace

base::Path usage_directory(const base::Path& directory)
{
  return directory / "private" / "usage";
}

Result<UsageHead> usage_head(const base::ReadOnlyFilesystem& fs, const base::Path& directory)
{
  CW_TRY_ASSIGN(const std::vector<base::Path> files, usage_files(fs, directory));
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    CW_TRY_ASSIGN(const base::MappedFile mapped, fs.map(*file));
    std::string_view text = mapped.bytes();
    text.remove_suffix(base::torn_bytes(text));
    if (text.empty()) {
      continue;
    }
    text.remove_suffix(1);
    const std::string_view line = text.substr(text.rfind('\n') + 1);
    const std::optional<ParsedLine> parsed = parse_usage_line(line);
    if (!parsed) {
      return broken_usage(*file, "its last line is no record");
    }
    return UsageHead{parsed->number, base::sha256(line)};
  }
  return UsageHead{0, base::sha256("")};
}

struct UsageLog::State
{
  State(const Env& around, base::Path place, std::unique_ptr<base::FileLock> held, std::string secret, UsageHead end)
      : env(around), directory(std::move(place)), lock(std::move(held)), key(std::move(secret)), head(end)
  {
  }

  const Env& env;
  base::Path directory;
  std::unique_ptr<base::FileLock> lock; ///< one process counts
  std::string key;

  std::mutex mutex; ///< of what follows
  std::vector<UsageRecord> waiting;
  std::uint64_t lost = 0, refused = 0;
  RateLimiter refusals{k_refusals};

  std::mutex writing; ///< of the files, and of `head`
  UsageHead head;

  std::mutex idle;
  std::condition_variable_any stopped;
  std::jthread writer;

  // What was only counted since the last such record. `mutex` is held.
  void take_counts(std::vector<UsageRecord>& records, bool at_end)
  {
    const std::uint64_t now = registry_trust::utc_seconds(env.clock.now());
    const auto ticks = env.clock.monotonic();
    if (lost != 0) {
      records.insert(records.begin(), {now, "lost", {}, 0, {}, lost});
      lost = 0;
    }
    if (refused != 0 && (at_end || refusals.wait_s("counts", ticks) == 0)) {
      refusals.take("counts", ticks);
      records.push_back({now, "refused", {}, 0, {}, refused});
      refused = 0;
    }
  }

  Result<UsageHead> write(bool at_end = false)
  {
    const std::lock_guard turn(writing);
    std::vector<UsageRecord> records;
    {
      const std::lock_guard guard(mutex);
      records = std::move(waiting);
      waiting.clear();
      take_counts(records, at_end);
    }
    // A file a day: the records of one call may belong to two.
    for (std::size_t begin = 0; begin < records.size();) {
      const std::string day = registry_trust::to_utc_text(records[begin].time).substr(0, k_date_length);
      std::vector<base::ChainedLine> lines;
      std::size_t end = begin;
      for (; end < records.size() && registry_trust::to_utc_text(records[end].time).starts_with(day); ++end) {
        lines.emplace_back([record = &records[end], number = head.records + (end - begin) + 1](const std::string& previous) {
          return line_of_use(*record, number, previous);
        });
      }
      const std::string before = head.records == 0 ? std::string(base::k_no_line_before) : base::to_hex(head.hash);
      const auto appended = base::append_chained(env.fs, usage_directory(directory) / (day + std::string(k_extension)), lines, before);
      if (!appended) {
        take_back(std::vector(std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(begin)),
                              std::make_move_iterator(records.end())));
        return fail(appended.error());
      }
      head = {head.records + (end - begin), *base::parse_sha256(*appended)};
      begin = end;
    }
    return head;
  }

  void take_back(std::vector<UsageRecord> records)
  {
    const std::lock_guard guard(mutex);
    for (const UsageRecord& record : records) {
      (record.what == "lost" ? lost : refused) += record.count; // said again later
    }
    std::erase_if(records, [](const UsageRecord& record) { return record.count != 0; });
    records.insert(records.end(), std::make_move_iterator(waiting.begin()), std::make_move_iterator(waiting.end()));
    waiting = std::move(records);
  }

  void run(const std::stop_token& stop)
  {
    bool was_told = false;
    while (!stop.stop_requested()) {
      {
        std::unique_lock wait(idle);
        stopped.wait_for(wait, stop, k_between_writes, [] { return false; });
      }
      const auto written = write();
      if (!written && !was_told) {
        env.reporter.warning(written.error());
      }
      was_told = !written;
    }
  }
};

UsageLog::UsageLog(std::unique_ptr<State> state) : m_state(std::move(state))
{
  m_state->writer = std::jthread([state = m_state.get()](const std::stop_token& stop) { state->run(stop); });
}

UsageLog::~UsageLog()
{
  m_state->writer.request_stop();
  m_state->writer.join();
  (void)m_state->write(true); // there is nobody left to tell
}

Result<std::unique_ptr<UsageLog>> UsageLog::open(const Env& env, const base::Path& directory)
{
  constexpr std::uint32_t k_private_mode = 0600;
  constexpr int k_key_words = 8;
  CW_TRY(env.fs.create_directories(usage_directory(directory)));
  CW_TRY_ASSIGN(auto lock, env.fs.try_lock(usage_directory(directory) / "lock", base::LockMode::exclusive));
  if (!lock) {
    return fail(Error("CW1132", fmt::format("another process notes what `{}` serves", directory.native()), Blame::environment)
                    .help("`--no-usage-log` serves beside it and notes nothing"));
  }
  CW_TRY_ASSIGN(const UsageHead head, usage_head(env.fs, directory));
  const base::Path key_file = usage_directory(directory) / "key";
  CW_TRY_ASSIGN(std::optional<std::string> key, env.fs.read_if_exists(key_file));
  if (!key || key->empty()) {
    std::random_device entropy;
    std::string made;
    for (int i = 0; i < k_key_words; ++i) {
      made += fmt::format("{:08x}", entropy());
    }
    CW_TRY(env.fs.remove(key_file));
    CW_TRY(env.fs.create_file(key_file, made + "\n", k_private_mode, 0));
    key = made + "\n";
  }
  auto state = std::make_unique<State>(env, directory, std::move(lock), std::move(*key), head);
  return std::unique_ptr<UsageLog>(new UsageLog(std::move(state)));
}

void UsageLog::note(const Use& use)
{
  const std::string_view path = use.target.substr(0, use.target.find('?'));
  const bool is_read = use.method == "GET";
  const std::string_view object = is_read ? downloaded_object(path) : std::string_view();
  constexpr int k_ok = 200, k_partial = 206, k_refused = 400;
  const bool was_served = use.status == k_ok || use.status == k_partial;
  const bool is_change = !is_read && use.method != "HEAD" && path.starts_with("/api/");
  if (!is_change && (object.empty() || !was_served)) {
    return;
  }
  UsageRecord record;
  record.time = registry_trust::utc_seconds(m_state->env.clock.now());
  record.what = is_change ? "change" : "download";
  record.object = is_change ? fmt::format("{} {}", use.method, path.substr(0, k_longest_target)) : fmt::format("sha256:{}", object);
  record.status = use.status;
  record.client = base::to_hex(base::sha256(m_state->key + std::string(use.peer))).substr(0, k_client_digits);
  const std::lock_guard guard(m_state->mutex);
  if (is_change && use.status >= k_refused) {
    const auto ticks = m_state->env.clock.monotonic();
    if (m_state->refusals.wait_s("changes", ticks) != 0) {
      ++m_state->refused;
      return;
    }
    m_state->refusals.take("changes", ticks);
  }
  if (m_state->waiting.size() < k_most_waiting) {
    m_state->waiting.push_back(std::move(record));
  } else {
    ++m_state->lost;
  }
}

Result<UsageHead> UsageLog::flush()
{
  return m_state->write();
}

Result<UsageCheck> check_usage(const base::ReadOnlyFilesystem& fs, const base::Path& directory, const std::vector<UsageSeal>& seals)
{
  UsageCheck check{{0, base::sha256("")}, 0, 0};
  CW_TRY_ASSIGN(const std::vector<base::Path> files, usage_files(fs, directory));
  std::string expected(base::k_no_line_before);
  auto seal = seals.begin();
  const auto meets_seals = [&](const base::Path& file) -> Result<> {
    for (; seal != seals.end() && seal->head.records <= check.head.records; ++seal) {
      if (seal->head.records == check.head.records && seal->head.hash != check.head.hash) {
        return broken_usage(file,
                            fmt::format("record {} has the hash {}, and entry {} of the registry's log has sealed {}",
                                        check.head.records,
                                        base::to_hex(check.head.hash),
                                        seal->entry,
                                        base::to_hex(seal->head.hash)));
      }
      check.sealed = std::max(check.sealed, seal->head.records);
    }
    return {};
  };
  for (const base::Path& file : files) {
    CW_TRY_ASSIGN(const base::MappedFile mapped, fs.map(file));
    std::string_view text = mapped.bytes();
    const std::size_t torn = base::torn_bytes(text);
    check.torn_bytes += torn;
    text.remove_suffix(torn);
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end + 1);
      const std::optional<ParsedLine> parsed = parse_usage_line(line);
      if (!parsed) {
        return broken_usage(file, fmt::format("line {} is no record", number));
      }
      if (parsed->previous != expected || parsed->number != check.head.records + 1) {
        return broken_usage(
            file,
            fmt::format("line {}, record {}, does not follow the one before: it names {}, and should be record {} and name {}",
                        number,
                        parsed->number,
                        parsed->previous,
                        check.head.records + 1,
                        expected));
      }
      check.head = {parsed->number, base::sha256(line)};
      expected = base::to_hex(check.head.hash);
      CW_TRY(meets_seals(file));
    }
  }
  if (seal != seals.end()) {
    return broken_usage(
        usage_directory(directory),
        fmt::format(
            "there are {} records, and entry {} of the registry's log has sealed {}", check.head.records, seal->entry, seal->head.records));
  }
  return check;
}

} // namespace cargo_wasm::registry_server
