#include <cargo_wasm/wasm/debug_lines.hpp>

#include <algorithm>
#include <array>

#include "zero_ended.hpp"

namespace cargo_wasm::wasm {

namespace {

/// Of one program; more are no line table that a compiler writes.
constexpr std::uint32_t k_most_files = 1'000'000;

enum StandardOpcode : std::uint8_t {
  k_copy = 1,
  k_advance_pc,
  k_advance_line,
  k_set_file,
  k_set_column,
  k_negate_stmt,
  k_set_basic_block,
  k_const_add_pc,
  k_fixed_advance_pc,
};

enum ExtendedOpcode : std::uint8_t { k_end_sequence = 1, k_set_address = 2 };

enum Form : std::uint32_t {
  k_form_data2 = 0x05,
  k_form_data4 = 0x06,
  k_form_data8 = 0x07,
  k_form_string = 0x08,
  k_form_block = 0x09,
  k_form_data1 = 0x0b,
  k_form_strp = 0x0e,
  k_form_udata = 0x0f,
  k_form_data16 = 0x1e,
  k_form_line_strp = 0x1f,
};

enum ContentType : std::uint32_t { k_content_path = 1, k_content_directory = 2 };

std::uint16_t fixed16(Cursor& cursor)
{
  const std::uint16_t low = cursor.u8("a line table");
  return static_cast<std::uint16_t>(low | cursor.u8("a line table") << 8);
}

std::string_view c_string_at(std::optional<Cursor> section, std::uint64_t offset)
{
  if (!section || offset >= section->remaining()) {
    return {};
  }
  section->bytes(offset, "an offset");
  return zero_ended(*section, "a text");
}

bool is_absolute(std::string_view path)
{
  return path.starts_with('/') || (path.size() > 2 && path[1] == ':');
}

std::string joined(std::string_view directory, std::string_view name)
{
  return directory.empty() || is_absolute(name) ? std::string(name) : std::string(directory) + "/" + std::string(name);
}

/// One unit of `.debug_line`: a header with file names, and a program that makes rows.
class LineProgram
{
public:
  LineProgram(Cursor unit, bool is_64, const Module& module, std::vector<std::string>& files, std::vector<LineRow>& rows)
      : m_cursor(unit), m_is_64(is_64), m_module(module), m_files(files), m_rows(rows),
        m_first_file(static_cast<std::uint32_t>(files.size()))
  {
  }

  void run()
  {
    if (!read_header()) {
      m_files.resize(m_first_file);
      return;
    }
    std::size_t begin = m_rows.size();
    while (!m_cursor.at_end() && !m_cursor.failed()) {
      step();
      if (!m_rows.empty() && m_rows.size() > begin && m_rows.back().ends_sequence) {
        begin = m_rows.size();
      }
    }
    m_rows.resize(begin); // a sequence without an end says nothing certain
  }

private:
  struct Registers
  {
    std::uint64_t address = 0;
    std::uint64_t file = 1, column = 0;
    std::uint64_t line = 1; ///< wraps around as the table's signed steps do
    bool is_dropped = false;
  };

  std::uint64_t offset() { return m_is_64 ? m_cursor.fixed64("an offset") : m_cursor.fixed32("an offset"); }

  bool read_header()
  {
    m_version = fixed16(m_cursor);
    if (m_version < 2 || m_version > 5) {
      return false;
    }
    if (m_version == 5) {
      m_cursor.u8("the size of addresses");
      m_cursor.u8("the size of segment selectors");
    }
    const std::uint64_t header_bytes = offset();
    if (header_bytes > m_cursor.remaining()) {
      return false;
    }
    const std::uint64_t program = m_cursor.offset() + header_bytes;
    m_instruction_bytes = m_cursor.u8("the smallest instruction");
    if (m_version >= 4) {
      m_cursor.u8("operations in an instruction");
    }
    m_cursor.u8("the default of is_stmt");
    m_line_base = static_cast<std::int8_t>(m_cursor.u8("the line base"));
    m_line_range = m_cursor.u8("the line range");
    m_opcode_base = m_cursor.u8("the opcode base");
    for (unsigned opcode = 1; opcode < m_opcode_base; ++opcode) {
      m_operands[opcode] = m_cursor.u8("an opcode's operands");
    }
    if (m_version == 5) {
      read_file_names_5();
    } else {
      read_file_names_4();
    }
    if (m_cursor.failed() || m_line_range == 0 || m_opcode_base == 0 || m_cursor.offset() > program) {
      return false;
    }
    m_cursor.bytes(program - m_cursor.offset(), "the header");
    return true;
  }

