#include <cargo_wasm/manifest/profile_settings.hpp>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 8> k_levels{"0", "1", "2", "3", "4", "s", "z", "auto"};
constexpr std::array<std::string_view, 3> k_measures{"size", "gzip", "brotli"};
constexpr std::array<std::string_view, 3> k_debug_info{"embed", "split", "none"};
constexpr std::array<std::string_view, 2> k_location_detail{"full", "none"};
constexpr std::array<std::string_view, 3> k_fmt_debug{"full", "shallow", "none"};

/// What a key takes, and where it goes. One of the three members is set.
struct Key
{
  std::string_view name;
  std::string_view expected; ///< "`false`, a level …": of messages
  std::optional<std::string> ProfileSettings::*text = nullptr;
  std::span<const std::string_view> words = {}; ///< that `text` may be
  std::string_view of_false = {}, of_true = {}; ///< what `text` is for a truth value; empty: it takes none
  std::optional<std::vector<std::string>> ProfileSettings::*list = nullptr;
  std::optional<bool> ProfileSettings::*flag = nullptr;
  bool needs_std = false; ///< it changes what std is compiled to
};

const std::array<Key, 10>& keys()
{
  using S = ProfileSettings;
  static const std::array<Key, 10> table{{
      {.name = "wasm-opt",
       .expected = "`false`, a level from 0 to 4, \"s\", \"z\" or \"auto\"",
       .text = &S::wasm_opt,
       .words = k_levels,
       .of_false = "off"},
      {.name = "wasm-opt-measure", .expected = "\"size\", \"gzip\" or \"brotli\"", .text = &S::wasm_opt_measure, .words = k_measures},
      {.name = "wasm-opt-args", .expected = "an array of strings", .list = &S::wasm_opt_args},
      {.name = "debug-info", .expected = "\"embed\", \"split\" or \"none\"", .text = &S::debug_info, .words = k_debug_info},
      {.name = "build-std",
       .expected = "`true`, `false`, or an array of its crates",
       .text = &S::build_std,
       .of_false = "off",
       .of_true = "on",
       .list = &S::std_crates,
       .needs_std = true},
      {.name = "optimize-for-size", .expected = "`true` or `false`", .flag = &S::optimize_for_size, .needs_std = true},
      {.name = "immediate-abort", .expected = "`true` or `false`", .flag = &S::immediate_abort, .needs_std = true},
      {.name = "location-detail",
       .expected = "\"full\" or \"none\"",
       .text = &S::location_detail,
       .words = k_location_detail,
       .needs_std = true},
      {.name = "fmt-debug",
       .expected = "\"full\", \"shallow\" or \"none\"",
       .text = &S::fmt_debug,
       .words = k_fmt_debug,
       .needs_std = true},
      {.name = "provenance", .expected = "`true` or `false`", .flag = &S::provenance},
  }};
  return table;
}

const Key* find_key(std::string_view name)
{
  const auto found = std::ranges::find(keys(), name, &Key::name);
  return found == keys().end() ? nullptr : &*found;
}

Error bad_value(const Key& key, std::string_view value)
{
  return Error("CW0860", fmt::format("`{}` cannot be `{}`", key.name, value)).help(fmt::format("it is {}", key.expected));
}

Error unknown_key(std::string_view name)
{
  Error error("CW0861", fmt::format("there is no profile setting `{}`", name));
  std::vector<std::string> known;
  for (const Key& key : keys()) {
    known.emplace_back(key.name);
  }
  if (const auto near = base::nearest(name, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *near));
  }
  error.helps.push_back(fmt::format("known are: `{}`; Cargo's own keys stand in `[profile.*]`", base::join(known, "`, `")));
  return error;
}

std::string written_form(const TomlValue& value)
{
  if (const std::string* const text = value.as_string()) {
    return *text;
  }
  if (const std::int64_t* const number = value.as_integer()) {
    return fmt::format("{}", *number);
  }
  if (const bool* const flag = value.as_bool()) {
    return *flag ? "true" : "false";
  }
  return "a value of this type";
}

/// Takes a word, as "true" and "false" of the command line are. False: it cannot be one.
bool set_word(ProfileSettings& into, const Key& key, const std::string& word)
{
  const bool is_truth = word == "true" || word == "false";
  if (key.flag != nullptr) {
    if (is_truth) {
      into.*key.flag = word == "true";
    }
    return is_truth;
  }
  if (key.text == nullptr) {
    return false;
  }
  if (is_truth) {
    const std::string_view meaning = word == "true" ? key.of_true : key.of_false;
    if (!meaning.empty()) {
      into.*key.text = std::string(meaning);
    }
    return !meaning.empty();
  }
  if (std::ranges::find(key.words, word) == key.words.end()) {
    return false;
  }
  into.*key.text = word;
  return true;
}

std::optional<std::vector<std::string>> strings_of(const TomlArray& array)
{
  std::vector<std::string> words;
  for (const TomlValue& element : array) {
    const std::string* const word = element.as_string();
    if (word == nullptr) {
      return std::nullopt;
    }
    words.push_back(*word);
  }
  return words;
}

