#include <cargo_wasm/wasm/debug_inlines.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "zero_ended.hpp"

namespace cargo_wasm::wasm {

namespace {

constexpr std::uint32_t k_deepest_reference = 8; ///< from an inlined call over its origin to a name
constexpr std::uint32_t k_deepest_tree = 4096;
constexpr const char* k_what = "debug information";

enum DwarfTag : std::uint64_t { k_tag_lexical_block = 0x0b, k_tag_compile_unit = 0x11, k_tag_inlined = 0x1d, k_tag_subprogram = 0x2e };

enum DwarfAttribute : std::uint64_t {
  k_at_sibling = 0x01,
  k_at_name = 0x03,
  k_at_stmt_list = 0x10,
  k_at_low_pc = 0x11,
  k_at_high_pc = 0x12,
  k_at_abstract_origin = 0x31,
  k_at_specification = 0x47,
  k_at_ranges = 0x55,
  k_at_call_column = 0x57,
  k_at_call_file = 0x58,
  k_at_call_line = 0x59,
  k_at_linkage_name = 0x6e,
};

enum DwarfForm : std::uint64_t {
  k_dwarf_addr = 0x01,
  k_dwarf_block2 = 0x03,
  k_dwarf_block4 = 0x04,
  k_dwarf_data2 = 0x05,
  k_dwarf_data4 = 0x06,
  k_dwarf_data8 = 0x07,
  k_dwarf_string = 0x08,
  k_dwarf_block = 0x09,
  k_dwarf_block1 = 0x0a,
  k_dwarf_data1 = 0x0b,
  k_dwarf_flag = 0x0c,
  k_dwarf_sdata = 0x0d,
  k_dwarf_strp = 0x0e,
  k_dwarf_udata = 0x0f,
  k_dwarf_ref_addr = 0x10,
  k_dwarf_ref1 = 0x11,
  k_dwarf_ref2 = 0x12,
  k_dwarf_ref4 = 0x13,
  k_dwarf_ref8 = 0x14,
  k_dwarf_ref_udata = 0x15,
  k_dwarf_sec_offset = 0x17,
  k_dwarf_exprloc = 0x18,
  k_dwarf_flag_present = 0x19,
  k_dwarf_ref_sig8 = 0x20,
};

} // namespace

// Not without a name: DebugInlines::Data has them.
namespace dwarf {

struct Abbreviation
{
  std::uint64_t tag = 0;
  bool has_children = false;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> attributes; ///< and forms
};
using Abbreviations = std::unordered_map<std::uint64_t, Abbreviation>;

/// A unit of `.debug_info`; offsets count from the section's content.
struct DwarfUnit
{
  std::uint64_t begin = 0, end = 0, first_entry = 0;
  std::uint64_t abbreviations = 0;
  std::uint8_t address_bytes = 4;
};

} // namespace dwarf

namespace {

using dwarf::Abbreviation;
using dwarf::Abbreviations;
using dwarf::DwarfUnit;

/// What is wanted of an entry.
struct DwarfEntry
{
  std::uint64_t tag = 0; ///< 0: the end of siblings
  bool has_children = false;
  std::optional<std::uint64_t> low_pc, high_pc, ranges, statements, origin, sibling; ///< `high_pc` as it stands
  bool high_is_length = false;
  std::string_view name, linkage_name;
  std::uint64_t call_file = 0, call_line = 0, call_column = 0;
};

std::uint64_t fixed_number(Cursor& cursor, unsigned bytes)
{
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    value |= std::uint64_t{cursor.u8(k_what)} << (8U * i);
  }
  return value;
}

/// A cursor at an offset of a section; failed where there is none.
Cursor cursor_at(const std::optional<Cursor>& section, std::uint64_t offset)
{
  Cursor cursor = section.value_or(Cursor());
  if (!section || offset > cursor.remaining()) {
    cursor.fail(Fault::ended, 0, k_what);
    return cursor;
  }
  cursor.bytes(offset, k_what);
  return cursor;
}

struct FormValue
{
  std::uint64_t number = 0;
  std::string_view text;
  bool is_in_unit = false; ///< a reference that counts from the unit
};

class EntryReader
{
public:
  EntryReader(const Module& module, const DwarfUnit& unit, const Abbreviations& abbreviations)
      : m_module(module), m_unit(unit), m_abbreviations(abbreviations)
  {
  }

