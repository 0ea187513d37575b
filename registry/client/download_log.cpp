#include <cargo_wasm/registry_client/download_log.hpp>

#include <cargo_wasm/base/chained_file.hpp>
#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_trust/utc_time.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace cargo_wasm::registry_client {
namespace {

using nlohmann::ordered_json;

std::string line_of(const DownloadRecord& record, const std::string& previous)
{
  return ordered_json{{"time", registry_trust::to_utc_text(record.time)},
                      {"registry", record.registry},
                      {"name", record.name},
                      {"version", record.version},
                      {"sha256", record.sha256},
                      {"mirror", record.mirror},
                      {"log_size", record.log_size},
                      {"previous", previous}}
      .dump(-1, ' ', false, ordered_json::error_handler_t::replace);
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
  std::vector<base::ChainedLine> lines;
  for (const DownloadRecord& record : records) {
    lines.emplace_back([&record](const std::string& previous) { return line_of(record, previous); });
  }
  CW_TRY(base::append_chained(fs, download_log_file(cargo_home), lines));
  return {};
}

Result<std::vector<DownloadRecord>> read_download_log(std::string_view text)
{
  std::vector<DownloadRecord> records;
  std::string expected(base::k_no_line_before);
  std::size_t number = 0;
  const std::vector<std::string_view> lines = base::split(text.substr(0, text.size() - base::torn_bytes(text)), '\n');
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
    expected = base::chained_line_hash(line);
    records.push_back(std::move(*record));
  }
  return records;
}

} // namespace cargo_wasm::registry_client
