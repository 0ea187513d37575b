// Attribute groups and lists (BitcodeReader.cpp, parseAttributeGroupBlock and parseAttributeBlock).
//
//   group := [id, place, attribute…]     place: 0 the result, 1… the parameters, 2^32-1 the function
//   list  := [group id…]
//   attribute := 0 kind | 1 kind value | 3 text 0 | 4 text 0 text 0 | 5 kind | 6 kind type
//              | 7 kind range | 8 kind count width bounds…
//
// The form says how long an attribute is, so that kinds that are not known here are passed over. A form that is not known cannot be:
// an import's module may stand behind it, and a reader that stopped there in silence would call the import undeclared.
#include "codes.hpp"
#include "module_reader.hpp"

#include <fmt/format.h>

#include <limits>

namespace cargo_wasm::bitcode {
namespace {

constexpr std::string_view k_groups_block = "attribute groups";
constexpr std::string_view k_lists_block = "attribute lists";
/// Of a group's number in the map, roughly.
constexpr std::size_t k_group_id_bytes = 48;

std::optional<PassedAs> passed_as(std::uint64_t kind)
{
  switch (kind) {
  case 3:
    return PassedAs::byval;
  case 5:
    return PassedAs::inreg;
  case 24:
    return PassedAs::signext;
  case 29:
    return PassedAs::sret;
  case 34:
    return PassedAs::zeroext;
  case 38:
    return PassedAs::inalloca;
  case 69:
    return PassedAs::byref;
  case 99:
    return PassedAs::noext;
  default:
    return std::nullopt;
  }
}

/// Values of a record, taken from the front.
class Values
{
public:
  explicit Values(std::span<const std::uint64_t> values) : m_left(values) {}