  /// Number 0 is the directory in which the compiler ran, which only `.debug_info` knows.
  void read_file_names_4()
  {
    std::vector<std::string_view> directories{{}};
    for (std::string_view name = zero_ended(m_cursor, "a text"); !name.empty(); name = zero_ended(m_cursor, "a text")) {
      directories.push_back(name);
    }
    m_files.emplace_back(); // files count from 1
    for (std::string_view name = zero_ended(m_cursor, "a text"); !name.empty(); name = zero_ended(m_cursor, "a text")) {
      const std::uint64_t directory = m_cursor.u64("a directory");
      m_cursor.u64("a time");
      m_cursor.u64("a length");
      m_files.push_back(joined(directory < directories.size() ? directories[directory] : std::string_view(), name));
    }
  }

  struct Entry
  {
    std::string_view path;
    std::uint64_t directory = 0;
  };

  std::vector<Entry> read_entries_5()
  {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> format(m_cursor.u8("the number of formats"));
    for (auto& [content, form] : format) {
      content = m_cursor.u64("a content type");
      form = m_cursor.u64("a form");
    }
    const std::uint64_t count = m_cursor.u64("the number of names");
    std::vector<Entry> entries;
    // Names without any form would take no bytes, so that a count alone could ask for all memory.
    for (std::uint64_t i = 0; i < count && !format.empty() && count < k_most_files && !m_cursor.failed(); ++i) {
      Entry entry;
      for (const auto& [content, form] : format) {
        read_form(form, content == k_content_path ? &entry.path : nullptr, content == k_content_directory ? &entry.directory : nullptr);
      }
      entries.push_back(entry);
    }
    return entries;
  }

  void read_form(std::uint64_t form, std::string_view* text, std::uint64_t* number)
  {
    std::string_view found_text;
    std::uint64_t found = 0;
    switch (form) {
    case k_form_string:
      found_text = zero_ended(m_cursor, "a text");
      break;
    case k_form_line_strp:
      found_text = c_string_at(m_module.custom(".debug_line_str"), offset());
      break;
    case k_form_strp:
      found_text = c_string_at(m_module.custom(".debug_str"), offset());
      break;
    case k_form_udata:
      found = m_cursor.u64("a number");
      break;
    case k_form_data1:
      found = m_cursor.u8("a number");
      break;
    case k_form_data2:
      found = fixed16(m_cursor);
      break;
    case k_form_data4:
      found = m_cursor.fixed32("a number");
      break;
    case k_form_data8:
      found = m_cursor.fixed64("a number");
      break;
    case k_form_data16:
      m_cursor.bytes(16, "a checksum");
      break;
    case k_form_block:
      m_cursor.sized("a block");
      break;
    default:
      m_cursor.fail(Fault::number, m_cursor.offset(), "a form of file names");
    }
    if (text != nullptr) {
      *text = found_text;
    }
    if (number != nullptr) {
      *number = found;
    }
  }

  void read_file_names_5()
  {
    const std::vector<Entry> directories = read_entries_5();
    for (const Entry& file : read_entries_5()) {
      // A relative directory is one below the first, where the compiler ran.
      const std::string_view directory = file.directory < directories.size() ? directories[file.directory].path : std::string_view();
      const std::string_view root = directories.empty() ? std::string_view() : directories[0].path;
      m_files.push_back(joined(is_absolute(directory) || file.directory == 0 ? directory : joined(root, directory), file.path));
    }
  }

  void step()
  {
    const std::uint8_t opcode = m_cursor.u8("an opcode");
    if (opcode >= m_opcode_base) {
      const unsigned adjusted = opcode - m_opcode_base;
      advance(adjusted / m_line_range);
      m_state.line += static_cast<std::uint64_t>(std::int64_t{m_line_base} + adjusted % m_line_range);
      add_row(false);
      return;
    }
    switch (opcode) {
    case 0:
      extended();
      break;
    case k_copy:
      add_row(false);
      break;
    case k_advance_pc:
      advance(m_cursor.u64("an advance"));
      break;
    case k_advance_line:
      m_state.line += static_cast<std::uint64_t>(m_cursor.i64("a line"));
      break;
    case k_set_file:
      m_state.file = m_cursor.u64("a file");
      break;
    case k_set_column:
      m_state.column = m_cursor.u64("a column");
      break;
    case k_const_add_pc:
      advance((255U - m_opcode_base) / m_line_range);
      break;
    case k_fixed_advance_pc:
      m_state.address += fixed16(m_cursor);
      break;
    default:
      for (unsigned i = 0; i < m_operands[opcode]; ++i) {
        m_cursor.u64("an operand");
      }
    }
  }

