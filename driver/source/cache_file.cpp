#include "cache_file.hpp"

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/registry_protocol/index_entry.hpp>
#include <cargo_wasm/spec/version.hpp>

namespace cargo_wasm::source {

namespace {

constexpr char k_cache_version = 3;
constexpr std::size_t k_header_bytes = 5;

/// The bytes up to the next `separator`, which is dropped from `rest`; all of them when there is none.
std::string_view take_until(std::string_view& rest, char separator)
{
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return part;
}

std::string header()
{
  return {k_cache_version, static_cast<char>(registry_protocol::k_index_schema_max), '\0', '\0', '\0'};
}

} // namespace

std::optional<CacheFile> parse_cache_file(std::string_view bytes)
{
  // A file that does not end with the separator was cut off while it was written.
  if (bytes.size() <= k_header_bytes || bytes.substr(0, k_header_bytes) != header() || bytes.back() != '\0') {
    return std::nullopt;
  }
  CacheFile file;
  std::string_view rest = bytes.substr(k_header_bytes);
  file.server_version = take_until(rest, '\0');
  while (!rest.empty()) {
    CachedVersion version;
    version.version = take_until(rest, '\0');
    if (rest.empty()) {
      return std::nullopt;
    }
    version.json = take_until(rest, '\0');
    file.versions.push_back(version);
  }
  return file;
}

std::string write_cache_file(const CacheFile& file)
{
  std::string out = header();
  out += file.server_version;
  out += '\0';
  for (const auto& version : file.versions) {
    out += version.version;
    out += '\0';
    out += version.json;
    out += '\0';
  }
  return out;
}

std::vector<CachedVersion> split_index_lines(std::string_view body, std::size_t& rejected)
{
  std::vector<CachedVersion> out;
  rejected = 0;
  while (!body.empty()) {
    const std::string_view line = take_until(body, '\n');
    const auto head = registry_protocol::parse_index_head(line);
    if (head && spec::parse_version(head->version) && line.find('\0') == std::string_view::npos) {
      out.push_back({head->version, line});
    } else if (!base::trim(line).empty()) {
      ++rejected;
    }
  }
  return out;
}

} // namespace cargo_wasm::source
