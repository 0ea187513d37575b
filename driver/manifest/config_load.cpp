// Finding and reading configuration files: from the working directory upwards, then `$CARGO_HOME`, each with what it includes,
// then `--config`. Layers are collected lowest priority first and merged once, which gives the order cargo gets by merging the
// other way round (context/mod.rs, load_values_from and load_includes).
#include "config_state.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cargo_wasm::manifest {
namespace {

struct Include
{
  std::string path;
  bool optional = false;
  Definition definition;
};

class Loader
{
public:
  explicit Loader(ConfigState& state) : m_state(state) {}

  /// Appends the file's includes and the file itself to `layers`.
  Result<> load_file(const base::Path& file, Definition::Kind kind, std::vector<ConfigLayer>& layers)
  {
    if (!m_seen.insert(file).second) {
      return fail(Error("CW0183", fmt::format("configuration file `{}` includes itself or is included twice", file.string())));
    }
    auto content = m_state.fs.read(file);
    if (!content) {
      Error error("CW0180", fmt::format("configuration file `{}` cannot be read", file.string()), Blame::environment);
      error.notes.push_back(std::move(content).error().message);
      return fail(std::move(error));
    }
    CW_TRY_ASSIGN(auto document, parse_toml(file, std::move(*content)));
    m_state.documents[file] = document;
    Definition definition;
    definition.kind = kind;
    definition.file = file;
    return load_document(std::move(document), definition, layers);
  }

  Result<> load_document(std::shared_ptr<const TomlDocument> document, const Definition& definition, std::vector<ConfigLayer>& layers)
  {
    CW_TRY_ASSIGN(const auto includes, includes_of(*document, definition));
    for (const Include& include : includes) {
      const base::Path base = definition.file.empty() ? m_state.cwd : definition.file.parent_path();
      const base::Path file = (base / include.path).lexically_normal();
      if (include.optional && !m_state.fs.exists(file)) {
        continue;
      }
      auto loaded = load_file(file, definition.kind, layers);
      if (!loaded) {
        return fail(
            std::move(loaded).error().during(fmt::format("while reading `{}`, included by {}", include.path, definition.display())));
      }
    }
    layers.push_back({definition, std::move(document)});
    return {};
  }

private:
  Result<std::vector<Include>> includes_of(const TomlDocument& document, const Definition& definition) const
  {
    std::vector<Include> includes;
    const TomlValue* value = document.root.find("include");
    if (value == nullptr) {
      return includes;
    }
    const auto wrong = [&](const TomlValue& found, std::string message) {
      return fail(Error("CW0183", std::move(message)).at(document.span(found.position)));
    };
    const TomlArray* list = value->as_array();
    if (list == nullptr) {
      return wrong(*value, fmt::format("`include` must be an array, but it is {}", value->type_name()));
    }
    for (const TomlValue& entry : *list) {
      Include include;
      include.definition = definition;
      include.definition.position = entry.position;
      const TomlValue* path = &entry;
      if (const TomlTable* table = entry.as_table()) {
        path = table->find("path");
        if (path == nullptr) {
          return wrong(entry, "this entry of `include` has no `path`");
        }
        if (const TomlValue* optional = table->find("optional")) {
          if (optional->as_bool() == nullptr) {
            return wrong(*optional, fmt::format("`optional` must be a boolean, but it is {}", optional->type_name()));
          }
          include.optional = *optional->as_bool();
        }
      }
      if (path->as_string() == nullptr) {
        return wrong(*path, fmt::format("an entry of `include` must be a path or a table with `path`, but it is {}", path->type_name()));
      }
      include.path = *path->as_string();
      if (base::Path(include.path).extension() != ".toml") {
        return wrong(*path, fmt::format("`{}` cannot be included: its name does not end in `.toml`", include.path));
      }
      if (include.path.find_first_of("*?[]{}") != std::string::npos) {
        return wrong(*path, fmt::format("`{}` cannot be included: patterns and braces are not expanded", include.path));
      }
      includes.push_back(std::move(include));
    }
    return includes;
  }

