// Reads one Cargo.toml in the order in which later parts need earlier ones: sections, package, targets, dependencies,
// features, lints, profiles, patches.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cargo_wasm/base/text.hpp>
#include <cargo_wasm/manifest/manifest.hpp>

#include "dependency_reader.hpp"
#include "json_of_toml.hpp"
#include "lints.hpp"
#include "manifest_reader.hpp"
#include "package_table.hpp"
#include "targets.hpp"
#include "workspace_table.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 22> k_top_keys{"cargo-features",
                                                      "package",
                                                      "project",
                                                      "workspace",
                                                      "profile",
                                                      "patch",
                                                      "replace",
                                                      "badges",
                                                      "features",
                                                      "lib",
                                                      "bin",
                                                      "example",
                                                      "test",
                                                      "bench",
                                                      "dependencies",
                                                      "dev-dependencies",
                                                      "dev_dependencies",
                                                      "build-dependencies",
                                                      "build_dependencies",
                                                      "target",
                                                      "lints",
                                                      "hints"};
/// Sections that only a package has.
constexpr std::span<const std::string_view> k_package_sections = std::span(k_top_keys).subspan(7);

class ManifestReader
{
public:
  ManifestReader(const base::ReadOnlyFilesystem& fs,
                 const base::Path& file,
                 const ReadOptions& options,
                 std::shared_ptr<const TomlDocument> document)
      : m_state{fs, file, file.parent_path(), options.source.is_path(), std::nullopt, {}}, m_options(options),
        m_document(std::move(document)), m_top(m_state, *m_document, m_document->root, "")
  {
  }

  Result<std::shared_ptr<const Manifest>> run()
  {
    m_manifest->file = m_state.file;
    if (m_options.is_std) {
      const auto features = m_top.strings("cargo-features");
      m_manifest->has_public_dependencies = features && std::ranges::find(*features, "public-dependency") != features->end();
    } else {
      check_cargo_features(m_state, m_top);
    }
    m_manifest->workspace = read_workspace_table(m_state, m_top);
    if (m_manifest->workspace) {
      m_manifest->workspace_metadata = json_of(m_document->root.find("workspace")->as_table()->find("metadata"));
    }
    const bool has_project = m_document->root.find("package") == nullptr && m_document->root.find("project") != nullptr;
    const std::string_view package_key = has_project ? "project" : "package";
    const TomlTable* package_table = m_top.table(package_key);
    if (!m_state.failed()) {
      if (package_table != nullptr) {
        read_package(Fields(m_state, *m_document, *package_table, package_key), has_project);
      } else {
        read_virtual();
      }
    }
    if (!m_state.failed()) {
      read_profiles();
      m_top.warn_unknown(k_top_keys);
    }
    if (m_state.failed()) {
      return fail(std::move(*m_state.error));
    }
    m_manifest->warnings = std::move(m_state.warnings);
    if (m_options.source.is_path()) {
      m_manifest->document = m_document; // others are never inherited from, and hundreds of documents add up
    }
    return std::shared_ptr<const Manifest>(std::move(m_manifest));
  }

private:
  void read_virtual()
  {
    m_manifest->is_virtual = true;
    if (!m_manifest->workspace) {
      m_state.fail(Error("CW0103", "the manifest has neither `[package]` nor `[workspace]`").at(m_document->span({1, 1, 1})));
      return;
    }
    for (const std::string_view section : k_package_sections) {
      if (const TomlMember* member = m_document->root.find_member(section)) {
        Error error = Error("CW0107", fmt::format("`{}` needs a `[package]`, and this manifest is a workspace only", section))
                          .at(m_document->span(member->key_position));
        if (section == "lints" || section == "dependencies") {
          error.helps.push_back(fmt::format("what members inherit stands in `[workspace.{}]`", section));
        }
        m_state.fail(std::move(error));
        return;
      }
    }
    m_manifest->resolver = m_manifest->workspace->resolver;
    DependencyContext context{m_state, m_options, nullptr, Edition::e2015};
    read_overrides(context);
  }

