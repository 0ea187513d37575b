#include "config_value.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::manifest {
namespace {

/// A list that names a program with its arguments: half of one and half of another would run neither (context/config_value.rs).
constexpr std::array<std::string_view, 6> k_replaced_lists = {"credential-alias.*",
                                                              "doc.browser",
                                                              "host.runner",
                                                              "registries.*.credential-provider",
                                                              "registry.credential-provider",
                                                              "target.*.runner"};

auto position_of(const ConfigValue::Table& table, std::string_view key)
{
  return std::lower_bound(table.begin(), table.end(), key, [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
}

bool is_bare(std::string_view part)
{
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<ConfigValue> convert(const TomlDocument& document, const TomlValue& value, const Definition& definition, const ConfigKey& key)
{
  ConfigValue out;
  out.definition = definition;
  out.definition.position = value.position;
  if (const auto* text = value.as_string()) {
    out.value = *text;
  } else if (const auto* number = value.as_integer()) {
    out.value = *number;
  } else if (const auto* flag = value.as_bool()) {
    out.value = *flag;
  } else if (const auto* array = value.as_array()) {
    ConfigValue::List list;
    list.reserve(array->size());
    for (const TomlValue& entry : *array) {
      CW_TRY_ASSIGN(auto item, convert(document, entry, definition, key));
      list.push_back(std::move(item));
    }
    out.value = std::move(list);
  } else if (const auto* table = value.as_table()) {
    ConfigValue::Table members;
    members.reserve(table->members.size());
    for (const TomlMember* member : table->sorted()) {
      CW_TRY_ASSIGN(auto item, convert(document, *member->value, definition, key.child(member->key)));
      members.push_back({member->key, std::move(item)});
    }
    out.value = std::move(members);
  } else {
    return fail(Error("CW0187", fmt::format("configuration key `{}` is {}, which no setting can be", key.display(), value.type_name()))
                    .at(document.span(value.position, "expected a string, an integer, a boolean, an array or a table")));
  }
  return out;
}

} // namespace

ConfigKey::ConfigKey(std::string_view dotted)
{
  while (true) {
    std::string part;
    const char quote = dotted.starts_with('"') || dotted.starts_with('\'') ? dotted.front() : '\0';
    std::size_t i = quote == '\0' ? 0 : 1;
    for (; i < dotted.size() && dotted[i] != (quote == '\0' ? '.' : quote); ++i) {
      i += quote == '"' && dotted[i] == '\\' && i + 1 < dotted.size() ? 1U : 0U;
      part += dotted[i];
    }
    dotted.remove_prefix(std::min(quote == '\0' ? i : i + 1, dotted.size()));
    *this = child(part);
    if (dotted.empty()) {
      return;
    }
    dotted.remove_prefix(1);
  }
}

ConfigKey ConfigKey::child(std::string_view name) const
{
  ConfigKey key = *this;
  key.m_parts.emplace_back(name);
  key.m_variable += '_';
  key.m_variable += base::envify(name);
  return key;
}

ConfigKey ConfigKey::free_child(std::string_view name) const
{
  ConfigKey key = *this;
  key.m_parts.emplace_back(name);
  key.m_variable += '_';
  key.m_variable += name;
  return key;
}

bool ConfigKey::matches(std::string_view pattern) const
{
  const auto wanted = base::split(pattern, '.');
  return wanted.size() == m_parts.size() &&
         std::equal(wanted.begin(), wanted.end(), m_parts.begin(), [](std::string_view want, const std::string& part) {
           return want == "*" || want == part;
         });
}

std::string ConfigKey::display() const
{
  std::string text;
  for (const std::string& part : m_parts) {
    if (!text.empty()) {
      text += '.';
    }
    text += config_key_part(part);
  }
  return text;
}

std::string config_key_part(std::string_view name)
{
  if (is_bare(name)) {
    return std::string(name);
  }
  if (name.find('"') != std::string_view::npos && name.find('\'') == std::string_view::npos) {
    return fmt::format("'{}'", name);
  }
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + '"';
}

const ConfigValue* ConfigValue::find(std::string_view key) const
{
  const Table* table = as_table();
  if (table == nullptr) {
    return nullptr;
  }
  const auto found = position_of(*table, key);
  return found == table->end() || found->first != key ? nullptr : &found->second;
}

std::string_view ConfigValue::type_name() const
{
  constexpr std::array<std::string_view, 5> k_names = {"an integer", "a boolean", "a string", "an array", "a table"};
  return k_names.at(value.index());
}

Result<ConfigValue> config_value_from(const TomlDocument& document, const TomlTable& table, const Definition& definition)
{
  ConfigValue root;
  root.definition = definition;
  ConfigValue::Table members;
  for (const TomlMember* member : table.sorted()) {
    CW_TRY_ASSIGN(auto item, convert(document, *member->value, definition, ConfigKey().child(member->key)));
    members.push_back({member->key, std::move(item)});
  }
  root.value = std::move(members);
  return root;
}

TomlValue to_toml(const ConfigValue& value)
{
  TomlValue out;
  out.position = value.definition.position;
  if (const auto* text = value.as_string()) {
    out.value = *text;
  } else if (const auto* number = value.as_integer()) {
    out.value = *number;
  } else if (const auto* flag = value.as_bool()) {
    out.value = *flag;
  } else if (const auto* list = value.as_list()) {
    TomlArray array;
    for (const ConfigValue& item : *list) {
      array.push_back(to_toml(item));
    }
    out.value = std::move(array);
  } else if (const auto* table = value.as_table()) {
    TomlTable members;
    for (const auto& [key, item] : *table) {
      members.members.push_back({key, item.definition.position, std::make_unique<TomlValue>(to_toml(item))});
    }
    out.value = std::move(members);
  }
  return out;
}

bool is_replaced_list(const ConfigKey& key)
{
  return std::any_of(k_replaced_lists.begin(), k_replaced_lists.end(), [&](std::string_view pattern) { return key.matches(pattern); });
}

bool outranks(const Definition& a, const Definition& b)
{
  return static_cast<int>(a.kind) > static_cast<int>(b.kind);
}

Result<> merge(ConfigValue& base, ConfigValue over, const ConfigKey& key)
{
  auto* old_table = std::get_if<ConfigValue::Table>(&base.value);
  auto* new_table = std::get_if<ConfigValue::Table>(&over.value);
  if (old_table != nullptr && new_table != nullptr) {
    for (auto& [name, value] : *new_table) {
      const auto found = position_of(*old_table, name);
      if (found == old_table->end() || found->first != name) {
        old_table->insert(found, {std::move(name), std::move(value)});
        continue;
      }
      const ConfigKey below = key.child(name);
      CW_TRY(merge((*old_table)[static_cast<std::size_t>(found - old_table->begin())].second, std::move(value), below));
    }
    return {};
  }
  auto* old_list = std::get_if<ConfigValue::List>(&base.value);
  auto* new_list = std::get_if<ConfigValue::List>(&over.value);
  if (old_list != nullptr && new_list != nullptr) {
    if (is_replaced_list(key)) {
      base = std::move(over);
      return {};
    }
    std::move(new_list->begin(), new_list->end(), std::back_inserter(*old_list));
    std::stable_sort(old_list->begin(), old_list->end(), [](const ConfigValue& a, const ConfigValue& b) {
      return outranks(b.definition, a.definition);
    });
    return {};
  }
  if (old_table != nullptr || new_table != nullptr || old_list != nullptr || new_list != nullptr) {
    return fail(Error("CW0181",
                      fmt::format("`{}` is {} in {}, but {} in {}",
                                  key.display(),
                                  over.type_name(),
                                  over.definition.display(),
                                  base.type_name(),
                                  base.definition.display())));
  }
  base = std::move(over);
  return {};
}

} // namespace cargo_wasm::manifest
