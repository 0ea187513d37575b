#include "package_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

#include "targets.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 33> k_package_keys{
    "edition",   "rust-version", "name",        "version",     "authors",   "build",         "metabuild", "default-target", "forced-target",
    "links",     "exclude",      "include",     "publish",     "workspace", "im-a-teapot",   "autolib",   "autobins",       "autoexamples",
    "autotests", "autobenches",  "default-run", "description", "homepage",  "documentation", "readme",    "keywords",       "categories",
    "license",   "license-file", "repository",  "resolver",    "metadata",  "cargo-features"};

constexpr std::array<std::string_view, 3> k_default_readmes{"README.md", "README.txt", "README"};

struct EditionFacts
{
  std::string_view name;
  Edition edition;
  spec::RustVersion since; ///< first compiler that knows it
};
constexpr std::array<EditionFacts, 4> k_editions{{{"2015", Edition::e2015, {1, 0, 0}},
                                                  {"2018", Edition::e2018, {1, 31, 0}},
                                                  {"2021", Edition::e2021, {1, 56, 0}},
                                                  {"2024", Edition::e2024, {1, 85, 0}}}};

enum class Stability : std::uint8_t { stable, unstable, removed };
struct CargoFeature
{
  std::string_view name;
  Stability stability;
  std::string_view version; ///< in which it became stable or went away
};
constexpr std::array<CargoFeature, 26> k_cargo_features{{{"test-dummy-stable", Stability::stable, "1.0"},
                                                         {"test-dummy-unstable", Stability::unstable, ""},
                                                         {"alternative-registries", Stability::stable, "1.34"},
                                                         {"edition", Stability::stable, "1.31"},
                                                         {"rename-dependency", Stability::stable, "1.31"},
                                                         {"publish-lockfile", Stability::removed, "1.37"},
                                                         {"profile-overrides", Stability::stable, "1.41"},
                                                         {"default-run", Stability::stable, "1.37"},
                                                         {"metabuild", Stability::unstable, ""},
                                                         {"public-dependency", Stability::unstable, ""},
                                                         {"named-profiles", Stability::stable, "1.57"},
                                                         {"resolver", Stability::stable, "1.51"},
                                                         {"strip", Stability::stable, "1.58"},
                                                         {"rust-version", Stability::stable, "1.56"},
                                                         {"edition2021", Stability::stable, "1.56"},
                                                         {"per-package-target", Stability::unstable, ""},
                                                         {"codegen-backend", Stability::unstable, ""},
                                                         {"different-binary-name", Stability::unstable, ""},
                                                         {"profile-rustflags", Stability::unstable, ""},
                                                         {"workspace-inheritance", Stability::stable, "1.64"},
                                                         {"edition2024", Stability::stable, "1.85"},
                                                         {"trim-paths", Stability::unstable, ""},
                                                         {"open-namespaces", Stability::unstable, ""},
                                                         {"path-bases", Stability::unstable, ""},
                                                         {"unstable-editions", Stability::unstable, ""},
                                                         {"panic-immediate-abort", Stability::unstable, ""}}};

class PackageReader
{
public:
  PackageReader(ReadState& state, const Fields& package, Inheritance& inheritance)
      : m_state(state), m_package(package), m_inheritance(inheritance)
  {
  }

  PackageTable run()
  {
    PackageTable table;
    table.name = read_package_name(m_state, m_package);
    if (m_state.failed()) {
      return table;
    }
    check_unstable();
    read_version(table);
    read_rust_version(table);
    read_edition(table);
    PackageInfo& info = table.info;
    info.authors = strings("authors");
    info.keywords = strings("keywords");
    info.categories = strings("categories");
    info.include = strings("include");
    info.exclude = strings("exclude");
    info.description = text("description");
    info.homepage = text("homepage");
    info.documentation = text("documentation");
    info.license = text("license");
    info.repository = text("repository");
    info.license_file = rebased("license-file", text("license-file"));
    info.readme = readme();
    info.default_run = m_package.copy("default-run");
    info.publish = publish(m_package.has("version"));
    table.links = m_package.copy("links");
    table.workspace_pointer = m_package.copy("workspace");
    if (check_resolver(m_state, m_package.find("resolver"))) {
      table.resolver = m_package.copy("resolver");
    }
    m_package.warn_unknown(k_package_keys);
    if (info.license && info.license_file) {
      m_state.warn("CW0135",
                   "`license` and `license-file` are both set",
                   m_package.document(),
                   m_package.raw().find_member("license-file")->key_position,
                   "`license` is enough for a license with an SPDX expression; `license-file` is for others");
    }
    return table;
  }

private:
  Located field(std::string_view key)
  {
    return m_state.failed() || !m_package.has(key) ? Located{} : m_inheritance.package_field(m_package, key);
  }