/// False: the key cannot have this value.
bool set_value(ProfileSettings& into, const Key& key, const TomlValue& value)
{
  if (const TomlArray* const array = value.as_array()) {
    auto words = key.list == nullptr ? std::nullopt : strings_of(*array);
    if (words) {
      into.*key.list = std::move(*words);
      if (key.text != nullptr) {
        into.*key.text = std::string(key.of_true);
      }
    }
    return words.has_value();
  }
  const bool is_scalar = value.as_string() != nullptr || value.as_integer() != nullptr || value.as_bool() != nullptr;
  if (value.as_string() != nullptr && (*value.as_string() == "true" || *value.as_string() == "false")) {
    return false;
  }
  return is_scalar && set_word(into, key, written_form(value));
}

void remember_place(ProfileSettings& into, const Key& key, const base::TextSpan& where)
{
  if (key.text == &ProfileSettings::wasm_opt) {
    into.wasm_opt_where = where;
  } else if (key.needs_std && into.build_std_where.line == 0) {
    into.build_std_where = where;
  }
}

Result<> read_configured(const Config& config, std::string_view profile, ProfileSettings& into)
{
  const std::string table = fmt::format("wasm.profile.{}", profile);
  for (const std::string& name : config.table_keys(table)) {
    if (find_key(name) == nullptr) {
      return fail(unknown_key(name).note(fmt::format("it stands below `{}` in the configuration", table)));
    }
  }
  const auto value = config.get_table(table);
  const TomlTable* const members = value == nullptr ? nullptr : value->as_table();
  for (const Key& key : keys()) {
    const std::string path = fmt::format("{}.{}", table, key.name);
    const TomlValue* const written = members == nullptr ? nullptr : members->find(key.name);
    if (written != nullptr && written->as_string() == nullptr) {
      if (!set_value(into, key, *written)) {
        return fail(bad_value(key, written_form(*written)).note(fmt::format("it is `{}` of the configuration", path)));
      }
      remember_place(into, key, {});
      continue;
    }
    if (key.list != nullptr && key.text == nullptr) {
      CW_TRY_ASSIGN(auto words, config.get_string_list(path));
      if (words) {
        into.*key.list = std::move(words->value);
      }
      continue;
    }
    CW_TRY_ASSIGN(const auto text, config.get_string(path));
    if (text) {
      if (!set_word(into, key, text->value)) {
        return fail(bad_value(key, text->value).note(fmt::format("it comes from {}", text->definition.display())));
      }
      remember_place(into, key, {});
    }
  }
  return {};
}

} // namespace

bool ProfileSettings::wants_std() const
{
  return build_std == "on" || optimize_for_size.value_or(false) || immediate_abort.value_or(false) ||
         location_detail.value_or("full") != "full" || fmt_debug.value_or("full") != "full";
}

ProfileSettings merge(ProfileSettings base, const ProfileSettings& over)
{
  const auto take = [](auto& to, const auto& from) {
    if (from) {
      to = from;
    }
  };
  for (const Key& key : keys()) {
    if (key.text != nullptr) {
      take(base.*key.text, over.*key.text);
    }
    if (key.list != nullptr) {
      take(base.*key.list, over.*key.list);
    }
    if (key.flag != nullptr) {
      take(base.*key.flag, over.*key.flag);
    }
  }
  if (over.wasm_opt) {
    base.wasm_opt_where = over.wasm_opt_where;
  }
  if (over.wants_std()) {
    base.build_std_where = over.build_std_where;
  }
  return base;
}

Result<ProfileSettings> read_profile_settings_table(const TomlDocument& document, const TomlTable& table, std::string_view path)
{
  ProfileSettings settings;
  for (const TomlMember& member : table.members) {
    const Key* const key = find_key(member.key);
    if (key == nullptr) {
      return fail(unknown_key(member.key).at(document.span(member.key_position)));
    }
    const base::TextSpan where = document.span(member.value->position);
    if (!set_value(settings, *key, *member.value)) {
      return fail(bad_value(*key, written_form(*member.value)).at(where).note(fmt::format("it is `{}.{}`", path, key->name)));
    }
    remember_place(settings, *key, where);
  }
  return settings;
}

Result<ProfileSettings>
read_profile_settings(const base::ReadOnlyFilesystem& fs, const Manifest& workspace_root, const Config& config, std::string_view profile)
{
  ProfileSettings settings;
  std::optional<Error> problem;
  const auto read = [&](const Fields& profiles) {
    const TomlTable* const table = problem ? nullptr : profiles.table(profile);
    if (table == nullptr) {
      return;
    }
    auto own = read_profile_settings_table(profiles.document(), *table, profiles.path_of(profile));
    if (own) {
      settings = merge(std::move(settings), *own);
    } else {
      problem = std::move(own).error();
    }
  };
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.metadata, "package", "profile", read));
  CW_TRY(read_wasm_table(fs, workspace_root, workspace_root.workspace_metadata, "workspace", "profile", read));
  if (problem) {
    return fail(std::move(*problem));
  }
  CW_TRY(read_configured(config, profile, settings));
  return settings;
}

} // namespace cargo_wasm::manifest
