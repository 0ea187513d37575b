#include "toml_tables.hpp"

#include <array>
#include <charconv>
#include <span>

#include <cargo_wasm/manifest/manifest_keys.hpp>

namespace cargo_wasm::package {

void put(TomlTable& table, std::string_view key, TomlValue value)
{
  table.members.push_back({std::string(key), {}, std::make_unique<TomlValue>(std::move(value))});
}

void put_copy(TomlTable& table, std::string_view key, const TomlValue* value)
{
  if (value != nullptr) {
    put(table, key, value->clone());
  }
}

TomlTable picked(const TomlTable& from, std::span<const std::string_view> keys)
{
  TomlTable out;
  for (const std::string_view key : keys) {
    put_copy(out, key, from.find(key));
  }
  return out;
}

const TomlTable* table_at(const TomlTable* table, std::string_view key)
{
  const TomlValue* value = table == nullptr ? nullptr : table->find(key);
  return value == nullptr ? nullptr : value->as_table();
}

TomlTable normalized_lints(const TomlTable& lints)
{
  TomlTable out;
  for (const auto* tool : lints.sorted()) {
    const TomlTable* from = tool->value->as_table();
    if (from == nullptr) {
      continue; // `workspace = false`
    }
    TomlTable table;
    for (const auto* lint : from->sorted()) {
      const TomlTable* config = lint->value->as_table();
      if (config == nullptr) {
        put(table, lint->key, lint->value->clone());
        continue;
      }
      TomlTable full;
      put_copy(full, "level", config->find("level"));
      const TomlValue* priority = config->find("priority");
      put(full, "priority", priority == nullptr ? value_of(std::int64_t{0}) : priority->clone());
      for (const auto& member : config->members) {
        if (member.key != "level" && member.key != "priority") {
          put(full, member.key, member.value->clone());
        }
      }
      put(table, lint->key, value_of(std::move(full)));
    }
    put(out, tool->key, value_of(std::move(table)));
  }
  return out;
}

TomlTable normalized_profile(const TomlTable& from)
{
  constexpr std::array<std::string_view, 15> k_before{"opt-level",
                                                      "lto",
                                                      "codegen-backend",
                                                      "codegen-units",
                                                      "debug",
                                                      "split-debuginfo",
                                                      "debug-assertions",
                                                      "rpath",
                                                      "panic",
                                                      "overflow-checks",
                                                      "incremental",
                                                      "dir-name",
                                                      "inherits",
                                                      "strip",
                                                      "rustflags"};
  TomlTable out = picked(from, k_before);
  for (auto& member : out.members) {
    if (member.key == "opt-level") {
      std::int64_t level = 0;
      const std::string* written = member.value->as_string();
      if (written != nullptr &&
          std::from_chars(written->data(), written->data() + written->size(), level).ptr == written->data() + written->size()) {
        member.value->value = level;
      }
    } else if (member.key == "debug") {
      const bool* flag = member.value->as_bool();
      const std::string* word = member.value->as_string();
      if (flag != nullptr) {
        member.value->value = std::int64_t{*flag ? 2 : 0};
      } else if (word != nullptr && (*word == "none" || *word == "limited" || *word == "full")) {
        member.value->value = std::int64_t{*word == "none" ? 0 : *word == "limited" ? 1 : 2};
      }
    }
  }
  if (const TomlTable* packages = table_at(&from, "package")) {
    TomlTable list;
    for (const auto* member : packages->sorted()) {
      put(list, member->key, value_of(member->value->as_table() == nullptr ? TomlTable() : normalized_profile(*member->value->as_table())));
    }
    put(out, "package", value_of(std::move(list)));
  }
  if (const TomlTable* override_table = table_at(&from, "build-override")) {
    put(out, "build-override", value_of(normalized_profile(*override_table)));
  }
  for (const std::string_view key : {"trim-paths", "hint-mostly-unused"}) {
    put_copy(out, key, from.find(key));
  }
  return out;
}

TomlTable written_dependencies(const TomlTable& from)
{
  const auto keys = std::span(manifest::k_dependency_table_keys).first(manifest::k_dependency_table_keys.size() - 1); // without `workspace`
  TomlTable out;
  for (const auto* member : from.sorted()) {
    const TomlTable* table = member->value->as_table();
    put(out, member->key, table == nullptr ? member->value->clone() : value_of(picked(*table, keys)));
  }
  return out;
}

TomlTable written_workspace(const TomlTable& from)
{
  constexpr std::array<std::string_view, 5> k_keys{"members", "exclude", "default-members", "resolver", "metadata"};
  TomlTable out = picked(from, k_keys);
  if (const TomlTable* package = table_at(&from, "package")) {
    put(out, "package", value_of(picked(*package, manifest::k_workspace_package_keys)));
  }
  if (const TomlTable* dependencies = table_at(&from, "dependencies")) {
    put(out, "dependencies", value_of(written_dependencies(*dependencies)));
  }
  if (const TomlTable* lints = table_at(&from, "lints")) {
    put(out, "lints", value_of(normalized_lints(*lints)));
  }
  return out;
}

TomlTable written_patches(const TomlTable& from)
{
  TomlTable out;
  for (const auto* source : from.sorted()) {
    if (const TomlTable* dependencies = source->value->as_table()) {
      put(out, source->key, value_of(written_dependencies(*dependencies)));
    }
  }
  return out;
}

} // namespace cargo_wasm::package
