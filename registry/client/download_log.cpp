#include <cargo_wasm/registry_client/download_log.hpp>

#include <cargo_wasm/base/digest.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <unistd.h>

namespace cargo_wasm::registry_client {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view k_no_line = "-";

std::string hash_of_record(std::string_view line)
{
  return base::to_hex(base::sha256(line));
}

/// Where the next record goes, and what it follows.
struct LogEnd
{
  std::uint64_t offset = 0; ///< behind the last whole line
  std::string previous = std::string(k_no_line);
};

/// `text` is the file's end, from `offset` on; nullopt: it does not reach back to the beginning of the last whole line.
std::optional<LogEnd> end_of_log(std::string_view text, std::uint64_t offset)
{
  const std::size_t end = text.rfind('\n');
  if (end == std::string_view::npos) {
    return offset == 0 ? std::optional(LogEnd()) : std::nullopt;
  }
  const std::string_view whole = text.substr(0, end);
  const std::size_t begin = whole.rfind('\n');
  if (begin == std::string_view::npos && offset != 0) {
    return std::nullopt;
  }
  return LogEnd{.offset = offset + end + 1, .previous = hash_of_record(whole.substr(begin == std::string_view::npos ? 0 : begin + 1))};
}

tl::unexpected<Error> cannot_append(const base::Path& file, int code)
{
  return fail(Error("CW0003", fmt::format("cannot write `{}`: {}", file.native(), base::describe_errno(code)), Blame::environment));
}

Result<LogEnd> end_of_open_log(const base::Path& file, int descriptor)
{
  constexpr std::uint64_t k_step = 16 * 1024;
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  if (size < 0) {
    return cannot_append(file, errno);
  }
  const auto bytes = static_cast<std::uint64_t>(size);
  for (std::uint64_t length = std::min(bytes, k_step);; length = std::min(bytes, 2 * length)) {
    std::string text(length, '\0');
    std::uint64_t done = 0;
    while (done < length) {
      const ssize_t got = ::pread(descriptor, text.data() + done, length - done, static_cast<off_t>(bytes - length + done));
      if (got <= 0) {
        return cannot_append(file, got == 0 ? EIO : errno);
      }
      done += static_cast<std::uint64_t>(got);
    }
    if (std::optional<LogEnd> end = end_of_log(text, bytes - length)) {
      return std::move(*end);
    }
  }
}

/// What a process that ended left of its last line goes; the new lines take its place by one write.
Result<> write_at(const base::Path& file, int descriptor, std::uint64_t offset, std::string_view text)
{
  if (::ftruncate(descriptor, static_cast<off_t>(offset)) != 0) {
    return cannot_append(file, errno);
  }
  while (!text.empty()) {
    const ssize_t written = ::pwrite(descriptor, text.data(), text.size(), static_cast<off_t>(offset));
    if (written <= 0) {
      return cannot_append(file, errno);
    }
    offset += static_cast<std::uint64_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string lines_of_records(const std::vector<DownloadRecord>& records, std::string previous)
{
  std::string text;
  for (const DownloadRecord& record : records) {
    const std::string line = ordered_json{
        {"time", registry_trust::to_utc_text(record.time)},
        {"registry", record.registry},
        {"name", record.name},
        {"version", record.version},
        {"sha256", record.sha256},
        {"mirror", record.mirror},
        {"log_size", record.log_size},
        {"previous", previous}}.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    text += line + "\n";
    previous = hash_of_record(line);
  }
  return text;
}

std::optional<DownloadRecord> parse_record(std::string_view line, std::string& previous)
{
  const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  const auto text = [&](const char* name) {
    return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
  };
  const std::optional<std::uint64_t> time = registry_trust::parse_utc_time(text("time"));
  if (!time || !json.contains("log_size") || !json["log_size"].is_number_unsigned()) {
    return std::nullopt;
  }
  previous = text("previous");
  return DownloadRecord{.time = *time,
                        .registry = text("registry"),
                        .name = text("name"),
                        .version = text("version"),
                        .sha256 = text("sha256"),
                        .mirror = text("mirror"),
                        .log_size = json["log_size"].get<std::uint64_t>()};
}

} // namespace

base::Path download_log_file(const base::Path& cargo_home)
{
  return cargo_home / "cargo-wasm" / "downloads.jsonl";
}

Result<> append_downloads(base::Filesystem& fs, const base::Path& cargo_home, const std::vector<DownloadRecord>& records)
{
  if (records.empty()) {
    return {};
  }
  const base::Path file = download_log_file(cargo_home);
  CW_TRY(fs.create_directories(file.parent_path()));
  // The file itself is what is locked: its lock has it open.
  CW_TRY_ASSIGN(const auto lock, fs.lock(file, base::LockMode::exclusive, {}));
  if (const int descriptor = lock ? lock->descriptor() : -1; descriptor >= 0) {
    CW_TRY_ASSIGN(const LogEnd end, end_of_open_log(file, descriptor));
    return write_at(file, descriptor, end.offset, lines_of_records(records, end.previous));
  }
  // A file system that cannot lock.
  CW_TRY_ASSIGN(const std::optional<std::string> before, fs.read_if_exists(file));
  const LogEnd end = end_of_log(before.value_or(""), 0).value_or(LogEnd());
  return fs.write_atomic(file, before.value_or("").substr(0, end.offset) + lines_of_records(records, end.previous));
}

std::size_t torn_bytes(std::string_view text)
{
  return text.size() - (text.rfind('\n') + 1);
}

Result<std::vector<DownloadRecord>> read_download_log(std::string_view text)
{
  std::vector<DownloadRecord> records;
  std::string expected(k_no_line);
  std::size_t number = 0;
  const std::vector<std::string_view> lines = base::split(text.substr(0, text.size() - torn_bytes(text)), '\n');
  for (const std::string_view line : lines) {
    if (line.empty()) {
      continue;
    }
    ++number;
    std::string previous;
    std::optional<DownloadRecord> record = parse_record(line, previous);
    if (!record || previous != expected) {
      return fail(
          Error("CW1120", "the log of downloads was changed", Blame::integrity)
              .note(record
                        ? fmt::format("line {} does not follow the one before: it names {}, and should name {}", number, previous, expected)
                        : fmt::format("line {} is no record", number))
              .help("what stands before it holds; keep the file, and look who could write to it"));
    }
    expected = hash_of_record(line);
    records.push_back(std::move(*record));
  }
  return records;
}

} // namespace cargo_wasm::registry_client