  [[nodiscard]] bool empty() const { return m_left.empty(); }
  /// False, and nothing taken, when there are fewer than `count`.
  bool skip(std::uint64_t count)
  {
    if (count > m_left.size()) {
      return false;
    }
    m_left = m_left.subspan(static_cast<std::size_t>(count));
    return true;
  }
  std::optional<std::uint64_t> take()
  {
    if (m_left.empty()) {
      return std::nullopt;
    }
    const std::uint64_t value = m_left.front();
    m_left = m_left.subspan(1);
    return value;
  }
  /// Bytes up to a zero, which is taken as well.
  std::optional<std::string> take_text()
  {
    std::size_t length = 0;
    while (length < m_left.size() && m_left[length] != 0) {
      ++length;
    }
    if (length == m_left.size()) {
      return std::nullopt;
    }
    auto text = text_of(m_left.first(length));
    m_left = m_left.subspan(length + 1);
    return text;
  }
  /// Two bounds of a range of integers of `width` bits; wider ones than 64 bits are preceded by the number of words of each.
  bool skip_bounds(std::uint64_t width)
  {
    if (width <= 64) {
      return skip(2);
    }
    const auto words = take();
    return words && skip((*words & 0xffff'ffff) + (*words >> 32));
  }

private:
  std::span<const std::uint64_t> m_left;
};

/// Passes over the value of a form whose attributes nobody asks for. False when the record is too short for it.
bool skip_ranges(Values& values, std::uint64_t form)
{
  if (form == attribute_form::k_range) {
    const auto width = values.take();
    return width && values.skip_bounds(*width);
  }
  const auto count = values.take();
  const auto width = values.take();
  if (!count || !width) {
    return false;
  }
  for (std::uint64_t i = 0; i < *count; ++i) {
    // Each takes a value at least, so that a hostile count ends with the record.
    if (!values.skip_bounds(*width)) {
      return false;
    }
  }
  return true;
}

} // namespace

Result<> ModuleReader::read_attribute_groups(const BlockHeader& header)
{
  BlockReader reader(m_stream, header, &m_block_info, record_codes(attributes_code::k_group));
  while (true) {
    CW_TRY_ASSIGN(const BlockReader::Item item, reader.next());
    if (item == BlockReader::Item::end) {
      return {};
    }
    if (item == BlockReader::Item::record) {
      CW_TRY(add_attribute_group(reader.record()));
    }
  }
}

Result<> ModuleReader::add_attribute_group(const Record& record)
{
  const auto too_short = [&] { return fail(malformed(record, "an attribute group ends within an attribute", k_groups_block)); };
  AttributeTable& table = m_module.attributes;
  Values values(record.values);
  const auto id = values.take();
  const auto place = values.take();
  if (!id || !place || *place > k_none) {
    return fail(malformed(record, "an attribute group does not say what it belongs to", k_groups_block));
  }
  if (!m_group_of_id.emplace(*id, static_cast<std::uint32_t>(table.groups.size())).second) {
    return fail(malformed(record, fmt::format("attribute group {} is there twice", *id), k_groups_block));
  }
  AttributeTable::Group group;
  group.parameter = static_cast<std::uint32_t>(*place);
  group.first_string = static_cast<std::uint32_t>(table.strings.size());
  group.first_passing = static_cast<std::uint32_t>(table.passing.size());
  while (!values.empty()) {
    const std::uint64_t form = values.take().value_or(0);
    if (form == attribute_form::k_string || form == attribute_form::k_string_with_value) {
      auto key = values.take_text();
      auto value = form == attribute_form::k_string ? std::optional<std::string>("") : values.take_text();
      if (!key || !value) {
        return fail(malformed(record, "the text of an attribute has no end, or a character beyond 255", k_groups_block));
      }
      table.strings.push_back({keep(*key), keep(*value)});
      continue;
    }
    if (form > attribute_form::k_range_list || form == 2) {
      return fail(newer(record.position, fmt::format("an attribute has the unknown form {}", form), k_groups_block));
    }
    const auto kind = values.take();
    if (!kind) {
      return too_short();
    }
    std::optional<TypeId> type;
    switch (form) {
    case attribute_form::k_integer:
      if (!values.skip(1)) {
        return too_short();
      }
      break;
    case attribute_form::k_type: {
      const auto type_id = values.take();
      if (!type_id) {
        return too_short();
      }
      type = static_cast<TypeId>(std::min(*type_id, std::uint64_t{k_none}));
      break;
    }
    case attribute_form::k_range:
    case attribute_form::k_range_list:
      if (!skip_ranges(values, form)) {
        return too_short();
      }
      break;
    default:
      break;
    }
    const auto passing = passed_as(*kind);
    if (passing && group.parameter != k_none) {
      table.passing.push_back({*passing, group.parameter, type});
    }
  }
  group.string_count = static_cast<std::uint32_t>(table.strings.size()) - group.first_string;
  group.passing_count = static_cast<std::uint32_t>(table.passing.size()) - group.first_passing;
  table.groups.push_back(group);
  m_memory +=
      sizeof(group) + k_group_id_bytes + group.string_count * sizeof(StringAttribute) + group.passing_count * sizeof(ParameterAttribute);
  return check_memory(record);
}

Result<> ModuleReader::read_attribute_lists(const BlockHeader& header)
{
  BlockReader reader(m_stream, header, &m_block_info, record_codes(attributes_code::k_list_old, attributes_code::k_list));
  AttributeTable& table = m_module.attributes;
  while (true) {
    CW_TRY_ASSIGN(const bool has_record, reader.next_record());
    if (!has_record) {
      return {};
    }
    const Record& record = reader.record();
    if (record.code == attributes_code::k_list_old) {
      return fail(malformed(record, "an attribute list is in the form that LLVM had before 3.3", k_lists_block));
    }
    AttributeTable::List list;
    list.first = static_cast<std::uint32_t>(table.list_groups.size());
    list.count = static_cast<std::uint32_t>(record.values.size());
    for (const std::uint64_t id : record.values) {
      const auto group = m_group_of_id.find(id);
      if (group == m_group_of_id.end()) {
        return fail(malformed(record, fmt::format("an attribute list has group {}, which is not defined", id), k_lists_block));
      }
      table.list_groups.push_back(group->second);
    }
    table.lists.push_back(list);
    m_memory += sizeof(list) + list.count * sizeof(std::uint32_t);
    CW_TRY(check_memory(record));
  }
}

std::optional<std::string_view> Module::attribute(const Symbol& symbol, std::string_view key) const
{
  std::optional<std::string_view> found;
  if (symbol.attribute_list == k_none) {
    return found;
  }
  const AttributeTable::List& list = attributes.lists[symbol.attribute_list];
  for (const std::uint32_t index : std::span(attributes.list_groups).subspan(list.first, list.count)) {
    const AttributeTable::Group& group = attributes.groups[index];
    if (group.parameter != k_none) {
      continue;
    }
    for (const StringAttribute& string : std::span(attributes.strings).subspan(group.first_string, group.string_count)) {
      if (string.key == key) {
        found = string.value;
      }
    }
  }
  return found;
}

std::vector<StringAttribute> Module::string_attributes(const Symbol& symbol) const
{
  std::vector<StringAttribute> out;
  if (symbol.attribute_list == k_none) {
    return out;
  }
  const AttributeTable::List& list = attributes.lists[symbol.attribute_list];
  for (const std::uint32_t index : std::span(attributes.list_groups).subspan(list.first, list.count)) {
    const AttributeTable::Group& group = attributes.groups[index];
    if (group.parameter == k_none) {
      const auto strings = std::span(attributes.strings).subspan(group.first_string, group.string_count);
      out.insert(out.end(), strings.begin(), strings.end());
    }
  }
  return out;
}

std::vector<ParameterAttribute> Module::parameter_attributes(const Symbol& symbol) const
{
  std::vector<ParameterAttribute> out;
  if (symbol.attribute_list == k_none) {
    return out;
  }
  const AttributeTable::List& list = attributes.lists[symbol.attribute_list];
  for (const std::uint32_t index : std::span(attributes.list_groups).subspan(list.first, list.count)) {
    const AttributeTable::Group& group = attributes.groups[index];
    const auto passing = std::span(attributes.passing).subspan(group.first_passing, group.passing_count);
    out.insert(out.end(), passing.begin(), passing.end());
  }
  return out;
}

} // namespace cargo_wasm::bitcode
