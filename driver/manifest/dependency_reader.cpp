#include "dependency_reader.hpp"

#include <array>
#include <unordered_map>

#include <fmt/format.h>

#include <cargo_wasm/manifest/manifest_keys.hpp>

namespace cargo_wasm::manifest {

namespace {

constexpr std::array<std::string_view, 6> k_inherited_keys{
    "workspace", "features", "default-features", "default_features", "optional", "public"};

/// The part shared by a plain dependency and `workspace.dependencies.X`.
void read_detailed(DependencySpec& spec, const Fields& fields, const base::Path& path_base)
{
  spec.version = fields.find("version");
  spec.version_text = fields.string("version");
  spec.path = fields.find("path");
  spec.path_text = fields.string("path");
  spec.path_base = path_base;
  spec.registry = fields.string("registry");
  spec.registry_index = fields.string("registry-index");
  spec.git = fields.string("git");
  spec.branch = fields.string("branch");
  spec.tag = fields.string("tag");
  spec.rev = fields.string("rev");
  spec.package = fields.string("package");
  spec.has_base = fields.string("base") != nullptr;
  spec.has_artifact = fields.has("artifact");
  spec.has_lib = fields.boolean("lib").has_value();
  spec.has_target = fields.string("target") != nullptr;
  if (auto features = fields.strings("features")) {
    spec.features = std::move(*features);
  }
  spec.optional = fields.boolean("optional");
  spec.default_features = fields.boolean("default-features");
  if (const std::optional<bool> old = fields.boolean("default_features")) {
    spec.underscore_default_features = true;
    spec.both_default_features = spec.default_features.has_value();
    spec.default_features = spec.default_features ? spec.default_features : old;
  }
  spec.is_public = fields.boolean("public");
}

bool read_value(DependencySpec& spec, ReadState& state, Located at, std::string_view path, const base::Path& path_base)
{
  if (at.value->as_string() != nullptr) {
    spec.version = at;
    spec.version_text = at.value->as_string();
    spec.path_base = path_base;
    return true;
  }
  const TomlTable* table = at.value->as_table();
  if (table == nullptr) {
    Error error = Error("CW0102", fmt::format("`{}` must be a version or a table, not {}", path, at.value->type_name()))
                      .at(at.document->span(at.value->position));
    error.helps.push_back(fmt::format("write `{} = \"1.0\"` or `{} = {{ version = \"1.0\" }}`", spec.name, spec.name));
    if (at.value->as_bool() != nullptr && *at.value->as_bool()) {
      error.helps.push_back(fmt::format("for a dependency of the workspace write `{}.workspace = true`", spec.name));
    }
    return state.fail(std::move(error));
  }
  read_detailed(spec, Fields(state, *at.document, *table, path), path_base);
  return !state.failed();
}

/// `{ workspace = true, … }`: the root's entry with the member's additions.
void read_inherited(DependencyContext& context, DependencySpec& spec, const Fields& fields)
{
  ReadState& state = context.state;
  const Located root_value = context.inheritance->find("dependencies", spec.name, spec.place);
  if (!root_value) {
    return;
  }
  const std::string path = fmt::format("workspace.dependencies.{}", spec.name);
  if (!read_value(spec, state, root_value, path, context.inheritance->root_directory())) {
    return;
  }
  if (auto features = fields.strings("features")) {
    spec.features.insert(spec.features.end(), std::make_move_iterator(features->begin()), std::make_move_iterator(features->end()));
  }
  spec.optional = fields.boolean("optional");
  spec.is_public = fields.boolean("public");
  std::optional<bool> own = fields.boolean("default-features");
  own = own ? own : fields.boolean("default_features");
  if (!own) {
    return;
  }
  if (context.edition >= Edition::e2024) {
    spec.default_features = own; // RFC 3945, from 1.99 on
  } else if (*own && spec.default_features == false) {
    spec.default_features = true;
  } else if (!*own && spec.default_features != false) {
    state.warn("CW0132",
               fmt::format("`default-features = false` of the inherited dependency `{}` is ignored", spec.name),
               fields.document(),
               spec.place,
               fmt::format("set it in `workspace.dependencies.{}`; members can only do so from edition 2024 on", spec.name));
  }
  fields.warn_unknown(k_inherited_keys);
}

bool check_features(ReadState& state, const DependencySpec& spec)
{
  for (const std::string& feature : spec.features) {
    const bool slash = feature.find('/') != std::string::npos;
    if (slash || feature.starts_with("dep:")) {
      return state.fail(
          Error("CW0114",
                fmt::format(
                    "feature `{}` of dependency `{}` may not {}", feature, spec.name, slash ? "contain a slash" : "start with `dep:`"))
              .at(spec.document->span(spec.place))
              .help(slash ? "a feature of a dependency's dependency has to be re-exported by a feature of the dependency"
                          : "name a feature of the dependency, without `dep:`"));
    }
  }
  return true;
}

bool check_combination(ReadState& state, const DependencySpec& spec)
{
  const auto ambiguous = [&](std::string_view keys) {
    return state.fail("CW0113", fmt::format("dependency `{}` has more than one of {}", spec.name, keys), *spec.document, spec.place);
  };
  if (spec.version_text == nullptr && spec.path_text == nullptr && spec.git == nullptr) {
    return state.fail(
        Error("CW0112", fmt::format("dependency `{}` says neither version, path nor git repository", spec.name))
            .at(spec.document->span(spec.place))
            .help(fmt::format("write `{} = \"1.0\"`, or `{}.workspace = true` for a dependency of the workspace", spec.name, spec.name)));
  }
  if (spec.git == nullptr) {
    for (const auto& [value, key] : {std::pair{spec.branch, "branch"}, {spec.tag, "tag"}, {spec.rev, "rev"}}) {
      if (value != nullptr) {
        return state.fail("CW0113", fmt::format("`{}` of dependency `{}` needs `git`", key, spec.name), *spec.document, spec.place);
      }
    }
  }
  if (!check_features(state, spec)) {
    return false;
  }
  if (spec.git != nullptr && spec.path_text != nullptr) {
    return ambiguous("`git` and `path`");
  }
  if (spec.registry != nullptr && spec.registry_index != nullptr) {
    return ambiguous("`registry` and `registry-index`");
  }
  if (spec.git != nullptr && (spec.branch != nullptr) + (spec.tag != nullptr) + (spec.rev != nullptr) > 1) {
    return ambiguous("`branch`, `tag` and `rev`");
  }
  if (spec.has_artifact || spec.has_base) {
    const std::string_view key = spec.has_artifact ? "artifact" : "base";
    return state.fail(
        "CW0106", fmt::format("`{}` of dependency `{}` is unstable and needs a nightly cargo", key, spec.name), *spec.document, spec.place);
  }
  if (spec.has_lib || spec.has_target) {
    return state.fail("CW0113",
                      fmt::format("`{}` of dependency `{}` needs `artifact`", spec.has_lib ? "lib" : "target", spec.name),
                      *spec.document,
                      spec.place);
  }
  return true;
}

std::optional<spec::SourceId> source_of(DependencyContext& context, const DependencySpec& spec, std::optional<base::Path>& path)
{
  ReadState& state = context.state;
  if (spec.git != nullptr) {
    spec::GitReference reference;
    if (spec.branch != nullptr) {
      reference = {spec::GitReference::Kind::branch, *spec.branch};
    } else if (spec.tag != nullptr) {
      reference = {spec::GitReference::Kind::tag, *spec.tag};
    } else if (spec.rev != nullptr) {
      reference = {spec::GitReference::Kind::rev, *spec.rev};
    }
    std::string_view url = *spec.git;
    if (url.find(':') == std::string_view::npos || (url.find("://") == std::string_view::npos && url.find('@') != std::string_view::npos)) {
      Error error = Error("CW0113", fmt::format("`{}` is not a URL, in `git` of dependency `{}`", url, spec.name))
                        .at(spec.document->span(spec.place));
      if (const std::size_t colon = url.find(':'); colon != std::string_view::npos) {
        error.helps.push_back(fmt::format("write `ssh://{}/{}`", url.substr(0, colon), url.substr(colon + 1)));
      }
      state.fail(std::move(error));
      return std::nullopt;
    }
    if (const std::size_t fragment = url.find('#'); fragment != std::string_view::npos) {
      state.warn("CW0132",
                 fmt::format("the fragment `{}` of the git URL of dependency `{}` is ignored", url.substr(fragment), spec.name),
                 *spec.document,
                 spec.place,
                 fmt::format("write `rev = \"{}\"` for a commit", url.substr(fragment + 1)));
    }
    return spec::SourceId::for_git(url, std::move(reference));
  }
  if (spec.path_text != nullptr) {
    if (!context.options.source.is_path()) {
      return context.options.source; // a path inside a repository or registry package names a sibling of the same source
    }
    path = normalize_path(spec.path_base / *spec.path_text);
    return spec::SourceId::for_path(*path);
  }
  if (spec.registry_index != nullptr) {
    return spec::SourceId::for_registry(*spec.registry_index);
  }
  if (spec.registry == nullptr || *spec.registry == "crates-io") {
    return spec::SourceId::crates_io();
  }
  if (context.options.registries == nullptr) {
    state.fail(
        "CW0113", fmt::format("registry `{}` of dependency `{}` is not known here", *spec.registry, spec.name), *spec.document, spec.place);
    return std::nullopt;
  }
  Result<spec::SourceId> source = context.options.registries->source_of_registry(*spec.registry);
  if (!source) {
    Error error = std::move(source).error();
    if (std::holds_alternative<std::monostate>(error.where)) {
      error.where = spec.document->span(spec.place);
    }
    state.fail(std::move(error));
    return std::nullopt;
  }
  return *source;
}

} // namespace

std::span<const std::string_view> dependency_keys(bool may_inherit)
{
  return std::span(k_dependency_table_keys).first(k_dependency_table_keys.size() - (may_inherit ? 0 : 1));
}

void check_old_spelling(ReadState& state,
                        Edition edition,
                        const TomlDocument& document,
                        const TomlMember* old_spelling,
                        const TomlMember* new_spelling,
                        std::string_view new_name,
                        std::string_view owner)
{
  if (old_spelling == nullptr || state.failed()) {
    return;
  }
  if (edition >= Edition::e2024) {
    state.fail(Error("CW0108", fmt::format("`{}` is not a key from edition 2024 on, in {}", old_spelling->key, owner))
                   .at(document.span(old_spelling->key_position))
                   .help(fmt::format("write `{}`", new_name)));
  } else if (new_spelling != nullptr) {
    state.warn("CW0131",
               fmt::format("`{}` is ignored beside `{}`, in {}", old_spelling->key, new_name, owner),
               document,
               old_spelling->key_position,
               fmt::format("remove `{}`", old_spelling->key));
  } else {
    state.warn("CW0131",
               fmt::format("`{}` is an old spelling that ends with edition 2024, in {}", old_spelling->key, owner),
               document,
               old_spelling->key_position,
               fmt::format("write `{}`", new_name));
  }
}

std::optional<DependencySpec>
read_dependency_spec(DependencyContext& context, const TomlDocument& document, const TomlMember& member, std::string_view table_path)
{
  ReadState& state = context.state;
  DependencySpec spec;
  spec.name = member.key;
  spec.document = &document;
  spec.place = member.key_position;
  if (const std::optional<std::string> problem = package_name_problem(member.key)) {
    state.fail("CW0104", fmt::format("`{}` is not a valid package name: {}", member.key, *problem), document, member.key_position);
    return std::nullopt;
  }
  const Located at{&document, member.value.get()};
  const TomlTable* table = member.value->as_table();
  if (context.inheritance != nullptr && table != nullptr && table->find("workspace") != nullptr) {
    const std::string path = fmt::format("{}.{}", table_path, member.key);
    if (asks_for_inheritance(state, at, path)) {
      read_inherited(context, spec, Fields(state, document, *table, path));
    }
  } else if (read_value(spec, state, at, member.key, state.root)) {
    if (table != nullptr && state.wants_warnings) {
      const std::string path = fmt::format("{}.{}", table_path, member.key);
      const Fields fields(state, document, *table, path);
      fields.warn_unknown(dependency_keys(context.inheritance != nullptr));
    }
    if (spec.underscore_default_features) {
      check_old_spelling(state,
                         context.edition,
                         document,
                         table->find_member("default_features"),
                         table->find_member("default-features"),
                         "default-features",
                         fmt::format("dependency `{}`", spec.name));
    }
  }
  if (state.failed()) {
    return std::nullopt;
  }
  return spec;
}

std::shared_ptr<Dependency>
make_dependency(DependencyContext& context, const DependencySpec& spec, DependencyKind kind, const std::optional<spec::Platform>& platform)
{
  ReadState& state = context.state;
  if (!check_combination(state, spec)) {
    return nullptr;
  }
  auto dependency = std::make_shared<Dependency>();
  std::optional<spec::SourceId> source = source_of(context, spec, dependency->path);
  if (!source) {
    return nullptr;
  }
  dependency->source = *source;
  dependency->name_in_toml = spec.name;
  dependency->is_renamed = spec.package != nullptr;
  dependency->package_name = spec.package == nullptr ? dependency->name_in_toml : InternedString(*spec.package);
  dependency->kind = kind;
  dependency->platform = platform;
  dependency->optional = spec.optional.value_or(false);
  dependency->default_features = spec.default_features.value_or(true);
  dependency->features.reserve(spec.features.size());
  for (const std::string& feature : spec.features) {
    dependency->features.emplace_back(feature);
  }
  dependency->specified_req = spec.version_text != nullptr;
  if (spec.version_text != nullptr) {
    Result<spec::VersionReq> req = spec::parse_version_req(*spec.version_text);
    if (!req) {
      Error error = std::move(req).error();
      error.where = spec.version.document->span(spec.version.value->position, fmt::format("required of `{}`", dependency->package_name));
      state.fail(std::move(error));
      return nullptr;
    }
    dependency->req = std::move(*req);
    dependency->req_text = *spec.version_text;
    if (spec.version_text->find('+') != std::string::npos) {
      state.warn("CW0135",
                 fmt::format("the build metadata of `{}` plays no part in the requirement of `{}`", *spec.version_text, spec.name),
                 *spec.version.document,
                 spec.version.value->position,
                 "remove the part after `+`");
    }
  }
  if (spec.registry != nullptr || spec.registry_index != nullptr) {
    dependency->registry_id = spec.git == nullptr && spec.path_text == nullptr ? *source
                              : spec.registry_index != nullptr                 ? spec::SourceId::for_registry(*spec.registry_index)
                                                                               : spec::SourceId::crates_io();
    if (spec.registry != nullptr && *spec.registry != "crates-io" && context.options.registries != nullptr) {
      if (const auto named = context.options.registries->source_of_registry(*spec.registry)) {
        dependency->registry_id = *named;
      }
    }
  }
  if (context.options.is_std) {
    dependency->is_public = spec.is_public.value_or(false);
  } else if (spec.is_public) {
    state.warn("CW0132", fmt::format("`public` of dependency `{}` is unstable and is ignored", spec.name), *spec.document, spec.place);
  }
  return dependency;
}

} // namespace cargo_wasm::manifest
