#include <cargo_wasm/wasm/source_map.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <nlohmann/json.hpp>

namespace cargo_wasm::wasm {

namespace {

constexpr std::string_view k_base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned k_vlq_bits = 5;
constexpr std::uint64_t k_vlq_more = 1U << k_vlq_bits;

/// A number in base-64 VLQ: the sign is the lowest bit, five bits a character.
void add_vlq(std::string& out, std::int64_t value)
{
  std::uint64_t rest = value < 0 ? (static_cast<std::uint64_t>(-value) << 1U) | 1U : static_cast<std::uint64_t>(value) << 1U;
  do {
    std::uint64_t digit = rest & (k_vlq_more - 1);
    rest >>= k_vlq_bits;
    if (rest != 0) {
      digit |= k_vlq_more;
    }
    out += k_base64[digit];
  } while (rest != 0);
}

class VlqReader
{
public:
  explicit VlqReader(std::string_view text) : m_rest(text) {}

  [[nodiscard]] bool at_number() const { return !m_rest.empty() && m_rest.front() != ',' && m_rest.front() != ';'; }
  [[nodiscard]] bool at_end() const { return m_rest.empty(); }
  [[nodiscard]] char next_separator()
  {
    const char separator = m_rest.front();
    m_rest.remove_prefix(1);
    return separator;
  }

  /// nullopt: no number.
  std::optional<std::int64_t> number()
  {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 60; shift += k_vlq_bits) {
      const std::size_t digit = m_rest.empty() ? std::string_view::npos : k_base64.find(m_rest.front());
      if (digit == std::string_view::npos) {
        return std::nullopt;
      }
      m_rest.remove_prefix(1);
      value |= (digit & (k_vlq_more - 1)) << shift;
      if ((digit & k_vlq_more) == 0) {
        const auto magnitude = static_cast<std::int64_t>(value >> 1U);
        return (value & 1U) != 0 ? -magnitude : magnitude;
      }
    }
    return std::nullopt;
  }

private:
  std::string_view m_rest;
};

/// Adds a difference; false where the sum is no number of this kind.
bool advance(std::int64_t& value, const std::optional<std::int64_t>& difference)
{
  if (!difference) {
    return false;
  }
  value += *difference;
  return value >= 0 && value < std::numeric_limits<std::uint32_t>::max();
}

/// As compilers call the sources of the standard library: by their place in Rust's repository, or without that of the toolchain.
bool is_of_std(std::string_view file)
{
  return file.starts_with("/rustc/") || file.starts_with("library/");
}

/// Who called what std has at an address. Asked for addresses in ascending order: what is open is a stack.
class CallersOfStd
{
public:
  explicit CallersOfStd(const DebugInlines& inlines) : m_ranges(inlines.ranges()) {}

  /// The innermost call that stands outside of std; `own` where there is none.
  CodePlace caller_at(std::uint64_t address, CodePlace own)
  {
    for (; m_next < m_ranges.size() && m_ranges[m_next].begin <= address; ++m_next) {
      close_before(m_ranges[m_next].begin);
      m_open.push_back(&m_ranges[m_next]);
    }
    close_before(address);
    const auto found = std::find_if(m_open.rbegin(), m_open.rend(), [](const InlinedRange* range) {
      return range->called_at.line != 0 && !is_of_std(range->called_at.file);
    });
    return found == m_open.rend() ? std::move(own) : (*found)->called_at;
  }

private:
  void close_before(std::uint64_t address)
  {
    while (!m_open.empty() && m_open.back()->end <= address) {
      m_open.pop_back();
    }
  }

  std::vector<InlinedRange> m_ranges;
  std::vector<const InlinedRange*> m_open; ///< the inner behind the outer
  std::size_t m_next = 0;
};

/// Files by number, in the order in which they are met behind those of the table.
class Sources
{
public:
  explicit Sources(std::vector<std::string> names) : m_names(std::move(names))
  {
    for (std::size_t i = 0; i < m_names.size(); ++i) {
      m_index.emplace(m_names[i], static_cast<std::int64_t>(i));
    }
  }