  ConfigState& m_state;
  std::set<base::Path> m_seen;
};

void warn(ConfigState& state, std::string message, std::string help)
{
  Error warning("CW0197", std::move(message));
  if (!help.empty()) {
    warning.helps.push_back(std::move(help));
  }
  state.warnings.push_back(std::move(warning));
}

/// `DIR/NAME`, else `DIR/NAME.toml`: the old name wins, as in cargo, but not silently.
Result<std::optional<base::Path>> find_file(ConfigState& state, const base::Path& directory, std::string_view name)
{
  base::Path old_name = directory / name;
  const base::Path new_name = directory / fmt::format("{}.toml", name);
  CW_TRY_ASSIGN(const auto old_stat, state.fs.stat(old_name));
  CW_TRY_ASSIGN(const auto new_stat, state.fs.stat(new_name));
  if (!old_stat) {
    return new_stat ? std::optional(new_name) : std::nullopt;
  }
  if (!new_stat) {
    warn(state, fmt::format("`{}` is the old name of this file", old_name.string()), fmt::format("rename it to `{}.toml`", name));
  } else if (old_stat->inode != new_stat->inode || old_stat->device != new_stat->device) {
    warn(state, fmt::format("both `{}` and `{}` exist; the first is used", old_name.string(), new_name.string()), {});
  }
  return old_name;
}

base::Path canonical_or(const ConfigState& state, const base::Path& path)
{
  if (auto canonical = state.fs.canonicalize(path)) {
    return std::move(*canonical);
  }
  return path;
}

Result<ConfigValue> value_of(const ConfigLayer& layer)
{
  CW_TRY_ASSIGN(auto value, config_value_from(*layer.document, layer.document->root, layer.definition));
  auto& table = std::get<ConfigValue::Table>(value.value);
  table.erase(std::remove_if(table.begin(), table.end(), [](const auto& entry) { return entry.first == "include"; }), table.end());
  return value;
}

Result<> add_layers(ConfigState& state, std::vector<ConfigLayer> layers)
{
  for (ConfigLayer& layer : layers) {
    CW_TRY_ASSIGN(auto value, value_of(layer));
    CW_TRY(merge(state.root, std::move(value), {}));
    state.layers.push_back(std::move(layer));
  }
  return {};
}

/// Secrets on a command line can be read by every process of the machine.
Result<> reject_secrets(const TomlTable& root)
{
  const auto has_secret = [](const TomlValue* value) -> std::optional<std::string_view> {
    const TomlTable* table = value == nullptr ? nullptr : value->as_table();
    for (const std::string_view key : {"token", "secret-key"}) {
      if (table != nullptr && table->find(key) != nullptr) {
        return key;
      }
    }
    return std::nullopt;
  };
  const auto refuse = [&](const std::string& key) {
    return fail(Error("CW0189", fmt::format("`{}` cannot be set with `--config`", key), Blame::usage)
                    .note("a command line can be read by other users of the machine")
                    .help("use `cargo-wasm login`, credentials.toml or an environment variable"));
  };
  if (const auto key = has_secret(root.find("registry"))) {
    return refuse(fmt::format("registry.{}", *key));
  }
  const TomlValue* registries = root.find("registries");
  if (const TomlTable* table = registries == nullptr ? nullptr : registries->as_table()) {
    for (const TomlMember& member : table->members) {
      if (const auto key = has_secret(member.value.get())) {
        return refuse(fmt::format("registries.{}.{}", member.key, *key));
      }
    }
  }
  return {};
}

/// True when text outside of quotes holds a comment.
bool has_comment(std::string_view text)
{
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote == 0 && text[i] == '#') {
      return true;
    }
    if (quote == 0 && (text[i] == '"' || text[i] == '\'')) {
      quote = text[i];
    } else if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      quote = 0;
    }
  }
  return false;
}

/// One dotted key with one value, nothing around it.
Result<> require_dotted_key(const TomlTable& root, const std::string& argument)
{
  const auto refuse = [&](std::string_view why) {
    return fail(Error("CW0184", fmt::format("`--config {}` {}", argument, why), Blame::usage)
                    .help("write one dotted key and its value (`--config build.jobs=2`), or name a file"));
  };
  const auto first = argument.find_first_not_of(" \t\n");
  if (first == std::string::npos || argument[first] == '[') {
    return refuse("does not set a value");
  }
  if (has_comment(argument)) {
    return refuse("holds a comment");
  }
  const TomlTable* table = &root;
  while (table->members.size() == 1) {
    const TomlValue& value = *table->members.front().value;
    const TomlTable* below = value.as_table();
    if (below == nullptr) {
      return {};
    }
    if (value.is_inline) {
      return refuse("sets an inline table");
    }
    table = below;
  }
  return refuse(table->members.empty() ? "does not set a value" : "sets more than one key");
}

} // namespace

