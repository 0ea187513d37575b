// The tables in which dependencies stand: [dependencies] and its kinds, [target.*], [patch], [replace].
#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include "dependency_reader.hpp"

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 5> k_platform_keys{
    "dependencies", "dev-dependencies", "dev_dependencies", "build-dependencies", "build_dependencies"};

using Dependencies = std::vector<std::shared_ptr<const Dependency>>;

std::string_view table_name(DependencyKind kind)
{
  switch (kind) {
  case DependencyKind::development:
    return "dev-dependencies";
  case DependencyKind::build:
    return "build-dependencies";
  case DependencyKind::normal:
    break;
  }
  return "dependencies";
}

class TableReader
{
public:
  TableReader(DependencyContext& context, Dependencies& result) : m_context(context), m_result(result) {}

  /// One of the three tables of `owner`, which is the manifest or a `[target.X]`.
  void read(const Fields& owner, DependencyKind kind, const std::optional<spec::Platform>& platform, std::string_view owner_name)
  {
    const std::string_view name = table_name(kind);
    const TomlMember* member = owner.raw().find_member(name);
    if (kind != DependencyKind::normal) {
      const TomlMember* old = owner.raw().find_member(kind == DependencyKind::build ? "build_dependencies" : "dev_dependencies");
      check_old_spelling(m_context.state, m_context.edition, owner.document(), old, member, name, owner_name);
      member = member == nullptr ? old : member;
    }
    if (member == nullptr || m_context.state.failed()) {
      return;
    }
    const std::string path = owner.path_of(name);
    const TomlTable* table = as_table(m_context.state, {&owner.document(), member->value.get()}, path);
    if (table == nullptr) {
      return;
    }
    for (const TomlMember* entry : table->sorted()) {
      const std::optional<DependencySpec> spec = read_dependency_spec(m_context, owner.document(), *entry, path);
      std::shared_ptr<Dependency> dependency = spec ? make_dependency(m_context, *spec, kind, platform) : nullptr;
      if (dependency == nullptr || !has_one_source(*dependency, owner.document(), *entry)) {
        return;
      }
      m_result.push_back(std::move(dependency));
    }
  }

private:
  /// One key may stand in several tables, but must always mean the same source.
  bool has_one_source(const Dependency& dependency, const TomlDocument& document, const TomlMember& entry)
  {
    const auto [known, is_new] = m_sources.try_emplace(dependency.name_in_toml, dependency.source);
    if (is_new || known->second == dependency.source) {
      return true;
    }
    return m_context.state.fail(Error("CW0115", fmt::format("dependency `{}` comes from different sources in different tables", entry.key))
                                    .at(document.span(entry.key_position, fmt::format("{} here", dependency.source.display())))
                                    .note(fmt::format("elsewhere it is {}", known->second.display()))
                                    .help("one key means one source on every target; rename one of them with `package = \"…\"`"));
  }

  DependencyContext& m_context;
  Dependencies& m_result;
  std::unordered_map<InternedString, spec::SourceId> m_sources;
};

} // namespace

Dependencies read_dependencies(DependencyContext& context, const Fields& manifest, std::string_view package_name)
{
  ReadState& state = context.state;
  Dependencies result;
  TableReader reader(context, result);
  const std::string owner = fmt::format("package `{}`", package_name);
  for (const DependencyKind kind : {DependencyKind::normal, DependencyKind::development, DependencyKind::build}) {
    reader.read(manifest, kind, std::nullopt, owner);
  }
  const TomlTable* targets = manifest.table("target");
  if (targets == nullptr) {
    return result;
  }
  for (const TomlMember* member : targets->sorted()) {
    const std::string path = fmt::format("target.{}", member->key);
    const TomlTable* table = as_table(state, {&manifest.document(), member->value.get()}, path);
    if (table == nullptr) {
      return result;
    }
    Result<spec::Platform> platform = spec::parse_platform(member->key);
    if (!platform) {
      Error error = std::move(platform).error();
      error.where = manifest.document().span(member->key_position);
      state.fail(std::move(error));
      return result;
    }
    const Fields fields(state, manifest.document(), *table, path);
    // Cargo's order inside a target: build before dev.
    const std::optional<spec::Platform> selected = std::move(*platform);
    const std::string target_owner = fmt::format("target `{}`", member->key);
    for (const DependencyKind kind : {DependencyKind::normal, DependencyKind::build, DependencyKind::development}) {
      reader.read(fields, kind, selected, target_owner);
    }
    fields.warn_unknown(k_platform_keys);
  }
  return result;
}

