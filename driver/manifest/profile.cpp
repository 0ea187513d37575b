#include <array>
#include <limits>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/profile.hpp>

#include "fields.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 19> k_profile_keys{"opt-level",
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
                                                          "rustflags",
                                                          "package",
                                                          "build-override",
                                                          "trim-paths",
                                                          "hint-mostly-unused"};

/// Reads one layer. Errors go the plain way here: this is also called for the configuration.
class ProfileReader
{
public:
  ProfileReader(const TomlDocument& document, std::vector<std::pair<std::string, Position>>& unused)
      : m_document(document), m_unused(unused)
  {
  }

  Result<BuildProfileToml> layer(const TomlTable& table, std::string_view path, bool is_override)
  {
    BuildProfileToml profile;
    for (const TomlMember* member : table.sorted()) {
      const Located at{&m_document, member->value.get()};
      const std::string_view key = member->key;
      if (is_override && (key == "panic" || key == "lto" || key == "rpath" || key == "package" || key == "build-override")) {
        return fail(Error("CW0142", fmt::format("`{}` cannot be set in `[{}]`", key, path))
                        .at(m_document.span(member->key_position))
                        .note("overrides of single packages and of build dependencies may not change what holds for the whole program"));
      }
      if (key == "opt-level") {
        CW_TRY_ASSIGN(profile.opt_level, opt_level(at, path));
      } else if (key == "lto" || key == "strip") {
        CW_TRY_ASSIGN((key == "lto" ? profile.lto : profile.strip), string_or_bool(at, path, key));
        if (key == "lto" && profile.lto &&
            (*profile.lto == std::variant<bool, std::string>("true") || *profile.lto == std::variant<bool, std::string>("false"))) {
          return fail(Error("CW0140", fmt::format("`lto` of `{}` cannot be a boolean in quotes", path))
                          .at(m_document.span(member->value->position))
                          .help(fmt::format("write `lto = {}`", std::get<std::string>(*profile.lto))));
        }
      } else if (key == "debug") {
        CW_TRY_ASSIGN(profile.debug, debug_level(at, path));
      } else if (key == "codegen-units") {
        const std::int64_t* units = at.value->as_integer();
        if (units == nullptr || *units < 0 || *units > std::numeric_limits<std::uint32_t>::max()) {
          return wrong(at, path, key, "a number of units");
        }
        profile.codegen_units = static_cast<std::uint32_t>(*units);
      } else if (key == "split-debuginfo") {
        CW_TRY_ASSIGN(profile.split_debuginfo, text(at, path, key));
      } else if (key == "panic") {
        CW_TRY_ASSIGN(profile.panic, text(at, path, key));
        if (*profile.panic != "unwind" && *profile.panic != "abort" && *profile.panic != "immediate-abort") {
          return fail(Error("CW0140", fmt::format("`panic = \"{}\"` is not a panic strategy", *profile.panic))
                          .at(m_document.span(member->value->position))
                          .help("write `unwind` or `abort`"));
        }
      } else if (key == "dir-name") {
        CW_TRY_ASSIGN(profile.dir_name, text(at, path, key));
        return fail(Error("CW0140", fmt::format("`dir-name` of `{}` cannot be set", path))
                        .at(m_document.span(member->key_position))
                        .note("the directory has the name of the profile"));
      } else if (key == "inherits") {
        CW_TRY_ASSIGN(profile.inherits, text(at, path, key));
      } else if (key == "debug-assertions") {
        CW_TRY_ASSIGN(profile.debug_assertions, boolean(at, path, key));
      } else if (key == "rpath") {
        CW_TRY_ASSIGN(profile.rpath, boolean(at, path, key));
      } else if (key == "overflow-checks") {
        CW_TRY_ASSIGN(profile.overflow_checks, boolean(at, path, key));
      } else if (key == "incremental") {
        CW_TRY_ASSIGN(profile.incremental, boolean(at, path, key));
      } else if (key == "hint-mostly-unused") {
        CW_TRY_ASSIGN(profile.hint_mostly_unused, boolean(at, path, key));
      } else if (key == "codegen-backend" || key == "rustflags" || key == "trim-paths") {
        return fail(Error("CW0106", fmt::format("`{}` of `{}` is unstable and needs a nightly cargo", key, path))
                        .at(m_document.span(member->key_position)));
      } else if (key == "package") {
        CW_TRY(packages(profile, at, path));
      } else if (key == "build-override") {
        const std::string inner = fmt::format("{}.build-override", path);
        if (at.value->as_table() == nullptr) {
          return wrong(at, path, key, "a table");
        }
        CW_TRY_ASSIGN(BuildProfileToml override_layer, layer(*at.value->as_table(), inner, true));
        profile.build_override = std::make_shared<const BuildProfileToml>(std::move(override_layer));
      } else {
        m_unused.emplace_back(fmt::format("{}.{}", path, key), member->key_position);
      }
    }
    if (profile.panic == "immediate-abort") {
      return fail(Error("CW0106", fmt::format("`panic = \"immediate-abort\"` of `{}` is unstable and needs a nightly cargo", path))
                      .at(m_document.span(table.find("panic")->position)));
    }
    return profile;
  }

private:
  [[nodiscard]] tl::unexpected<Error> wrong(Located at, std::string_view path, std::string_view key, std::string_view expected) const
  {
    return fail(Error("CW0102", fmt::format("`{}.{}` must be {}, not {}", path, key, expected, at.value->type_name()))
                    .at(m_document.span(at.value->position)));
  }

  [[nodiscard]] Result<std::string> text(Located at, std::string_view path, std::string_view key) const
  {
    if (const std::string* value = at.value->as_string()) {
      return *value;
    }
    return wrong(at, path, key, "a string");
  }

