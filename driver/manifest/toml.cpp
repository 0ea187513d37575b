#include <cargo_wasm/manifest/toml.hpp>

#include <algorithm>

namespace cargo_wasm::manifest {

const TomlMember* TomlTable::find_member(std::string_view key) const
{
  for (const TomlMember& member : members) {
    if (member.key == key) {
      return &member;
    }
  }
  return nullptr;
}

const TomlValue* TomlTable::find(std::string_view key) const
{
  const TomlMember* member = find_member(key);
  return member == nullptr ? nullptr : member->value.get();
}

std::vector<const TomlMember*> TomlTable::sorted() const
{
  std::vector<const TomlMember*> result;
  result.reserve(members.size());
  for (const TomlMember& member : members) {
    result.push_back(&member);
  }
  std::sort(result.begin(), result.end(), [](const TomlMember* a, const TomlMember* b) { return a->key < b->key; });
  return result;
}

std::string_view TomlValue::type_name() const
{
  switch (value.index()) {
  case 0:
    return "a string";
  case 1:
    return "an integer";
  case 2:
    return "a float";
  case 3:
    return "a boolean";
  case 4:
    return "a date";
  case 5:
    return "an array";
  default:
    return "a table";
  }
}

TomlValue TomlValue::clone() const
{
  TomlValue copy;
  copy.position = position;
  copy.is_inline = is_inline;
  if (const TomlArray* array = as_array()) {
    TomlArray elements;
    elements.reserve(array->size());
    for (const TomlValue& element : *array) {
      elements.push_back(element.clone());
    }
    copy.value = std::move(elements);
  } else if (const TomlTable* table = as_table()) {
    TomlTable members;
    members.members.reserve(table->members.size());
    for (const TomlMember& member : table->members) {
      members.members.push_back({member.key, member.key_position, std::make_unique<TomlValue>(member.value->clone())});
    }
    copy.value = std::move(members);
  } else if (const std::string* text = as_string()) {
    copy.value = *text;
  } else if (const std::int64_t* integer = as_integer()) {
    copy.value = *integer;
  } else if (const bool* boolean = as_bool()) {
    copy.value = *boolean;
  } else if (const double* real = std::get_if<double>(&value)) {
    copy.value = *real;
  } else if (const TomlDateTime* date = std::get_if<TomlDateTime>(&value)) {
    copy.value = *date;
  }
  return copy;
}

base::TextSpan TomlDocument::span(Position position, std::string label) const
{
  base::TextSpan span;
  span.file = file;
  span.line = position.line;
  span.column = position.column;
  span.length = position.length;
  span.label = std::move(label);
  if (position.line == 0) {
    return span;
  }
  std::size_t start = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) {
      return span;
    }
    start = end + 1;
  }
  std::size_t end = text.find('\n', start);
  end = end == std::string::npos ? text.size() : end;
  if (end > start && text[end - 1] == '\r') {
    --end;
  }
  // A minified document can be one line of megabytes; the caret still needs the part around it.
  constexpr std::size_t k_longest_line_shown = 400;
  if (end - start <= k_longest_line_shown) {
    span.line_text = text.substr(start, end - start);
  }
  return span;
}

} // namespace cargo_wasm::manifest
