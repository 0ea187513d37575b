#include <cargo_wasm/manifest/link_settings.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "wasm_table.hpp"

namespace cargo_wasm::manifest {

namespace {

using Origin = LinkSetting::Origin;

enum class Form : std::uint8_t { memory_size, stack_size, flag, names };

struct KnownSetting
{
  std::string_view name;
  Form form;
};

constexpr std::array k_known_settings{
    KnownSetting{"export-table", Form::flag},
    KnownSetting{"exports", Form::names},
    KnownSetting{"import-memory", Form::flag},
    KnownSetting{"initial-memory", Form::memory_size},
    KnownSetting{"max-memory", Form::memory_size},
    KnownSetting{"shared-memory", Form::flag},
    KnownSetting{"stack-size", Form::stack_size},
};

constexpr std::uint64_t k_wasm_page_bytes = 65536;
constexpr std::uint64_t k_stack_alignment_bytes = 16;
constexpr std::uint64_t k_most_bytes = std::uint64_t{1} << 32;

std::string_view expected_form(Form form)
{
  switch (form) {
  case Form::memory_size:
  case Form::stack_size:
    return "a size: a number of bytes, or text such as \"64 KiB\" or \"1 MiB\"";
  case Form::flag:
    return "`true` or `false`";
  case Form::names:
    break;
  }
  return "an array of strings";
}

/// A size that the linker would refuse, or that no 32-bit memory has.
std::optional<std::string> size_problem(Form form, std::uint64_t bytes)
{
  const std::uint64_t unit = form == Form::stack_size ? k_stack_alignment_bytes : k_wasm_page_bytes;
  if (bytes == 0) {
    return "it must be more than nothing";
  }
  if (bytes > k_most_bytes) {
    return "a 32-bit memory has 4 GiB at most";
  }
  if (bytes % unit != 0) {
    return fmt::format("{} must be a multiple of {} bytes; {} is the next",
                       form == Form::stack_size ? "the stack" : "memory",
                       unit,
                       (bytes / unit + 1) * unit);
  }
  return std::nullopt;
}

/// Names end up in one argument each, which compiler drivers split at commas.
std::optional<std::string> name_problem(std::string_view name)
{
  return name.empty() || name.find_first_of(" \t\r\n,=") != std::string_view::npos ? std::optional<std::string>("it is no symbol's name")
                                                                                   : std::nullopt;
}

Error bad_value(const KnownSetting& known, std::string_view value, std::string why, const LinkSetting& setting)
{
  return at_setting(Error("CW0168", fmt::format("`{}` cannot be `{}`", known.name, value)).note(std::move(why)), setting);
}

Error unknown_setting(std::string_view name)
{
  std::vector<std::string> known;
  for (const KnownSetting& setting : k_known_settings) {
    known.emplace_back(setting.name);
  }
  Error error("CW0169", fmt::format("there is no link setting `{}`", name));
  if (const auto close = base::nearest(name, known)) {
    error.helps.push_back(fmt::format("did you mean `{}`?", *close));
  }
  error.helps.push_back(fmt::format("known are: `{}`", base::join(known, "`, `")));
  return error;
}

/// `setting` with its place, and the value that `text` says.
Result<LinkSetting> with_size(LinkSetting setting, const KnownSetting& known, std::string_view text)
{
  const auto bytes = parse_memory_size(text);
  if (!bytes) {
    return fail(bad_value(known, text, bytes.error(), setting));
  }
  if (auto problem = size_problem(known.form, *bytes)) {
    return fail(bad_value(known, text, std::move(*problem), setting));
  }
  setting.value = *bytes;
  return setting;
}

Result<LinkSetting> with_names(LinkSetting setting, const KnownSetting& known, std::vector<std::string> names)
{
  for (const std::string& name : names) {
    if (auto problem = name_problem(name)) {
      return fail(bad_value(known, name, std::move(*problem), setting));
    }
  }
  setting.value = std::move(names);
  return setting;
}

class LinkTableReader
{
public:
  LinkTableReader(Origin origin, LinkSettings& into) : m_origin(origin), m_into(into) {}

  void operator()(const Fields& fields)
  {
    for (const TomlMember& member : fields.raw().members) {
      const auto* const known = std::ranges::find(k_known_settings, member.key, &KnownSetting::name);
      if (known == k_known_settings.end()) {
        fields.state().fail(unknown_setting(member.key).at(fields.document().span(member.key_position)));
        return;
      }
      if (auto setting = read(fields, *known, *member.value)) {
        m_into.insert_or_assign(std::string(known->name), std::move(*setting));
      }
    }
  }

private:
  std::optional<LinkSetting> read(const Fields& fields, const KnownSetting& known, const TomlValue& value) const
  {
    const LinkSetting here{false, m_origin, fields.document().span(value.position), {}};
    Result<LinkSetting> setting = here;
    if (known.form == Form::flag) {
      const auto flag = fields.boolean(known.name);
      if (!flag) {
        return std::nullopt;
      }
      setting->value = *flag;
      return std::move(*setting);
    }
    if (known.form == Form::names) {
      auto names = fields.strings(known.name);
      if (!names) {
        return std::nullopt;
      }
      setting = with_names(here, known, std::move(*names));
    } else if (const std::string* text = value.as_string()) {
      setting = with_size(here, known, *text);
    } else if (const std::int64_t* number = value.as_integer()) {
      setting = with_size(here, known, fmt::format("{}", *number));
    } else {
      fail_type(fields.state(), {&fields.document(), &value}, fields.path_of(known.name), expected_form(known.form));
      return std::nullopt;
    }
    if (!setting) {
      fields.state().fail(std::move(setting.error()));
      return std::nullopt;
    }
    return std::move(*setting);
  }