  DwarfEntry read(Cursor& cursor) const
  {
    DwarfEntry entry;
    const std::uint64_t code = cursor.u64(k_what);
    if (code == 0 || cursor.failed()) {
      return entry;
    }
    const auto found = m_abbreviations.find(code);
    if (found == m_abbreviations.end()) {
      cursor.fail(Fault::number, cursor.offset(), "an abbreviation");
      return entry;
    }
    entry.tag = found->second.tag;
    entry.has_children = found->second.has_children;
    for (const auto& [attribute, form] : found->second.attributes) {
      keep(entry, attribute, form, value_of(cursor, form));
    }
    return entry;
  }

private:
  FormValue value_of(Cursor& cursor, std::uint64_t form) const
  {
    FormValue value;
    switch (form) {
    case k_dwarf_addr:
      value.number = fixed_number(cursor, m_unit.address_bytes);
      break;
    case k_dwarf_data1:
    case k_dwarf_flag:
      value.number = cursor.u8(k_what);
      break;
    case k_dwarf_data2:
      value.number = fixed_number(cursor, 2);
      break;
    case k_dwarf_data4:
    case k_dwarf_sec_offset:
    case k_dwarf_ref_addr:
      value.number = cursor.fixed32(k_what);
      break;
    case k_dwarf_data8:
    case k_dwarf_ref_sig8:
      value.number = cursor.fixed64(k_what);
      break;
    case k_dwarf_udata:
      value.number = cursor.u64(k_what);
      break;
    case k_dwarf_sdata:
      value.number = static_cast<std::uint64_t>(cursor.i64(k_what));
      break;
    case k_dwarf_string:
      value.text = zero_ended(cursor, k_what);
      break;
    case k_dwarf_strp: {
      Cursor text = cursor_at(m_module.custom(".debug_str"), cursor.fixed32(k_what));
      value.text = zero_ended(text, k_what);
      break;
    }
    case k_dwarf_ref1:
    case k_dwarf_ref2:
    case k_dwarf_ref4:
    case k_dwarf_ref8:
      value.number = fixed_number(cursor, 1U << (form - k_dwarf_ref1));
      value.is_in_unit = true;
      break;
    case k_dwarf_ref_udata:
      value.number = cursor.u64(k_what);
      value.is_in_unit = true;
      break;
    case k_dwarf_block1:
      cursor.bytes(cursor.u8(k_what), k_what);
      break;
    case k_dwarf_block2:
      cursor.bytes(fixed_number(cursor, 2), k_what);
      break;
    case k_dwarf_block4:
      cursor.bytes(cursor.fixed32(k_what), k_what);
      break;
    case k_dwarf_block:
    case k_dwarf_exprloc:
      cursor.bytes(cursor.u64(k_what), k_what);
      break;
    case k_dwarf_flag_present:
      break;
    default:
      cursor.fail(Fault::number, cursor.offset(), "a form");
    }
    return value;
  }

  void keep(DwarfEntry& entry, std::uint64_t attribute, std::uint64_t form, const FormValue& value) const
  {
    const std::uint64_t reference = value.is_in_unit ? m_unit.begin + value.number : value.number;
    switch (attribute) {
    case k_at_sibling:
      entry.sibling = reference;
      break;
    case k_at_name:
      entry.name = value.text;
      break;
    case k_at_linkage_name:
      entry.linkage_name = value.text;
      break;
    case k_at_stmt_list:
      entry.statements = value.number;
      break;
    case k_at_low_pc:
      entry.low_pc = value.number;
      break;
    case k_at_high_pc:
      entry.high_pc = value.number;
      entry.high_is_length = form != k_dwarf_addr;
      break;
    case k_at_ranges:
      entry.ranges = value.number;
      break;
    case k_at_abstract_origin:
    case k_at_specification:
      entry.origin = form == k_dwarf_ref_sig8 ? std::nullopt : std::optional(reference);
      break;
    case k_at_call_file:
      entry.call_file = value.number;
      break;
    case k_at_call_line:
      entry.call_line = value.number;
      break;
    case k_at_call_column:
      entry.call_column = value.number;
      break;
    default:
      break;
    }
  }

  const Module& m_module;
  const DwarfUnit& m_unit;
  const Abbreviations& m_abbreviations;
};

std::uint32_t small(std::uint64_t number)
{
  return number > 0xffff'ffff ? 0 : static_cast<std::uint32_t>(number);
}

} // namespace

struct DebugInlines::Data
{
  const Module& module;
  const DebugLines& lines;
  std::optional<Cursor> info;
  std::vector<DwarfUnit> units;
  mutable std::map<std::uint64_t, Abbreviations> abbreviations = {}; ///< by their offset

