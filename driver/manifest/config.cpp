// Look-ups in the merged configuration. The environment is not merged into the tree: which variables mean something
// depends on the key that is asked for (`CARGO_BUILD_TARGET_DIR` is no member of `build.target`).
#include <charconv>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "config_state.hpp"

namespace cargo_wasm::manifest {
namespace {

std::vector<std::string> words_of(std::string_view text)
{
  constexpr std::string_view k_space = " \t\r\n\f\v";
  std::vector<std::string> words;
  while (true) {
    const auto start = text.find_first_not_of(k_space);
    if (start == std::string_view::npos) {
      return words;
    }
    text.remove_prefix(start);
    const auto length = std::min(text.find_first_of(k_space), text.size());
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::optional<std::int64_t> parse_integer(std::string_view text)
{
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) {
      return std::nullopt;
    }
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() ? std::optional(number) : std::nullopt;
}

Error bad_variable(const ConfigKey& key, std::string_view value, std::string_view wanted)
{
  return Error("CW0186", fmt::format("environment variable `{}` must be {}, but it is `{}`", key.variable(), wanted, value), Blame::usage)
      .note(fmt::format("it sets the configuration key `{}`", key.display()));
}

/// Files and command line against the variable, for a value of one type.
template <class T, class Parse>
Result<std::optional<Defined<T>>> get_scalar(const ConfigState& state, const ConfigKey& key, std::string_view wanted, Parse parse)
{
  CW_TRY_ASSIGN(const ConfigValue* found, state.find(key));
  std::optional<Defined<T>> from_tree;
  if (found != nullptr) {
    const T* value = std::get_if<T>(&found->value);
    if (value == nullptr) {
      return fail(state.mismatch(key, wanted, *found));
    }
    from_tree = Defined<T>{*value, found->definition};
  }
  const std::string* variable = state.var(key.variable());
  if (variable == nullptr) {
    return from_tree;
  }
  const std::optional<T> value = parse(*variable);
  if (!value) {
    return fail(bad_variable(key, *variable, wanted));
  }
  const Definition definition = state.variable_definition(key);
  if (from_tree && outranks(from_tree->definition, definition)) {
    return from_tree;
  }
  return Defined<T>{*value, definition};
}

} // namespace

Result<base::Path> find_cargo_home(const Env& env)
{
  if (const std::string* home = env.var("CARGO_HOME"); home != nullptr && !home->empty()) {
    return (env.cwd / *home).lexically_normal();
  }
  if (const std::string* home = env.var("HOME"); home != nullptr && !home->empty()) {
    return base::Path(*home) / ".cargo";
  }
  return fail(Error("CW0182", "there is no home directory: neither `CARGO_HOME` nor `HOME` is set", Blame::environment)
                  .help("set `CARGO_HOME` to a directory for downloaded crates"));
}

base::Path Definition::root(const base::Path& cwd) const
{
  return file.empty() ? cwd : file.parent_path().parent_path();
}

std::string Definition::display() const
{
  if (kind == Kind::environment) {
    return fmt::format("environment variable `{}`", variable);
  }
  return file.empty() ? std::string("--config") : fmt::format("`{}`", file.string());
}

base::TextSpan ConfigState::span(const Definition& definition, std::string label) const
{
  if (const auto document = documents.find(definition.file); document != documents.end()) {
    return document->second->span(definition.position, std::move(label));
  }
  base::TextSpan span;
  span.file = definition.file;
  span.label = std::move(label);
  return span;
}

Error ConfigState::at(Error error, const Definition& definition, std::string label) const
{
  if (definition.file.empty()) {
    return std::move(error).note(fmt::format("it is set by {}", definition.display()));
  }
  return std::move(error).at(span(definition, std::move(label)));
}

Error ConfigState::mismatch(const ConfigKey& key, std::string_view wanted, const ConfigValue& found) const
{
  return at(Error("CW0185", fmt::format("configuration key `{}` must be {}, but it is {}", key.display(), wanted, found.type_name())),
            found.definition);
}

base::Path ConfigState::resolve(const std::string& text, const Definition& definition) const
{
  return definition.root(cwd) / text;
}

base::Path ConfigState::resolve_program(const std::string& text, const Definition& definition) const
{
  return text.find('/') == std::string::npos ? base::Path(text) : resolve(text, definition);
}

Definition ConfigState::variable_definition(const ConfigKey& key) const
{
  Definition definition;
  definition.kind = Definition::Kind::environment;
  definition.variable = key.variable();
  return definition;
}

Result<const ConfigValue*> ConfigState::find(const ConfigKey& key) const
{
  const ConfigValue* value = credentials ? &*credentials : &root;
  ConfigKey so_far;
  for (const std::string& part : key.parts()) {
    if (value->as_table() == nullptr) {
      return fail(mismatch(so_far, "a table", *value));
    }
    so_far = so_far.child(part);
    value = value->find(part);
    if (value == nullptr) {
      return nullptr;
    }
  }
  return value;
}

void ConfigState::add_variable_words(const ConfigKey& key, ConfigValue::List& list) const
{
  const std::string* variable = var(key.variable());
  if (variable == nullptr) {
    return;
  }
  const Definition definition = variable_definition(key);
  if (is_replaced_list(key)) {
    if (!list.empty() && outranks(list.front().definition, definition)) {
      return;
    }
    list.clear();
  }
  // Low priority first: behind the files, before the command line.
  auto place = list.begin();
  while (place != list.end() && !outranks(place->definition, definition)) {
    ++place;
  }
  for (std::string& word : words_of(*variable)) {
    place = list.insert(place, ConfigValue{std::move(word), definition}) + 1;
  }
}

Result<std::optional<ConfigValue>> ConfigState::find_any(const ConfigKey& key) const
{
  CW_TRY_ASSIGN(const ConfigValue* found, find(key));
  std::optional<ConfigValue> value = found == nullptr ? std::nullopt : std::optional(*found);
  const std::string* variable = key.parts().empty() ? nullptr : var(key.variable());
  const Definition definition = variable_definition(key);
  if (variable == nullptr || (value && value->as_list() == nullptr && outranks(value->definition, definition))) {
    return value;
  }
  if (*variable == "true" || *variable == "false") {
    return ConfigValue{*variable == "true", definition};
  }
  if (const auto number = parse_integer(*variable)) {
    return ConfigValue{*number, definition};
  }
  if (value && value->as_list() != nullptr) {
    add_variable_words(key, std::get<ConfigValue::List>(value->value));
    return value;
  }
  return ConfigValue{*variable, definition};
}

Result<std::optional<Defined<std::string>>> ConfigState::get_string(const ConfigKey& key) const
{
  return get_scalar<std::string>(*this, key, "a string", [](const std::string& text) { return std::optional(text); });
}

Result<std::optional<Defined<std::int64_t>>> ConfigState::get_integer(const ConfigKey& key) const
{
  return get_scalar<std::int64_t>(*this, key, "an integer", parse_integer);
}

Result<std::optional<Defined<bool>>> ConfigState::get_bool(const ConfigKey& key) const
{
  return get_scalar<bool>(*this, key, "`true` or `false`", [](const std::string& text) {
    return text == "true" ? std::optional(true) : text == "false" ? std::optional(false) : std::nullopt;
  });
}

Result<std::optional<Defined<std::vector<std::string>>>> ConfigState::get_words(const ConfigKey& key) const
{
  CW_TRY_ASSIGN(const ConfigValue* found, find(key));
  const bool has_variable = var(key.variable()) != nullptr;
  if (found == nullptr && !has_variable) {
    return std::nullopt;
  }
  const Definition variable = variable_definition(key);
  Defined<std::vector<std::string>> result;
  result.definition = found == nullptr || (has_variable && outranks(variable, found->definition)) ? variable : found->definition;
  ConfigValue::List list;
  if (found != nullptr) {
    if (const std::string* text = found->as_string()) {
      for (std::string& word : words_of(*text)) {
        list.push_back(ConfigValue{std::move(word), found->definition});
      }
    } else if (const auto* items = found->as_list()) {
      list = *items;
    } else {
      return fail(mismatch(key, "a string or an array of strings", *found));
    }
  }
  add_variable_words(key, list);
  for (const ConfigValue& item : list) {
    if (item.as_string() == nullptr) {
      return fail(mismatch(key, "an array of strings", item));
    }
    result.value.push_back(*item.as_string());
  }
  return result;
}

Config::Config(std::unique_ptr<ConfigState> state) : m_state(std::move(state)) {}
Config::~Config() = default;

Result<std::unique_ptr<Config>> Config::load(const Env& env, const ConfigOptions& options)
{
  CW_TRY_ASSIGN(auto cargo_home, find_cargo_home(env));
  auto state = std::make_unique<ConfigState>(env, std::move(cargo_home), options);
  state->root.value = ConfigValue::Table{};
  auto loaded = load_config_files(*state);
  if (!loaded) {
    return fail(std::move(loaded).error().during("while reading the configuration"));
  }
  CW_TRY(load_config_arguments(*state));
  CW_TRY_ASSIGN(const auto net_offline, state->get_bool(ConfigKey("net.offline")));
  state->net_offline = net_offline && net_offline->value;
  collect_config_warnings(*state);
  return std::unique_ptr<Config>(new Config(std::move(state)));
}

Result<std::optional<Defined<std::string>>> Config::get_string(std::string_view key) const
{
  return m_state->get_string(ConfigKey(key));
}
Result<std::optional<Defined<std::int64_t>>> Config::get_integer(std::string_view key) const
{
  return m_state->get_integer(ConfigKey(key));
}
Result<std::optional<Defined<bool>>> Config::get_bool(std::string_view key) const
{
  return m_state->get_bool(ConfigKey(key));
}
Result<std::optional<Defined<std::vector<std::string>>>> Config::get_string_list(std::string_view key) const
{
  return m_state->get_words(ConfigKey(key));
}

Result<std::optional<Defined<base::Path>>> Config::get_path(std::string_view key) const
{
  CW_TRY_ASSIGN(const auto text, get_string(key));
  if (!text) {
    return std::nullopt;
  }
  return Defined<base::Path>{m_state->resolve(text->value, text->definition), text->definition};
}

Result<std::optional<Defined<base::Path>>> Config::get_tool(std::string_view key) const
{
  CW_TRY_ASSIGN(const auto text, get_string(key));
  if (!text) {
    return std::nullopt;
  }
  return Defined<base::Path>{m_state->resolve_program(text->value, text->definition), text->definition};
}

Result<std::optional<Defined<PathAndArgs>>> Config::get_program(std::string_view key) const
{
  CW_TRY_ASSIGN(auto words, get_string_list(key));
  if (!words) {
    return std::nullopt;
  }
  if (words->value.empty()) {
    return fail(
        m_state->at(Error("CW0195", fmt::format("configuration key `{}` names no program", ConfigKey(key).display())), words->definition));
  }
  PathAndArgs program;
  program.program = m_state->resolve_program(words->value.front(), words->definition);
  program.args.assign(std::make_move_iterator(words->value.begin() + 1), std::make_move_iterator(words->value.end()));
  return Defined<PathAndArgs>{std::move(program), words->definition};
}

std::vector<std::string> Config::table_keys(std::string_view key) const
{
  std::vector<std::string> names;
  const auto found = m_state->find(ConfigKey(key));
  if (found && *found != nullptr && (*found)->as_table() != nullptr) {
    for (const auto& [name, value] : *(*found)->as_table()) {
      names.push_back(name);
    }
  }
  return names;
}

std::shared_ptr<const TomlValue> Config::get_table(std::string_view key) const
{
  const auto found = m_state->find(ConfigKey(key));
  return found && *found != nullptr && (*found)->as_table() != nullptr ? std::make_shared<TomlValue>(to_toml(**found)) : nullptr;
}

const base::Path& Config::cargo_home() const
{
  return m_state->cargo_home;
}
bool Config::offline() const
{
  return !offline_reason().empty();
}
std::string_view Config::offline_reason() const
{
  const auto& options = m_state->options;
  return options.frozen ? "--frozen" : options.offline ? "--offline" : m_state->net_offline ? "net.offline" : "";
}
bool Config::frozen() const
{
  return m_state->options.frozen;
}
bool Config::locked() const
{
  return m_state->options.locked || m_state->options.frozen;
}
const std::vector<Error>& Config::warnings() const
{
  return m_state->warnings;
}
base::TextSpan Config::span(const Definition& definition, std::string label) const
{
  return m_state->span(definition, std::move(label));
}

} // namespace cargo_wasm::manifest