  Origin m_origin;
  LinkSettings& m_into;
};

/// One setting of `[wasm.link]`, from files, CARGO_WASM_LINK_* or `--config`.
Result<std::optional<LinkSetting>> configured(const Config& config, const KnownSetting& known, const TomlTable* table)
{
  const std::string key = fmt::format("wasm.link.{}", known.name);
  const auto place = [&](const Definition& definition) {
    LinkSetting setting;
    setting.origin = definition.kind == Definition::Kind::command_line ? Origin::command_line : Origin::configuration;
    if (definition.kind == Definition::Kind::file) {
      setting.where = config.span(definition);
    } else {
      setting.source = definition.display();
    }
    return setting;
  };
  if (known.form == Form::flag) {
    CW_TRY_ASSIGN(const auto flag, config.get_bool(key));
    if (!flag) {
      return std::nullopt;
    }
    LinkSetting setting = place(flag->definition);
    setting.value = flag->value;
    return setting;
  }
  if (known.form == Form::names) {
    CW_TRY_ASSIGN(auto names, config.get_string_list(key));
    return names ? with_names(place(names->definition), known, std::move(names->value)) : Result<std::optional<LinkSetting>>(std::nullopt);
  }
  const TomlValue* value = table == nullptr ? nullptr : table->find(known.name);
  if (value != nullptr && value->as_integer() != nullptr) {
    CW_TRY_ASSIGN(const auto number, config.get_integer(key));
    return with_size(place(number->definition), known, fmt::format("{}", number->value));
  }
  CW_TRY_ASSIGN(const auto text, config.get_string(key));
  return text ? with_size(place(text->definition), known, text->value) : Result<std::optional<LinkSetting>>(std::nullopt);
}

Result<> read_configuration(const Config& config, LinkSettings& into)
{
  const auto value = config.get_table("wasm.link");
  const TomlTable* table = value == nullptr ? nullptr : value->as_table();
  for (const std::string& name : config.table_keys("wasm.link")) {
    if (std::ranges::find(k_known_settings, name, &KnownSetting::name) == k_known_settings.end()) {
      return fail(unknown_setting(name).note("it stands below `wasm.link` in the configuration"));
    }
  }
  for (const KnownSetting& known : k_known_settings) {
    CW_TRY_ASSIGN(auto setting, configured(config, known, table));
    if (setting) {
      into.insert_or_assign(std::string(known.name), std::move(*setting));
    }
  }
  return {};
}

} // namespace

Error at_setting(Error error, const LinkSetting& setting)
{
  if (setting.where.line != 0) {
    error.where = setting.where;
  } else {
    error.notes.push_back(fmt::format("it comes from {}", setting.source));
  }
  return error;
}

std::string_view to_string(LinkSetting::Origin origin)
{
  switch (origin) {
  case Origin::workspace:
    return "workspace";
  case Origin::package:
    return "package";
  case Origin::configuration:
    return "configuration";
  case Origin::command_line:
    break;
  }
  return "command line";
}

tl::expected<std::uint64_t, std::string> parse_memory_size(std::string_view text)
{
  struct Unit
  {
    std::string_view name;
    std::uint64_t bytes;
  };
  static constexpr std::array k_units{
      Unit{"", 1}, Unit{"B", 1}, Unit{"KiB", 1024}, Unit{"MiB", 1024 * 1024}, Unit{"GiB", 1024 * 1024 * 1024}};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) {
    return tl::unexpected<std::string>("a size is a whole number of bytes, or one with a unit: \"64 KiB\", \"1 MiB\"");
  }
  const std::string_view suffix = base::trim(std::string_view(end, text.data() + text.size()));
  const auto* const unit = std::ranges::find(k_units, suffix, &Unit::name);
  if (unit == k_units.end()) {
    return tl::unexpected(fmt::format("there is no unit `{}`; units are `B`, `KiB`, `MiB` and `GiB`", suffix));
  }
  if (number > std::numeric_limits<std::uint64_t>::max() / unit->bytes) {
    return tl::unexpected<std::string>("a 32-bit memory has 4 GiB at most");
  }
  return number * unit->bytes;
}

Result<LinkSettings>
read_link_settings(const base::ReadOnlyFilesystem& fs, const Manifest& package, const Manifest& workspace_root, const Config& config)
{
  LinkSettings settings;
  CW_TRY(read_wasm_table(
      fs, workspace_root, workspace_root.workspace_metadata, "workspace", "link", LinkTableReader(Origin::workspace, settings)));
  CW_TRY(read_wasm_table(fs, package, package.metadata, "package", "link", LinkTableReader(Origin::package, settings)));
  CW_TRY(read_configuration(config, settings));
  return settings;
}

} // namespace cargo_wasm::manifest