  void read_package(const Fields& package, bool has_project)
  {
    m_manifest->workspace_pointer = package.copy("workspace");
    if (m_manifest->workspace && m_manifest->workspace_pointer) {
      m_state.fail("CW0162",
                   "`package.workspace` cannot stand beside `[workspace]`",
                   *m_document,
                   package.raw().find_member("workspace")->key_position);
    }
    Inheritance inheritance(m_state, m_document, m_manifest->workspace_pointer, m_options);
    PackageTable table = read_package_table(m_state, package, inheritance);
    if (m_state.failed()) {
      return;
    }
    if (has_project) {
      check_old_spelling(m_state,
                         table.edition,
                         *m_document,
                         m_document->root.find_member("project"),
                         nullptr,
                         "package",
                         fmt::format("package `{}`", table.name));
    }
    m_manifest->edition = table.edition;
    m_manifest->links = table.links;
    choose_resolver(package, table);
    check_badges(m_state, m_top.find("badges"), "badges");
    m_manifest->metadata = json_of(package.raw().find("metadata"));
    m_manifest->hints = json_of(m_document->root.find("hints"));

    TargetContext targets{m_state, table.name, table.edition};
    m_manifest->targets = m_state.failed() ? std::vector<CrateTarget>{} : read_targets(targets, m_top, package);
    if (m_state.failed()) {
      return;
    }
    if (table.links && m_manifest->custom_build() == nullptr) {
      m_state.fail(Error("CW0118", fmt::format("package `{}` links to `{}` but has no build script", table.name, *table.links))
                       .at(m_document->span(package.find("links").value->position))
                       .help("add `build.rs`, or remove `links`"));
      return;
    }
    check_default_run(package, table.info);

    DependencyContext context{m_state, m_options, &inheritance, table.edition};
    std::vector<std::shared_ptr<const Dependency>> dependencies = read_dependencies(context, m_top, table.name);
    read_features();
    if (!m_state.failed()) {
      m_manifest->lints = read_lints(m_state, m_top, inheritance);
    }
    context.inheritance = nullptr;
    read_overrides(context);
    if (m_state.failed()) {
      return;
    }
    Result<FeatureMap> features = build_feature_map(m_manifest->raw_features, dependencies);
    if (!features) {
      Error error = std::move(features).error();
      locate_feature_error(error, dependencies);
      m_state.fail(std::move(error));
      return;
    }
    auto summary = std::make_shared<Summary>(Summary{
        spec::PackageId(table.name, table.version, m_options.source), std::move(dependencies), std::move(*features), {}, {}, {}, false});
    if (table.links) {
      summary->links = InternedString(*table.links);
    }
    summary->rust_version = table.rust_version;
    for (const auto& [name, values] : summary->features) {
      m_manifest->declared_features.push_back(name.str());
    }
    m_manifest->summary = std::move(summary);
    m_manifest->info = std::move(table.info);
  }

  void choose_resolver(const Fields& package, const PackageTable& table)
  {
    const bool in_workspace = m_manifest->workspace && m_manifest->workspace->resolver;
    if (table.resolver && in_workspace) {
      m_state.fail("CW0162",
                   "`resolver` stands both in `[package]` and in `[workspace]`",
                   *m_document,
                   package.raw().find_member("resolver")->key_position);
      return;
    }
    m_manifest->resolver = in_workspace ? m_manifest->workspace->resolver : table.resolver;
  }

  void check_default_run(const Fields& package, const PackageInfo& info)
  {
    if (!info.default_run) {
      return;
    }
    std::vector<std::string> names;
    for (const CrateTarget& target : m_manifest->targets) {
      if (target.is_bin()) {
        names.push_back(target.name);
      }
    }
    if (std::find(names.begin(), names.end(), *info.default_run) != names.end()) {
      return;
    }
    Error error = Error("CW0119", fmt::format("`default-run` names `{}`, which is not a binary of this package", *info.default_run))
                      .at(m_document->span(package.find("default-run").value->position));
    if (const auto close = base::nearest(*info.default_run, names)) {
      error.helps.push_back(fmt::format("a binary with a similar name exists: `{}`", *close));
    } else if (!names.empty()) {
      error.helps.push_back(fmt::format("its binaries are `{}`", base::join(names, "`, `")));
    }
    m_state.fail(std::move(error));
  }

  void read_features()
  {
    const TomlTable* features = m_top.table("features");
    if (features == nullptr) {
      return;
    }
    for (const TomlMember& member : features->members) {
      const TomlArray* values = member.value->as_array();
      if (values == nullptr) {
        m_state.fail(
            Error("CW0102", fmt::format("`features.{}` must be an array of strings, not {}", member.key, member.value->type_name()))
                .at(m_document->span(member.value->position))
                .help(fmt::format("write `{} = []` for a feature that enables nothing else", member.key)));
        return;
      }
      std::vector<InternedString>& list = m_manifest->raw_features[member.key];
      list.reserve(values->size());
      for (const TomlValue& value : *values) {
        const std::string* text = value.as_string();
        if (text == nullptr) {
          m_state.fail("CW0102",
                       fmt::format("`features.{}` must hold strings only, not {}", member.key, value.type_name()),
                       *m_document,
                       value.position);
          return;
        }
        list.emplace_back(*text);
      }
    }
    if (const TomlMember* member = features->find_member("default-features")) {
      m_state.warn(
          "CW0135", "a feature named `default-features` is not enabled by default", *m_document, member->key_position, "name it `default`");
    }
  }

