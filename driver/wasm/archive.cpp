#include <cargo_wasm/wasm/archive.hpp>

#include <charconv>

namespace cargo_wasm::wasm {
namespace {

constexpr std::string_view k_magic = "!<arch>\n";
constexpr std::string_view k_thin_magic = "!<thin>\n";
constexpr std::size_t k_name_bytes = 16;
constexpr std::size_t k_size_at = 48;
constexpr std::size_t k_size_bytes = 10;
constexpr std::size_t k_header_bytes = 60;
constexpr std::string_view k_header_end = "`\n";
/// Longer than any path; so that members which all point into one endless name cost no more than their headers.
constexpr std::size_t k_max_name_bytes = 4096;

std::string_view without_padding(std::string_view field)
{
  return field.substr(0, field.find_last_not_of(' ') + 1);
}

/// A decimal number that fills `text`.
std::optional<std::uint64_t> number(std::string_view text)
{
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool is_symbol_table(std::string_view name)
{
  return name == "/" || name == "/SYM64/" || name == "__.SYMDEF" || name == "__.SYMDEF SORTED" || name == "__.SYMDEF_64" ||
         name == "__.SYMDEF_64 SORTED";
}

} // namespace

ArchiveReader::ArchiveReader(Source source) : m_source(std::move(source)), m_cursor(m_source)
{
  const std::uint64_t begin = m_cursor.offset();
  if (m_cursor.rest().starts_with(k_thin_magic)) {
    refuse(begin, "an archive that holds its members", "a thin archive, which names files elsewhere");
  } else if (!m_cursor.rest().starts_with(k_magic)) {
    refuse(begin, "`!<arch>` at the start of an archive", "other bytes");
  } else {
    m_cursor.bytes(k_magic.size(), "the start of an archive");
  }
}

bool ArchiveReader::refuse(std::uint64_t offset, const char* expected, const char* found)
{
  m_cursor.fail(Fault::archive, offset, expected, 0, found);
  return false;
}

bool ArchiveReader::read_header(Header& header)
{
  header.offset = m_cursor.offset();
  if (m_cursor.remaining() < k_header_bytes) {
    return refuse(header.offset, "the 60 bytes of a member's header", "the end of the archive");
  }
  const std::string_view text = m_cursor.bytes(k_header_bytes, "the header of a member");
  if (!text.ends_with(k_header_end)) {
    return refuse(header.offset, "a grave accent and a line feed at the end of a member's header", "other bytes");
  }
  const auto size = number(without_padding(text.substr(k_size_at, k_size_bytes)));
  if (!size) {
    return refuse(header.offset + k_size_at, "the size of a member in decimal digits", "other bytes");
  }
  if (*size > m_cursor.remaining()) {
    return refuse(header.offset + k_size_at, "the size of a member within the archive", "a larger one");
  }
  header.name = without_padding(text.substr(0, k_name_bytes));
  header.content = m_cursor.bytes(*size, "the content of a member");
  if (*size % 2 != 0 && !m_cursor.at_end()) {
    m_cursor.u8("the padding of a member");
  }
  return true;
}

std::string_view ArchiveReader::long_name(const Header& header)
{
  const auto place = number(header.name.substr(1));
  if (!place || *place >= m_long_names.size()) {
    refuse(header.offset, "the place of a name in the table of names", header.name.size() == 1 ? "none" : "one outside of it");
    return {};
  }
  const std::string_view rest = m_long_names.substr(*place, k_max_name_bytes + 2);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '/') {
    refuse(header.offset, "a name of at most 4096 bytes, a slash and a line feed in the table of names", "something else");
    return {};
  }
  return rest.substr(0, end - 1);
}

bool ArchiveReader::next(ArchiveMember& member)
{
  for (Header header; !m_cursor.failed() && !m_cursor.at_end();) {
    if (!read_header(header)) {
      return false;
    }
    if (header.name == "//") {
      m_long_names = header.content;
      continue;
    }
    if (header.name.starts_with("#1/")) {
      const auto size = number(header.name.substr(3));
      if (!size || *size > header.content.size()) {
        return refuse(header.offset, "the length of a name before the content", "one that does not fit");
      }
      header.name = header.content.substr(0, *size);
      header.name = header.name.substr(0, header.name.find('\0'));
      header.content.remove_prefix(*size);
    } else if (header.name.size() > 1 && header.name.front() == '/' && header.name != "/SYM64/") {
      header.name = long_name(header);
    } else if (header.name.size() > 1 && header.name.back() == '/' && header.name != "/SYM64/") {
      header.name.remove_suffix(1);
    }
    if (m_cursor.failed()) {
      return false;
    }
    if (is_symbol_table(header.name)) {
      continue;
    }
    member.name = header.name;
    member.offset = static_cast<std::uint64_t>(header.content.data() - m_source.file.data());
    member.source = m_source;
    member.source.bytes = header.content;
    member.source.member = header.name;
    return true;
  }
  return false;
}

Result<> ArchiveReader::finish() const
{
  if (!m_cursor.failed()) {
    return {};
  }
  return base::fail(to_error(m_cursor.failure(), m_source, "archive"));
}

} // namespace cargo_wasm::wasm