std::vector<PatchEntry> read_patches(DependencyContext& context, const Fields& manifest)
{
  std::vector<PatchEntry> result;
  const TomlTable* patch = manifest.table("patch");
  if (patch == nullptr) {
    return result;
  }
  for (const TomlMember* source : patch->sorted()) {
    const std::string path = fmt::format("patch.{}", source->key);
    const TomlTable* table = as_table(context.state, {&manifest.document(), source->value.get()}, path);
    if (table == nullptr) {
      return result;
    }
    const bool is_url = source->key.find("://") != std::string::npos;
    if (!is_url && source->key != "crates-io") {
      const bool known = context.options.registries != nullptr && context.options.registries->source_of_registry(source->key).has_value();
      if (!known) {
        Error error = Error("CW0146", fmt::format("`[patch.{}]` names neither a registry nor a URL", source->key))
                          .at(manifest.document().span(source->key_position));
        if (source->key == "crates" || source->key == "crates.io") {
          error.helps.push_back("write `[patch.crates-io]`");
        }
        context.state.fail(std::move(error));
        return result;
      }
    }
    PatchEntry entry;
    entry.source_key = source->key;
    for (const TomlMember* member : table->sorted()) {
      const std::optional<DependencySpec> spec = read_dependency_spec(context, manifest.document(), *member, path);
      std::shared_ptr<Dependency> dependency = spec ? make_dependency(context, *spec, DependencyKind::normal, std::nullopt) : nullptr;
      if (dependency == nullptr) {
        return result;
      }
      entry.dependencies.push_back(std::move(dependency));
    }
    result.push_back(std::move(entry));
  }
  return result;
}

std::vector<std::pair<spec::PackageIdSpec, std::shared_ptr<const Dependency>>> read_replacements(DependencyContext& context,
                                                                                                 const Fields& manifest)
{
  std::vector<std::pair<spec::PackageIdSpec, std::shared_ptr<const Dependency>>> result;
  const TomlTable* replace = manifest.table("replace");
  if (replace == nullptr) {
    return result;
  }
  ReadState& state = context.state;
  if (manifest.has("patch")) {
    state.fail("CW0147",
               "a manifest cannot have both `[replace]` and `[patch]`",
               manifest.document(),
               manifest.raw().find_member("replace")->key_position);
    return result;
  }
  for (const TomlMember* member : replace->sorted()) {
    Result<spec::PackageIdSpec> id = spec::parse_package_id_spec(member->key);
    if (!id) {
      Error error = std::move(id).error();
      error.where = manifest.document().span(member->key_position);
      state.fail(std::move(error));
      return result;
    }
    // The key is a package id, so the name of the dependency comes from it.
    Result<spec::Version> version = spec::parse_version(id->partial_version);
    if (!version || !id->name) {
      state.fail(Error("CW0146", fmt::format("`{}` does not say which version to replace", member->key))
                     .at(manifest.document().span(member->key_position))
                     .help("write the whole version: `[replace] \"name:1.2.3\" = { … }`"));
      return result;
    }
    TomlMember named{*id->name, member->key_position, std::make_unique<TomlValue>(member->value->clone())};
    std::optional<DependencySpec> spec = read_dependency_spec(context, manifest.document(), named, "replace");
    if (spec && spec->version_text != nullptr) {
      state.fail("CW0146",
                 fmt::format("the replacement of `{}` may not have a version of its own", member->key),
                 manifest.document(),
                 member->key_position);
    }
    std::shared_ptr<Dependency> dependency =
        spec && !state.failed() ? make_dependency(context, *spec, DependencyKind::normal, std::nullopt) : nullptr;
    if (dependency == nullptr) {
      return result;
    }
    dependency->req = spec::VersionReq::exactly(*version);
    dependency->req_text = "=" + spec::to_string(*version);
    dependency->specified_req = true;
    result.emplace_back(std::move(*id), std::move(dependency));
  }
  return result;
}

} // namespace cargo_wasm::manifest
