// One entry of a dependency table: as written (DependencySpec), then as a value (Dependency).
#pragma once
#include "inheritance.hpp"

namespace cargo_wasm::manifest {

/// A dependency after inheritance, still as text. Strings point into the documents.
struct DependencySpec
{
  std::string_view name;                  ///< the key
  const TomlDocument* document = nullptr; ///< where the key stands
  Position place;                         ///< of the key
  Located version, path;                  ///< with places of their own, for carets
  const std::string* version_text = nullptr;
  const std::string* path_text = nullptr;
  const std::string* registry = nullptr;
  const std::string* registry_index = nullptr;
  const std::string* git = nullptr;
  const std::string* branch = nullptr;
  const std::string* tag = nullptr;
  const std::string* rev = nullptr;
  const std::string* package = nullptr;
  bool has_base = false, has_artifact = false, has_lib = false, has_target = false;
  bool underscore_default_features = false, both_default_features = false;
  std::vector<std::string> features;
  std::optional<bool> optional, default_features, is_public;
  base::Path path_base; ///< directory to which `path` is relative
};

struct DependencyContext
{
  ReadState& state;
  const ReadOptions& options;
  Inheritance* inheritance = nullptr; ///< null where `workspace = true` means nothing: patch, replace
  Edition edition = Edition::e2015;
};

/// The keys that a dependency may have; `workspace` among them only where it may inherit.
std::span<const std::string_view> dependency_keys(bool may_inherit);

/// Reads `member` of the table `table_path` ("dependencies", "target.cfg(unix).dev-dependencies").
/// nullopt: an error was set.
std::optional<DependencySpec>
read_dependency_spec(DependencyContext& context, const TomlDocument& document, const TomlMember& member, std::string_view table_path);

/// Checks the combination of keys and makes the value. Null: an error was set.
std::shared_ptr<Dependency>
make_dependency(DependencyContext& context, const DependencySpec& spec, DependencyKind kind, const std::optional<spec::Platform>& platform);

/// Every dependency of [dependencies], [dev-dependencies], [build-dependencies] and [target.*] in cargo's order.
std::vector<std::shared_ptr<const Dependency>>
read_dependencies(DependencyContext& context, const Fields& manifest, std::string_view package_name);

/// `[patch]`, sorted by key, and `[replace]`.
std::vector<PatchEntry> read_patches(DependencyContext& context, const Fields& manifest);
std::vector<std::pair<spec::PackageIdSpec, std::shared_ptr<const Dependency>>> read_replacements(DependencyContext& context,
                                                                                                 const Fields& manifest);

/// `old_spelling` was written for `new_spelling`: a warning, an error from edition 2024 on (cargo's deprecated_underscore).
void check_old_spelling(ReadState& state,
                        Edition edition,
                        const TomlDocument& document,
                        const TomlMember* old_spelling,
                        const TomlMember* new_spelling,
                        std::string_view new_name,
                        std::string_view owner);

} // namespace cargo_wasm::manifest
