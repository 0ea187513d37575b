// The usual Cargo.lock, line by line.
#include <algorithm>
#include <charconv>

#include "lockfile_readers.hpp"

namespace cargo_wasm::manifest {
namespace {

bool has_only_plain_ascii(std::string_view text)
{
  const auto is_plain = [&](const char& c) {
    return (c >= ' ' && c < '\x7f') || c == '\n' || (c == '\r' && &c != &text.back() && *(&c + 1) == '\n');
  };
  return std::all_of(text.begin(), text.end(), is_plain);
}

/// The inside of `"…"` when it needs no unescaping.
std::optional<std::string_view> plain_string(std::string_view text)
{
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::nullopt;
  }
  text = text.substr(1, text.size() - 2);
  return text.find_first_of("\"\\") == std::string_view::npos ? std::optional(text) : std::nullopt;
}

class RegularReader
{
public:
  explicit RegularReader(std::string_view text) : m_lines(text) {}

  std::optional<RawLock> read()
  {
    std::string_view line;
    while (m_lines.next(line)) {
      if (!take(line)) {
        return std::nullopt;
      }
    }
    if (m_in_list || !complete()) {
      return std::nullopt;
    }
    return std::move(m_raw);
  }

private:
  enum class Section : std::uint8_t { top, package, patch, metadata };

  bool take(std::string_view line)
  {
    if (m_in_list) {
      return take_dependency(line);
    }
    if (line.empty() || line.front() == '#') {
      return true;
    }
    if (line.front() == '[') {
      return take_header(line);
    }
    return m_section == Section::metadata ? take_metadata(line) : take_key(line);
  }

  bool take_header(std::string_view line)
  {
    if (!complete()) {
      return false;
    }
    if (line == "[[package]]") {
      m_section = Section::package;
      m_package = &m_raw.lock.packages.emplace_back();
    } else if (line == "[[patch.unused]]") {
      m_section = Section::patch;
      m_package = &m_raw.lock.unused_patches.emplace_back();
    } else if (line == "[metadata]" && m_section != Section::metadata) {
      m_section = Section::metadata;
      m_package = nullptr;
    } else {
      return false;
    }
    m_has_dependencies = false;
    return true;
  }

  /// The entry under way has what every entry must have.
  [[nodiscard]] bool complete() const { return m_package == nullptr || (!m_package->name.empty() && !m_package->version.empty()); }

  bool take_key(std::string_view line)
  {
    const auto equals = line.find(" = ");
    if (equals == std::string_view::npos) {
      return false;
    }
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 3);
    if (m_package == nullptr) {
      return key == "version" && take_version(value);
    }
    if (key == "dependencies") {
      m_in_list = value == "[" && !m_has_dependencies;
      m_has_dependencies = true;
      return m_in_list;
    }
    const auto text = plain_string(value);
    if (!text) {
      return false;
    }
    if (key == "name") {
      m_package->position = {m_lines.number(), 8, static_cast<std::uint32_t>(value.size())};
      return set(m_package->name, *text);
    }
    if (key == "version") {
      return set(m_package->version, *text);
    }
    if (key == "source") {
      return is_lock_source(*text) && set(m_package->source, *text);
    }
    if (key == "checksum") {
      return set(m_package->checksum, *text);
    }
    if (key == "replace" && !m_package->replace) {
      m_package->replace = parse_locked_dependency(*text);
      return m_package->replace.has_value();
    }
    return false;
  }

  bool take_version(std::string_view value)
  {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (m_raw.written_version || error != std::errc{} || end != value.data() + value.size() || value.starts_with('0')) {
      return false;
    }
    m_raw.written_version = number;
    return true;
  }

  bool take_dependency(std::string_view line)
  {
    if (line == "]") {
      m_in_list = false;
      return true;
    }
    if (!line.starts_with(" \"") || !line.ends_with("\",")) {
      return false;
    }
    const auto text = plain_string(line.substr(1, line.size() - 2));
    auto dependency = text ? parse_locked_dependency(*text) : std::nullopt;
    if (!dependency) {
      return false;
    }
    m_package->dependencies.push_back(std::move(*dependency));
    return true;
  }

  bool take_metadata(std::string_view line)
  {
    const auto equals = line.find("\" = \"");
    if (equals == std::string_view::npos) {
      return false;
    }
    const auto key = plain_string(line.substr(0, equals + 1));
    const auto value = plain_string(line.substr(equals + 4));
    if (!key || !value || (!m_raw.lock.metadata.empty() && m_raw.lock.metadata.back().first >= *key)) {
      return false;
    }
    m_raw.lock.metadata.emplace_back(*key, *value);
    return true;
  }

  static bool set(std::string& field, std::string_view text)
  {
    const bool fresh = field.empty() && !text.empty();
    field = text;
    return fresh;
  }
  static bool set(std::optional<std::string>& field, std::string_view text)
  {
    const bool fresh = !field.has_value();
    field = text;
    return fresh;
  }

  LineReader m_lines;
  RawLock m_raw;
  LockedPackage* m_package = nullptr;
  Section m_section = Section::top;
  bool m_in_list = false;
  bool m_has_dependencies = false;
};

} // namespace

bool is_lock_source(std::string_view text)
{
  const auto plus = text.find('+');
  const auto kind = text.substr(0, plus);
  return plus != std::string_view::npos && plus + 1 < text.size() &&
         (kind == "registry" || kind == "git" || kind == "sparse" || kind == "path");
}

std::optional<LockedDependency> parse_locked_dependency(std::string_view text)
{
  LockedDependency dependency;
  const auto first = text.find(' ');
  dependency.name = text.substr(0, first);
  if (dependency.name.empty()) {
    return std::nullopt;
  }
  if (first == std::string_view::npos) {
    return dependency;
  }
  text.remove_prefix(first + 1);
  const auto second = text.find(' ');
  dependency.version = text.substr(0, second);
  if (second == std::string_view::npos) {
    return dependency;
  }
  text.remove_prefix(second + 1);
  if (!text.starts_with('(') || !text.ends_with(')') || !is_lock_source(text.substr(1, text.size() - 2))) {
    return std::nullopt;
  }
  dependency.source = text.substr(1, text.size() - 2);
  return dependency;
}

std::optional<RawLock> read_regular_lock(std::string_view text)
{
  return has_only_plain_ascii(text) ? RegularReader(text).read() : std::nullopt;
}

} // namespace cargo_wasm::manifest