  [[nodiscard]] Result<bool> boolean(Located at, std::string_view path, std::string_view key) const
  {
    if (const bool* value = at.value->as_bool()) {
      return *value;
    }
    return wrong(at, path, key, "`true` or `false`");
  }

  [[nodiscard]] Result<std::variant<bool, std::string>> string_or_bool(Located at, std::string_view path, std::string_view key) const
  {
    if (const bool* value = at.value->as_bool()) {
      return std::variant<bool, std::string>(*value);
    }
    if (const std::string* value = at.value->as_string()) {
      return std::variant<bool, std::string>(*value);
    }
    return wrong(at, path, key, "a string, `true` or `false`");
  }

  [[nodiscard]] Result<std::string> opt_level(Located at, std::string_view path) const
  {
    if (const std::int64_t* level = at.value->as_integer()) {
      return std::to_string(*level);
    }
    const std::string* value = at.value->as_string();
    if (value != nullptr && (*value == "s" || *value == "z")) {
      return *value;
    }
    if (value != nullptr) {
      Error error =
          Error("CW0140", fmt::format("`opt-level = \"{}\"` is not an optimisation level", *value)).at(m_document.span(at.value->position));
      const bool quoted_number = value->size() == 1 && value->front() >= '0' && value->front() <= '3';
      error.helps.push_back(quoted_number ? fmt::format("write `opt-level = {}` without quotes", *value)
                                          : "levels are `0`, `1`, `2`, `3`, `\"s\"` and `\"z\"`");
      return fail(std::move(error));
    }
    return wrong(at, path, "opt-level", "`0`, `1`, `2`, `3`, `\"s\"` or `\"z\"`");
  }

  /// One spelling for each level: "0", "1", "2", "line-tables-only", "line-directives-only".
  [[nodiscard]] Result<std::string> debug_level(Located at, std::string_view path) const
  {
    if (const bool* value = at.value->as_bool()) {
      return std::string(*value ? "2" : "0");
    }
    if (const std::int64_t* level = at.value->as_integer(); level != nullptr && *level >= 0 && *level <= 2) {
      return std::to_string(*level);
    }
    if (const std::string* value = at.value->as_string()) {
      constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_names{{{"none", "0"},
                                                                                      {"limited", "1"},
                                                                                      {"full", "2"},
                                                                                      {"line-directives-only", "line-directives-only"},
                                                                                      {"line-tables-only", "line-tables-only"}}};
      for (const auto& [name, level] : k_names) {
        if (*value == name) {
          return std::string(level);
        }
      }
    }
    return fail(Error("CW0140", fmt::format("`{}.debug` is not a debug level", path))
                    .at(m_document.span(at.value->position))
                    .help("levels are `0`, `1`, `2`, `true`, `false`, `\"none\"`, `\"limited\"`, `\"full\"`, `\"line-tables-only\"` and "
                          "`\"line-directives-only\"`"));
  }

  Result<> packages(BuildProfileToml& profile, Located at, std::string_view path)
  {
    const TomlTable* table = at.value->as_table();
    if (table == nullptr) {
      return wrong(at, path, "package", "a table");
    }
    for (const TomlMember& member : table->members) {
      const std::string inner = fmt::format("{}.package.{}", path, member.key);
      if (member.key != "*") {
        if (Result<spec::PackageIdSpec> id = spec::parse_package_id_spec(member.key); !id) {
          Error error = std::move(id).error();
          error.where = m_document.span(member.key_position);
          return fail(std::move(error));
        }
      }
      if (member.value->as_table() == nullptr) {
        return wrong({&m_document, member.value.get()}, fmt::format("{}.package", path), member.key, "a table");
      }
      CW_TRY_ASSIGN(profile.package[member.key], layer(*member.value->as_table(), inner, true));
    }
    return {};
  }

  const TomlDocument& m_document;
  std::vector<std::pair<std::string, Position>>& m_unused;
};

template <class T> void take(std::optional<T>& base, const std::optional<T>& over)
{
  if (over) {
    base = over;
  }
}

} // namespace

Result<BuildProfileToml> read_build_profile(const TomlDocument& document,
                                            const TomlTable& table,
                                            std::string_view dotted_name,
                                            std::vector<std::pair<std::string, Position>>& unused)
{
  return ProfileReader(document, unused).layer(table, dotted_name, false);
}

std::span<const std::string_view> build_profile_keys()
{
  return k_profile_keys;
}

BuildProfileToml merge(BuildProfileToml base, const BuildProfileToml& over)
{
  take(base.opt_level, over.opt_level);
  take(base.lto, over.lto);
  take(base.codegen_backend, over.codegen_backend);
  take(base.codegen_units, over.codegen_units);
  take(base.debug, over.debug);
  take(base.split_debuginfo, over.split_debuginfo);
  take(base.debug_assertions, over.debug_assertions);
  take(base.rpath, over.rpath);
  take(base.overflow_checks, over.overflow_checks);
  take(base.incremental, over.incremental);
  take(base.panic, over.panic);
  take(base.dir_name, over.dir_name);
  take(base.inherits, over.inherits);
  take(base.strip, over.strip);
  take(base.rustflags, over.rustflags);
  take(base.hint_mostly_unused, over.hint_mostly_unused);
  for (const auto& [spec, layer] : over.package) {
    const auto [found, is_new] = base.package.try_emplace(spec, layer);
    if (!is_new) {
      found->second = merge(std::move(found->second), layer);
    }
  }
  if (over.build_override != nullptr) {
    base.build_override = base.build_override == nullptr
                              ? over.build_override
                              : std::make_shared<const BuildProfileToml>(merge(*base.build_override, *over.build_override));
  }
  return base;
}

} // namespace cargo_wasm::manifest