  std::int64_t index_of(const std::string& name)
  {
    const auto [entry, is_new] = m_index.emplace(name, static_cast<std::int64_t>(m_names.size()));
    if (is_new) {
      m_names.push_back(name);
    }
    return entry->second;
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return m_names; }

private:
  std::vector<std::string> m_names;
  std::map<std::string, std::int64_t> m_index;
};

} // namespace

std::string write_source_map(const DebugLines& lines, const DebugInlines& inlines, std::uint64_t code_offset)
{
  Sources sources(lines.files());
  CallersOfStd callers(inlines);
  std::string mappings;
  std::array<std::int64_t, 4> last{};
  for (const LineRow& row : lines.rows()) {
    if (row.ends_sequence || row.line == 0) {
      continue;
    }
    CodePlace place{lines.files()[row.file], row.line, row.column};
    if (is_of_std(place.file)) {
      place = callers.caller_at(row.address, std::move(place));
    }
    const std::array<std::int64_t, 4> now{static_cast<std::int64_t>(code_offset + row.address),
                                          sources.index_of(place.file),
                                          static_cast<std::int64_t>(place.line) - 1,
                                          place.column == 0 ? 0 : static_cast<std::int64_t>(place.column) - 1};
    if (!mappings.empty()) {
      mappings += ',';
    }
    for (std::size_t field = 0; field < now.size(); ++field) {
      add_vlq(mappings, now[field] - last[field]);
    }
    last = now;
  }
  nlohmann::ordered_json map;
  map["version"] = 3;
  map["sources"] = sources.names();
  map["names"] = nlohmann::ordered_json::array();
  map["mappings"] = std::move(mappings);
  return map.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::optional<SourceMap> SourceMap::parse(std::string_view json)
{
  const auto map = nlohmann::json::parse(json, nullptr, false);
  if (!map.is_object() || map.value("version", nlohmann::json()) != 3 || !map.contains("sources") || !map["sources"].is_array() ||
      !map.contains("mappings") || !map["mappings"].is_string()) {
    return std::nullopt;
  }
  SourceMap result;
  for (const nlohmann::json& source : map["sources"]) {
    result.m_sources.push_back(source.is_string() ? source.get<std::string>() : std::string());
  }
  const auto& mappings = map["mappings"].get_ref<const std::string&>();
  VlqReader reader(mappings);
  std::int64_t offset = 0;
  std::int64_t source = 0;
  std::int64_t line = 0;
  std::int64_t column = 0;
  while (!reader.at_end()) {
    if (reader.at_number()) {
      Segment segment;
      if (!advance(offset, reader.number())) {
        return std::nullopt;
      }
      segment.offset = static_cast<std::uint64_t>(offset);
      if (reader.at_number()) {
        if (!advance(source, reader.number()) || !advance(line, reader.number()) || !advance(column, reader.number()) ||
            static_cast<std::size_t>(source) >= result.m_sources.size()) {
          return std::nullopt;
        }
        segment.source = static_cast<std::uint32_t>(source);
        segment.line = static_cast<std::uint32_t>(line) + 1;
        segment.column = static_cast<std::uint32_t>(column) + 1;
        if (reader.at_number() && !reader.number()) { // an index of `names`
          return std::nullopt;
        }
      }
      result.m_segments.push_back(segment);
    }
    if (!reader.at_end() && reader.next_separator() != ',') {
      return std::nullopt;
    }
  }
  std::stable_sort(
      result.m_segments.begin(), result.m_segments.end(), [](const Segment& a, const Segment& b) { return a.offset < b.offset; });
  return result;
}

std::optional<CodePlace> SourceMap::find(std::uint64_t file_offset) const
{
  const auto behind = std::upper_bound(m_segments.begin(), m_segments.end(), file_offset, [](std::uint64_t offset, const Segment& segment) {
    return offset < segment.offset;
  });
  if (behind == m_segments.begin() || !std::prev(behind)->source) {
    return std::nullopt;
  }
  const Segment& segment = *std::prev(behind);
  return CodePlace{m_sources[*segment.source], segment.line, segment.column};
}

} // namespace cargo_wasm::wasm