  /// The feature map knows names only; the place is where the manifest writes them.
  void locate_feature_error(Error& error, const std::vector<std::shared_ptr<const Dependency>>& dependencies) const
  {
    const TomlValue* section = m_document->root.find("features");
    const TomlTable* features = section == nullptr ? nullptr : section->as_table();
    if (features != nullptr) {
      for (const TomlMember& member : features->members) {
        if (error.id == "CW0104" && error.message.starts_with(fmt::format("`{}` is not a valid feature name", member.key))) {
          error.where = m_document->span(member.key_position);
          return;
        }
        for (const TomlValue& value : *member.value->as_array()) {
          if (error.message.starts_with(fmt::format("feature `{}` includes `{}`", member.key, *value.as_string()))) {
            error.where = m_document->span(value.position);
            return;
          }
        }
      }
    }
    for (const auto& dependency : dependencies) {
      if (dependency->optional && error.message.find(fmt::format("`{}`", dependency->name_in_toml)) != std::string::npos) {
        if (const std::optional<Position> place = find_dependency_place(m_document->root, dependency->name_in_toml)) {
          error.where = m_document->span(*place);
        }
        return;
      }
    }
  }

  void read_profiles()
  {
    const TomlTable* profiles = m_top.table("profile");
    if (profiles == nullptr || m_options.is_std) {
      return;
    }
    for (const TomlMember* member : profiles->sorted()) {
      if (const std::optional<std::string> problem = profile_name_problem(member->key)) {
        m_state.fail(
            "CW0141", fmt::format("`{}` is not a valid profile name: {}", member->key, *problem), *m_document, member->key_position);
        return;
      }
      const std::string path = fmt::format("profile.{}", member->key);
      const TomlTable* table = as_table(m_state, {m_document.get(), member->value.get()}, path);
      if (table == nullptr) {
        return;
      }
      std::vector<std::pair<std::string, Position>> unused;
      Result<BuildProfileToml> profile = read_build_profile(*m_document, *table, path, unused);
      if (!profile) {
        m_state.fail(std::move(profile).error());
        return;
      }
      warn_about_profile(*member, *profile, unused);
      m_manifest->profiles.emplace(member->key, std::move(*profile));
    }
  }

  void
  warn_about_profile(const TomlMember& member, const BuildProfileToml& profile, const std::vector<std::pair<std::string, Position>>& unused)
  {
    for (const auto& [path, place] : unused) {
      const std::size_t dot = path.rfind('.');
      const TomlMember named{path.substr(dot + 1), place, nullptr};
      m_state.warn(unknown_key(*m_document, named, path.substr(0, dot), build_profile_keys()), true);
    }
    if (member.key == "doc") {
      m_state.warn("CW0132", "profile `doc` has no effect", *m_document, member.key_position, "remove it");
    }
    if ((member.key == "test" || member.key == "bench") && profile.panic) {
      m_state.warn("CW0132",
                   fmt::format("`panic` has no effect in profile `{}`", member.key),
                   *m_document,
                   member.value->as_table()->find_member("panic")->key_position,
                   "tests and benchmarks always unwind");
    }
  }

  void read_overrides(DependencyContext& context)
  {
    if (!m_state.failed()) {
      m_manifest->patches = read_patches(context, m_top);
    }
    if (!m_state.failed()) {
      m_manifest->replacements = read_replacements(context, m_top);
    }
  }

  ReadState m_state;
  const ReadOptions& m_options;
  std::shared_ptr<const TomlDocument> m_document;
  Fields m_top;
  std::shared_ptr<Manifest> m_manifest = std::make_shared<Manifest>();
};

} // namespace

std::optional<Position> find_dependency_place(const TomlTable& owner, std::string_view name)
{
  for (const TomlMember& section : owner.members) {
    const TomlTable* table = section.value->as_table();
    if (table == nullptr) {
      continue;
    }
    if (section.key.ends_with("dependencies")) {
      if (const TomlMember* member = table->find_member(name)) {
        return member->key_position;
      }
    } else if (section.key == "target") {
      for (const TomlMember& platform : table->members) {
        const TomlTable* inner = platform.value->as_table();
        if (const std::optional<Position> found = inner == nullptr ? std::nullopt : find_dependency_place(*inner, name)) {
          return found;
        }
      }
    }
  }
  return std::nullopt;
}

Result<std::shared_ptr<const Manifest>>
read_parsed_manifest(const base::ReadOnlyFilesystem& fs, std::shared_ptr<const TomlDocument> document, const ReadOptions& options)
{
  const base::Path file = document->file;
  return ManifestReader(fs, file, options, std::move(document)).run();
}

Result<std::shared_ptr<const Manifest>>
read_manifest(const base::ReadOnlyFilesystem& fs, const base::Path& file, const ReadOptions& options)
{
  CW_TRY_ASSIGN(std::string text, fs.read(file));
  CW_TRY_ASSIGN(std::shared_ptr<const TomlDocument> document, parse_toml(file, std::move(text)));
  return ManifestReader(fs, file, options, std::move(document)).run();
}

} // namespace cargo_wasm::manifest