Result<> load_config_files(ConfigState& state)
{
  std::vector<std::vector<ConfigLayer>> by_depth; // deepest first
  std::set<base::Path> seen;
  const auto load_from = [&](const base::Path& directory) -> Result<> {
    CW_TRY_ASSIGN(const auto file, find_file(state, directory, "config"));
    if (file) {
      Loader loader(state);
      CW_TRY(loader.load_file(*file, Definition::Kind::file, by_depth.emplace_back()));
    }
    return {};
  };
  for (base::Path directory = state.cwd;; directory = directory.parent_path()) {
    const base::Path config_directory = directory / ".cargo";
    CW_TRY(load_from(config_directory));
    seen.insert(canonical_or(state, config_directory));
    if (directory == directory.parent_path()) {
      break;
    }
  }
  if (seen.count(canonical_or(state, state.cargo_home)) == 0 && seen.count(state.cargo_home) == 0) {
    CW_TRY(load_from(state.cargo_home));
  }
  for (auto layers = by_depth.rbegin(); layers != by_depth.rend(); ++layers) {
    CW_TRY(add_layers(state, std::move(*layers)));
  }
  return {};
}

Result<> load_config_arguments(ConfigState& state)
{
  Loader files(state);
  for (const std::string& argument : state.options.config_arguments) {
    std::vector<ConfigLayer> layers;
    const base::Path file = state.cwd / argument;
    if (!argument.empty() && state.fs.exists(file)) {
      CW_TRY(files.load_file(file, Definition::Kind::command_line, layers));
    } else {
      auto document = parse_toml("--config", argument);
      if (!document) {
        Error error("CW0184", fmt::format("`--config {}` is neither a file nor `KEY=VALUE`", argument), Blame::usage);
        error.where = std::move(document.error().where);
        error.notes.push_back(std::move(document.error().message));
        return fail(std::move(error));
      }
      CW_TRY(require_dotted_key((*document)->root, argument));
      CW_TRY(reject_secrets((*document)->root));
      Definition definition;
      definition.kind = Definition::Kind::command_line;
      Loader includes(state);
      CW_TRY(includes.load_document(std::move(*document), definition, layers));
    }
    auto added = add_layers(state, std::move(layers));
    if (!added) {
      return fail(std::move(added).error().during(fmt::format("while applying `--config {}`", argument)));
    }
  }
  return {};
}

Result<> load_credentials(ConfigState& state)
{
  if (state.credentials_looked_for) {
    return {};
  }
  state.credentials_looked_for = true;
  CW_TRY_ASSIGN(const auto file, find_file(state, state.cargo_home, "credentials"));
  if (!file) {
    return {};
  }
  std::vector<ConfigLayer> layers;
  CW_TRY(Loader(state).load_file(*file, Definition::Kind::file, layers));
  ConfigValue laid = state.root;
  for (const ConfigLayer& layer : layers) {
    CW_TRY_ASSIGN(auto value, value_of(layer));
    auto& table = std::get<ConfigValue::Table>(value.value);
    // The first cargos wrote the token of crates.io at the top of the file.
    const auto token = std::find_if(table.begin(), table.end(), [](const auto& entry) { return entry.first == "token"; });
    if (token != table.end()) {
      ConfigValue moved = std::move(token->second);
      table.erase(token);
      if (value.find("registry") == nullptr) {
        ConfigValue registry;
        registry.definition = layer.definition;
        registry.value = ConfigValue::Table{{"token", std::move(moved)}};
        const auto place =
            std::lower_bound(table.begin(), table.end(), "registry", [](const auto& entry, const char* key) { return entry.first < key; });
        table.insert(place, {"registry", std::move(registry)});
      }
    }
    CW_TRY(merge(laid, std::move(value), {}));
  }
  state.credentials = std::move(laid);
  return {};
}

} // namespace cargo_wasm::manifest