  std::optional<std::string> text(std::string_view key)
  {
    const Located at = field(key);
    const std::string* value = at ? as_string(m_state, at, m_package.path_of(key)) : nullptr;
    return value == nullptr ? std::nullopt : std::optional(*value);
  }

  std::vector<std::string> strings(std::string_view key)
  {
    const Located at = field(key);
    return at ? as_strings(m_state, at, m_package.path_of(key)).value_or(std::vector<std::string>{}) : std::vector<std::string>{};
  }

  /// A path that was written in the root, as seen from the member.
  std::optional<std::string> rebased(std::string_view key, std::optional<std::string> path)
  {
    if (!path || m_state.failed() || m_package.find(key).value->as_table() == nullptr) {
      return path;
    }
    return normalize_path(m_inheritance.root_directory() / *path).lexically_relative(m_state.root).string();
  }

  static std::optional<std::string> default_readme(const ReadState& state, const base::Path& directory)
  {
    for (const std::string_view name : k_default_readmes) {
      if (state.fs.is_file(directory / name)) {
        return std::string(name);
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> readme()
  {
    if (!m_package.has("readme")) {
      return default_readme(m_state, m_state.root);
    }
    const Located own = m_package.find("readme");
    const Located at = field("readme");
    if (!at || m_state.failed()) {
      return std::nullopt;
    }
    if (const bool* wanted = at.value->as_bool()) {
      return *wanted ? rebased("readme", "README.md") : std::nullopt;
    }
    const std::string* path = at.value->as_string();
    if (path == nullptr) {
      fail_type(m_state, at, "package.readme", "a string, `true` or `false`");
      return std::nullopt;
    }
    return own.value == at.value ? std::optional(*path) : rebased("readme", *path);
  }

  std::optional<std::vector<std::string>> publish(bool has_version)
  {
    const Located at = field("publish");
    std::optional<std::vector<std::string>> result;
    if (!at) {
      result = has_version ? std::nullopt : std::optional(std::vector<std::string>{});
    } else if (const bool* wanted = at.value->as_bool()) {
      result = *wanted ? std::nullopt : std::optional(std::vector<std::string>{});
    } else if (at.value->as_array() != nullptr) {
      result = as_strings(m_state, at, "package.publish");
    } else {
      fail_type(m_state, at, "package.publish", "an array of strings, `true` or `false`");
    }
    if (!has_version && at && (!result || !result->empty())) {
      m_state.fail("CW0103", "`package.publish` needs `package.version`", *at.document, at.value->position);
    }
    return result;
  }

  void read_version(PackageTable& table)
  {
    const Located at = field("version");
    const std::string* value = at ? as_string(m_state, at, "package.version") : nullptr;
    if (value == nullptr) {
      return;
    }
    Result<spec::Version> version = spec::parse_version(base::trim(*value));
    if (!version) {
      Error error = std::move(version).error();
      error.where = at.document->span(at.value->position);
      m_state.fail(std::move(error));
      return;
    }
    table.version = std::move(*version);
  }

  void read_rust_version(PackageTable& table)
  {
    const Located at = field("rust-version");
    const std::string* value = at ? as_string(m_state, at, "package.rust-version") : nullptr;
    if (value == nullptr) {
      return;
    }
    Result<spec::RustVersion> version = spec::parse_rust_version(*value);
    if (!version) {
      Error error = std::move(version).error();
      error.where = at.document->span(at.value->position);
      m_state.fail(std::move(error));
      return;
    }
    table.rust_version = *version;
    table.info.rust_version_text = spec::to_string(*version);
  }

  void read_edition(PackageTable& table)
  {
    const Located at = field("edition");
    if (at) {
      table.edition = parse_edition(m_state, at).value_or(Edition::e2015);
    }
    if (m_state.failed()) {
      return;
    }
    if (at) {
      const EditionFacts& facts = k_editions[static_cast<std::size_t>(table.edition)];
      if (table.rust_version && !facts.since.is_satisfied_by(*table.rust_version)) {
        m_state.fail(
            Error("CW0105", fmt::format("`rust-version` {} is too old for edition {}", spec::to_string(*table.rust_version), facts.name))
                .at(at.document->span(at.value->position))
                .help(fmt::format("edition {} needs Rust {}", facts.name, spec::to_string(facts.since))));
      }
      return;
    }
    if (!m_state.wants_warnings) {
      return;
    }
    Edition newest = Edition::e2015; // that the package's rust-version allows
    for (const EditionFacts& facts : k_editions) {
      if (table.rust_version && facts.since.is_satisfied_by(*table.rust_version)) {
        newest = facts.edition;
      }
    }
    if (table.rust_version && newest == Edition::e2015) {
      return; // no other edition would work
    }
    m_state.warn("CW0133",
                 fmt::format("package `{}` has no `edition` and gets 2015", table.name),
                 m_package.document(),
                 m_package.find("name").value->position,
                 table.rust_version && newest != Edition::e2024
                     ? fmt::format("edition {} is the newest that `rust-version` allows", to_string(newest))
                     : std::string("the newest edition is 2024"));
  }

  void check_unstable()
  {
    for (const std::string_view key : {"metabuild", "default-target", "forced-target", "im-a-teapot"}) {
      if (const TomlMember* member = m_package.raw().find_member(key)) {
        m_state.fail(
            "CW0106", fmt::format("`package.{}` is unstable and needs a nightly cargo", key), m_package.document(), member->key_position);
      }
    }
    if (const TomlMember* member = m_package.raw().find_member("cargo-features")) {
      m_state.fail(Error("CW0107", "`cargo-features` must stand before the first table")
                       .at(m_package.document().span(member->key_position))
                       .help("move it to the top of the file"));
    }
  }

  ReadState& m_state;
  const Fields& m_package;
  Inheritance& m_inheritance;
};

} // namespace

std::optional<Edition> parse_edition(ReadState& state, Located at)
{
  const std::string* text = as_string(state, at, "package.edition");
  if (text == nullptr) {
    return std::nullopt;
  }
  for (const EditionFacts& facts : k_editions) {
    if (facts.name == *text) {
      return facts.edition;
    }
  }
  Error error = Error("CW0105", fmt::format("`{}` is not an edition", *text)).at(at.document->span(at.value->position));
  error.helps.push_back("editions are `2015`, `2018`, `2021` and `2024`");
  state.fail(std::move(error));
  return std::nullopt;
}

std::string read_package_name(ReadState& state, const Fields& package)
{
  const TomlMember* member = package.raw().find_member("name");
  if (member == nullptr) {
    state.fail("CW0103",
               "`package.name` is missing",
               package.document(),
               package.document().root.find(package.path()) == nullptr ? Position{}
                                                                       : package.document().root.find(package.path())->position);
    return {};
  }
  const std::string* name = package.string("name");
  if (name == nullptr) {
    return {};
  }
  if (const std::optional<std::string> problem = package_name_problem(*name)) {
    state.fail("CW0104", fmt::format("`{}` is not a valid package name: {}", *name, *problem), package.document(), member->value->position);
    return {};
  }
  if (name->find(':') != std::string::npos) {
    state.fail("CW0106",
               fmt::format("the name `{}` has a namespace, which is unstable and needs a nightly cargo", *name),
               package.document(),
               member->value->position);
    return {};
  }
  return *name;
}

PackageTable read_package_table(ReadState& state, const Fields& package, Inheritance& inheritance)
{
  return PackageReader(state, package, inheritance).run();
}

void check_cargo_features(ReadState& state, const Fields& manifest)
{
  const Located at = manifest.find("cargo-features");
  const auto names = manifest.strings("cargo-features");
  if (!names) {
    return;
  }
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::string& name = (*names)[i];
    const Position place = (*at.value->as_array())[i].position;
    const auto known =
        std::find_if(k_cargo_features.begin(), k_cargo_features.end(), [&](const CargoFeature& feature) { return feature.name == name; });
    if (known == k_cargo_features.end()) {
      Error error = Error("CW0106", fmt::format("`{}` is not a cargo feature", name)).at(at.document->span(place));
      if (name.find('_') != std::string::npos) {
        error.helps.push_back("names of cargo features are written with `-`");
      }
      state.fail(std::move(error));
    } else if (known->stability == Stability::stable) {
      state.warn("CW0135",
                 fmt::format("cargo feature `{}` is stable since {}", name, known->version),
                 *at.document,
                 place,
                 "remove it from `cargo-features`");
    } else if (known->stability == Stability::removed) {
      state.fail("CW0106", fmt::format("cargo feature `{}` was removed in {}", name, known->version), *at.document, place);
    } else {
      state.fail("CW0106", fmt::format("cargo feature `{}` is unstable and needs a nightly cargo", name), *at.document, place);
    }
  }
}

bool check_resolver(ReadState& state, Located at)
{
  if (!at) {
    return false;
  }
  const std::string* text = as_string(state, at, "resolver");
  if (text == nullptr) {
    return false;
  }
  if (*text == "1" || *text == "2" || *text == "3") {
    return true;
  }
  return state.fail(Error("CW0164", fmt::format("`{}` is not a resolver version", *text))
                        .at(at.document->span(at.value->position))
                        .help("versions are `1`, `2` and `3`"));
}

} // namespace cargo_wasm::manifest