  const Abbreviations& abbreviations_of(const DwarfUnit& unit) const
  {
    const auto [place, is_new] = abbreviations.try_emplace(unit.abbreviations);
    Cursor cursor = cursor_at(module.custom(".debug_abbrev"), unit.abbreviations);
    while (is_new && !cursor.failed()) {
      const std::uint64_t code = cursor.u64(k_what);
      if (code == 0 || cursor.failed()) {
        break;
      }
      Abbreviation abbreviation;
      abbreviation.tag = cursor.u64(k_what);
      abbreviation.has_children = cursor.u8(k_what) != 0;
      while (!cursor.failed()) {
        const std::uint64_t attribute = cursor.u64(k_what);
        const std::uint64_t form = cursor.u64(k_what);
        if (attribute == 0 && form == 0) {
          break;
        }
        abbreviation.attributes.emplace_back(attribute, form);
      }
      place->second.emplace(code, std::move(abbreviation));
    }
    return place->second;
  }

  void read_units()
  {
    Cursor cursor = cursor_at(info, 0);
    const std::uint64_t section = cursor.offset();
    while (!cursor.at_end() && !cursor.failed()) {
      DwarfUnit unit;
      unit.begin = cursor.offset() - section;
      const std::uint64_t bytes = cursor.fixed32(k_what); // 64-bit DWARF has a mark here that no section is as long as
      const std::uint64_t content = cursor.offset();
      cursor.bytes(bytes, "a unit");
      if (cursor.failed()) {
        return;
      }
      Cursor header = cursor.since(content);
      unit.end = cursor.offset() - section;
      const std::uint64_t version = fixed_number(header, 2);
      unit.abbreviations = header.fixed32(k_what);
      unit.address_bytes = header.u8(k_what);
      unit.first_entry = header.offset() - section;
      if (!header.failed() && version >= 2 && version <= 4 && (unit.address_bytes == 4 || unit.address_bytes == 8)) {
        units.push_back(unit);
      }
    }
  }

  /// Calls back with begin and end of each range; until it says that this is enough.
  template <class Action>
  void for_each_range(const DwarfUnit& unit, std::uint64_t offset, std::uint64_t base, const Action& is_enough) const
  {
    Cursor cursor = cursor_at(module.custom(".debug_ranges"), offset);
    const std::uint64_t mark = unit.address_bytes == 8 ? ~std::uint64_t{0} : 0xffff'ffff;
    while (!cursor.failed()) {
      const std::uint64_t begin = fixed_number(cursor, unit.address_bytes);
      const std::uint64_t end = fixed_number(cursor, unit.address_bytes);
      if (cursor.failed() || (begin == 0 && end == 0)) {
        return;
      }
      if (begin == mark) {
        base = end;
      } else if (is_enough(base + begin, base + end)) {
        return;
      }
    }
  }

  [[nodiscard]] bool is_in_ranges(const DwarfUnit& unit, std::uint64_t offset, std::uint64_t base, std::uint64_t address) const
  {
    bool found = false;
    for_each_range(unit, offset, base, [&](std::uint64_t begin, std::uint64_t end) {
      found = address >= begin && address < end;
      return found;
    });
    return found;
  }

  /// nullopt: the entry does not say where it is.
  [[nodiscard]] std::optional<bool>
  contains(const DwarfUnit& unit, const DwarfEntry& entry, std::uint64_t base, std::uint64_t address) const
  {
    if (entry.ranges) {
      return is_in_ranges(unit, *entry.ranges, base, address);
    }
    if (entry.low_pc && entry.high_pc) {
      const std::uint64_t high = entry.high_is_length ? *entry.low_pc + *entry.high_pc : *entry.high_pc;
      return address >= *entry.low_pc && address < high;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string name_at(std::uint64_t offset, std::uint32_t depth) const
  {
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const DwarfUnit& u) { return offset >= u.first_entry && offset < u.end; });
    if (unit == units.end() || depth > k_deepest_reference) {
      return {};
    }
    Cursor cursor = cursor_at(info, offset);
    const DwarfEntry entry = EntryReader(module, *unit, abbreviations_of(*unit)).read(cursor);
    if (!entry.linkage_name.empty()) {
      return std::string(entry.linkage_name);
    }
    std::string name = entry.origin ? name_at(*entry.origin, depth + 1) : std::string();
    return name.empty() ? std::string(entry.name) : name;
  }

  [[nodiscard]] InlinedCall call_of(const DwarfEntry& entry, std::optional<std::uint64_t> statements) const
  {
    InlinedCall call;
    call.callee = entry.origin ? name_at(*entry.origin, 0) : std::string(entry.name);
    const std::string* const file = statements ? lines.file_of(*statements, entry.call_file) : nullptr;
    if (file != nullptr) {
      call.called_at = {*file, small(entry.call_line), small(entry.call_column)};
    }
    return call;
  }

  void add_ranges(const DwarfUnit& unit,
                  const DwarfEntry& entry,
                  std::uint64_t base,
                  std::uint32_t depth,
                  const CodePlace& called_at,
                  std::vector<InlinedRange>& found) const
  {
    if (entry.ranges) {
      for_each_range(unit, *entry.ranges, base, [&](std::uint64_t begin, std::uint64_t end) {
        found.push_back({begin, end, depth, called_at});
        return false;
      });
    } else if (entry.low_pc && entry.high_pc) {
      found.push_back({*entry.low_pc, entry.high_is_length ? *entry.low_pc + *entry.high_pc : *entry.high_pc, depth, called_at});
    }
  }

