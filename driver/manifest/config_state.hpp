// What a Config knows, and the look-ups that its typed getters share.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config_value.hpp"

namespace cargo_wasm::manifest {

/// One source of settings: a file, or one `--config KEY=VALUE`.
struct ConfigLayer
{
  Definition definition;
  std::shared_ptr<const TomlDocument> document;
};

struct ConfigState
{
  ConfigState(const Env& env, base::Path home, ConfigOptions given)
      : fs(env.fs), vars(env.vars), cwd(env.cwd), cargo_home(std::move(home)), options(std::move(given))
  {
  }

  const base::ReadOnlyFilesystem& fs;
  const EnvMap& vars; ///< lives in the Env
  base::Path cwd;
  base::Path cargo_home;
  ConfigOptions options;
  bool net_offline = false;

  std::vector<ConfigLayer> layers;        ///< lowest priority first
  ConfigValue root;                       ///< all layers merged
  std::optional<ConfigValue> credentials; ///< credentials.toml laid over `root`'s tables; read when first asked for
  bool credentials_looked_for = false;
  std::map<base::Path, std::shared_ptr<const TomlDocument>> documents;
  std::vector<Error> warnings;

  [[nodiscard]] const std::string* var(std::string_view name) const
  {
    const auto found = vars.find(name);
    return found == vars.end() ? nullptr : &found->second;
  }
  [[nodiscard]] base::TextSpan span(const Definition& definition, std::string label = {}) const;

  /// The value in files and on the command line; nullptr = not there. Errors: CW0185 something on the way is no table.
  [[nodiscard]] Result<const ConfigValue*> find(const ConfigKey& key) const;
  /// As `find`, the environment included: a variable is read as a boolean or integer if it looks like one, and joins a list.
  [[nodiscard]] Result<std::optional<ConfigValue>> find_any(const ConfigKey& key) const;
  /// Adds the words of the key's variable to a list, or replaces it (`is_replaced_list`).
  void add_variable_words(const ConfigKey& key, ConfigValue::List& list) const;
  [[nodiscard]] Definition variable_definition(const ConfigKey& key) const;

  [[nodiscard]] Result<std::optional<Defined<std::string>>> get_string(const ConfigKey& key) const;
  [[nodiscard]] Result<std::optional<Defined<std::int64_t>>> get_integer(const ConfigKey& key) const;
  [[nodiscard]] Result<std::optional<Defined<bool>>> get_bool(const ConfigKey& key) const;
  [[nodiscard]] Result<std::optional<Defined<std::vector<std::string>>>> get_words(const ConfigKey& key) const;

  /// CW0185: "`build.jobs` must be an integer, but it is a string".
  [[nodiscard]] Error mismatch(const ConfigKey& key, std::string_view wanted, const ConfigValue& found) const;
  /// An error at the place of a definition; the environment and the command line go into a note.
  [[nodiscard]] Error at(Error error, const Definition& definition, std::string label = {}) const;
  /// A path or program as written, made absolute against the place of its definition.
  [[nodiscard]] base::Path resolve(const std::string& text, const Definition& definition) const;
  [[nodiscard]] base::Path resolve_program(const std::string& text, const Definition& definition) const;
};

/// config_load.cpp
Result<> load_config_files(ConfigState& state);
Result<> load_config_arguments(ConfigState& state);
Result<> load_credentials(ConfigState& state);
/// config_warnings.cpp: unused keys of the tables cargo reads whole, variables in the wrong case.
void collect_config_warnings(ConfigState& state);

} // namespace cargo_wasm::manifest