  void extended()
  {
    Cursor operands = m_cursor.sized("an extended opcode");
    switch (operands.u8("an extended opcode")) {
    case k_end_sequence:
      add_row(true);
      m_state = {};
      break;
    case k_set_address:
      set_address(operands);
      break;
    default:
      break;
    }
    m_cursor.fail(operands.failure());
  }

  /// Linkers give the code that they drop an address that no code has: all ones.
  void set_address(Cursor& operands)
  {
    const bool is_wide = operands.remaining() == 8;
    m_state.address = is_wide ? operands.fixed64("an address") : operands.fixed32("an address");
    m_state.is_dropped = m_state.address == (is_wide ? ~std::uint64_t{0} : 0xffff'ffff);
  }

  void advance(std::uint64_t operations) { m_state.address += operations * m_instruction_bytes; }

  void add_row(bool ends_sequence)
  {
    if (m_state.is_dropped) {
      return;
    }
    const std::uint64_t file = m_first_file + m_state.file;
    const bool has_file = file < m_files.size();
    const bool has_line = has_file && m_state.line <= 0xffff'ffff;
    m_rows.push_back({.address = m_state.address,
                      .file = has_file ? static_cast<std::uint32_t>(file) : m_first_file,
                      .line = has_line ? static_cast<std::uint32_t>(m_state.line) : 0,
                      .column = static_cast<std::uint32_t>(std::min<std::uint64_t>(m_state.column, 0xffff'ffff)),
                      .ends_sequence = ends_sequence});
  }

  Cursor m_cursor;
  bool m_is_64;
  const Module& m_module;
  std::vector<std::string>& m_files;
  std::vector<LineRow>& m_rows;
  std::uint32_t m_first_file;
  std::uint16_t m_version = 0;
  std::uint8_t m_instruction_bytes = 1, m_line_range = 1, m_opcode_base = 1;
  std::int8_t m_line_base = 0;
  std::array<std::uint8_t, 256> m_operands{};
  Registers m_state;
};

} // namespace

DebugLines::DebugLines(const Module& module)
{
  std::optional<Cursor> section = module.custom(".debug_line");
  const std::uint64_t section_begin = section ? section->offset() : 0;
  while (section && !section->at_end() && !section->failed()) {
    m_units.emplace_back(section->offset() - section_begin, m_files.size());
    std::uint64_t bytes = section->fixed32("a unit's length");
    const bool is_64 = bytes == 0xffff'ffff;
    if (is_64) {
      bytes = section->fixed64("a unit's length");
    }
    const std::uint64_t begin = section->offset();
    section->bytes(bytes, "a unit");
    if (!section->failed()) {
      LineProgram(section->since(begin), is_64, module, m_files, m_rows).run();
    }
  }
  // The end of one sequence may be the beginning of another, whose row then counts.
  std::ranges::stable_sort(m_rows, [](const LineRow& a, const LineRow& b) {
    return a.address != b.address ? a.address < b.address : a.ends_sequence && !b.ends_sequence;
  });
}

const std::string* DebugLines::file_of(std::uint64_t unit, std::uint64_t number) const
{
  const auto found = std::find_if(m_units.begin(), m_units.end(), [&](const auto& known) { return known.first == unit; });
  if (found == m_units.end()) {
    return nullptr;
  }
  const std::size_t end = found + 1 == m_units.end() ? m_files.size() : (found + 1)->second;
  return number < end - found->second ? &m_files[found->second + number] : nullptr;
}

std::optional<CodePlace> DebugLines::find(std::uint64_t address) const
{
  auto row = std::ranges::upper_bound(m_rows, address, {}, &LineRow::address);
  if (row == m_rows.begin()) {
    return std::nullopt;
  }
  --row;
  if (row->ends_sequence || row->line == 0) {
    return std::nullopt;
  }
  return CodePlace{m_files[row->file], row->line, row->column};
}

} // namespace cargo_wasm::wasm