  void ranges_of(const DwarfUnit& unit, std::vector<InlinedRange>& found) const
  {
    const EntryReader reader(module, unit, abbreviations_of(unit));
    Cursor cursor = cursor_at(info, unit.first_entry);
    const std::uint64_t section = cursor.offset() - unit.first_entry;
    const DwarfEntry head = reader.read(cursor);
    if (cursor.failed() || head.tag != k_tag_compile_unit || !head.has_children) {
      return;
    }
    std::uint32_t depth = 1;
    while (depth > 0 && depth <= k_deepest_tree && !cursor.failed() && cursor.offset() - section < unit.end) {
      const DwarfEntry entry = reader.read(cursor);
      if (entry.tag == 0) {
        --depth;
        continue;
      }
      if (entry.tag == k_tag_inlined) {
        const std::string* const file = head.statements ? lines.file_of(*head.statements, entry.call_file) : nullptr;
        const CodePlace called_at = file == nullptr ? CodePlace{} : CodePlace{*file, small(entry.call_line), small(entry.call_column)};
        add_ranges(unit, entry, head.low_pc.value_or(0), depth, called_at, found);
      }
      depth += entry.has_children ? 1 : 0;
    }
  }

  /// False: the unit does not have the address.
  bool find_in(const DwarfUnit& unit, std::uint64_t address, std::vector<InlinedCall>& calls) const
  {
    const EntryReader reader(module, unit, abbreviations_of(unit));
    Cursor cursor = cursor_at(info, unit.first_entry);
    const std::uint64_t section = cursor.offset() - unit.first_entry;
    const DwarfEntry head = reader.read(cursor);
    const std::uint64_t base = head.low_pc.value_or(0);
    if (cursor.failed() || head.tag != k_tag_compile_unit || !head.has_children || !contains(unit, head, base, address).value_or(true)) {
      return false;
    }
    std::vector<bool> is_around{false}; // by depth: whether what is open there is code with the address in it
    while (!is_around.empty() && !cursor.failed() && cursor.offset() - section < unit.end) {
      const DwarfEntry entry = reader.read(cursor);
      if (entry.tag == 0) {
        // The code around the address ends: there is no other one in this unit.
        if (is_around.back() && is_around.size() > 1 && !is_around[is_around.size() - 2]) {
          return true;
        }
        is_around.pop_back();
        continue;
      }
      const bool is_code = entry.tag == k_tag_subprogram || entry.tag == k_tag_inlined || entry.tag == k_tag_lexical_block;
      const bool is_here = is_code && contains(unit, entry, base, address).value_or(false);
      if (is_here && entry.tag == k_tag_subprogram) {
        calls.clear();
      }
      if (is_here && entry.tag == k_tag_inlined) {
        calls.push_back(call_of(entry, head.statements));
      }
      if (!entry.has_children) {
        if (is_here && entry.tag == k_tag_subprogram) {
          return true;
        }
        continue;
      }
      if (is_code && !is_here && entry.sibling && *entry.sibling > cursor.offset() - section && *entry.sibling < unit.end) {
        cursor = cursor_at(info, *entry.sibling);
        continue;
      }
      if (is_around.size() > k_deepest_tree) {
        return false;
      }
      is_around.push_back(is_here);
    }
    return false;
  }
};

DebugInlines::DebugInlines(const Module& module, const DebugLines& lines)
    : m_data(new Data{.module = module, .lines = lines, .info = module.custom(".debug_info"), .units = {}})
{
  m_data->read_units();
}

DebugInlines::~DebugInlines() = default;
DebugInlines::DebugInlines(DebugInlines&&) noexcept = default;
DebugInlines& DebugInlines::operator=(DebugInlines&&) noexcept = default;

std::vector<InlinedCall> DebugInlines::calls_at(std::uint64_t address) const
{
  std::vector<InlinedCall> calls;
  for (const DwarfUnit& unit : m_data->units) {
    if (m_data->find_in(unit, address, calls)) {
      return calls;
    }
    calls.clear();
  }
  return calls;
}

std::vector<InlinedRange> DebugInlines::ranges() const
{
  std::vector<InlinedRange> found;
  for (const DwarfUnit& unit : m_data->units) {
    m_data->ranges_of(unit, found);
  }
  std::sort(found.begin(), found.end(), [](const InlinedRange& a, const InlinedRange& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.depth < b.depth;
  });
  return found;
}

} // namespace cargo_wasm::wasm
