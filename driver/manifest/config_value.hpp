// The merged tree of configuration values and the two rules that make it: who wins, and which lists grow.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <cargo_wasm/manifest/config.hpp>

namespace cargo_wasm::manifest {

/// "build.jobs" cut into parts, with the variable cargo reads for it (`CARGO_BUILD_JOBS`).
class ConfigKey
{
public:
  /// Dots separate; a part in quotes is taken whole.
  explicit ConfigKey(std::string_view dotted);
  ConfigKey() = default;

  /// One level down; the name enters the variable in upper case.
  [[nodiscard]] ConfigKey child(std::string_view name) const;
  /// One level down into a map of free names; the variable keeps the name as written.
  [[nodiscard]] ConfigKey free_child(std::string_view name) const;

  [[nodiscard]] const std::vector<std::string>& parts() const noexcept { return m_parts; }
  [[nodiscard]] const std::string& variable() const noexcept { return m_variable; }
  [[nodiscard]] bool matches(std::string_view pattern) const; ///< `target.*.runner`
  [[nodiscard]] std::string display() const;                  ///< parts that are no bare TOML keys in quotes

private:
  std::vector<std::string> m_parts;
  std::string m_variable = "CARGO";
};

struct ConfigValue
{
  struct Entry;
  using List = std::vector<ConfigValue>;
  using Table = std::vector<Entry>; ///< sorted by key

  std::variant<std::int64_t, bool, std::string, List, Table> value;
  Definition definition;

  [[nodiscard]] const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&value); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&value); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&value); }
  [[nodiscard]] const List* as_list() const { return std::get_if<List>(&value); }
  [[nodiscard]] const Table* as_table() const { return std::get_if<Table>(&value); }
  [[nodiscard]] const ConfigValue* find(std::string_view key) const; ///< of a table
  [[nodiscard]] std::string_view type_name() const;                  ///< "an integer", "a table"
};

struct ConfigValue::Entry
{
  std::string first; ///< the key
  ConfigValue second;
};

/// `definition` is copied to every value, each with its own position. Errors: CW0187 a float or a date.
[[nodiscard]] Result<ConfigValue> config_value_from(const TomlDocument& document, const TomlTable& table, const Definition& definition);
[[nodiscard]] TomlValue to_toml(const ConfigValue& value);

/// Lays `over` on top: tables merge, lists grow at the end (those that name a program are replaced), the rest is replaced.
/// Errors: CW0181 a table or list meets something else; `where` unset.
Result<> merge(ConfigValue& base, ConfigValue over, const ConfigKey& key);

[[nodiscard]] bool is_replaced_list(const ConfigKey& key);
/// True when `a` wins over `b` whatever the order of reading: command line, then environment, then files.
[[nodiscard]] bool outranks(const Definition& a, const Definition& b);

} // namespace cargo_wasm::manifest
