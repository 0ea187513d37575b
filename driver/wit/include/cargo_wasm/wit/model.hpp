// Packages, interfaces, worlds and types of the component model, as WIT has them. Two readers make this: one of WIT text
// (package_reader.hpp), one of components (decode.hpp). So what a component is can be compared with what a project says it should be, and
// printed.
//
// Types stand in one vector and refer to one another by index. A name that stands for a type of another interface is an `alias` with an
// owner of its own; `T` where a resource is meant is `own` of it, as in the component.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/wasm/component_types.hpp>

namespace cargo_wasm::wit {

using Index = std::uint32_t;

struct Type
{
  std::optional<wasm::PrimitiveType> primitive;
  Index index = 0; ///< of Model::types, unless primitive
  bool operator==(const Type&) const = default;
};

enum class TypeKind : std::uint8_t {
  alias,    ///< first
  record,   ///< members
  variant,  ///< members
  enum_,    ///< members
  flags,    ///< members
  list,     ///< first; length, if it is fixed
  map,      ///< first, second
  option,   ///< first
  result,   ///< first, second; each may be missing
  tuple,    ///< members without names
  resource, ///< nothing
  own,      ///< first
  borrow,   ///< first
  future,   ///< first, may be missing
  stream,   ///< first, may be missing
};

struct Member
{
  std::string name;
  std::optional<Type> type; ///< of cases, enums and flags none
};

enum class OwnerKind : std::uint8_t { none, interface, world };
struct Owner
{
  OwnerKind kind = OwnerKind::none;
  Index index = 0;
  bool operator==(const Owner&) const = default;
};

struct TypeDefinition
{
  std::string name; ///< empty: written where it is used
  Owner owner;
  TypeKind kind = TypeKind::alias;
  std::vector<Member> members;
  std::optional<Type> first, second;
  std::optional<std::uint32_t> length;
};

struct Function
{
  std::string name; ///< as components have it: "[method]pollable.block" with `self` as a parameter
  std::vector<Member> parameters;
  std::optional<Type> result;
  bool is_async = false;
};

struct Interface
{
  std::string name; ///< empty: written within a world
  std::optional<Index> package;
  std::vector<Index> types; ///< with names, in their order
  std::vector<Function> functions;
};

enum class ItemKind : std::uint8_t { interface, function, type };

struct WorldItem
{
  std::string name; ///< a plain one; of named interfaces empty
  ItemKind kind = ItemKind::interface;
  Index index = 0; ///< of an interface or type
  Function function;
};

struct World
{
  std::string name;
  std::optional<Index> package;
  std::vector<WorldItem> imports, exports;
};

struct PackageName
{
  std::string space, name;
  std::string version; ///< "0.2.6"; empty: none
  bool operator==(const PackageName&) const = default;
};
/// "wasi:io@0.2.6"
[[nodiscard]] std::string to_string(const PackageName& package);

struct Package
{
  PackageName name;
  std::vector<Index> interfaces, worlds;
};

struct Model
{
  std::vector<TypeDefinition> types;
  std::vector<Interface> interfaces;
  std::vector<World> worlds;
  std::vector<Package> packages;

  /// The package of that name, made if it is not there.
  Index package_of(const PackageName& name);
  [[nodiscard]] std::optional<Index> find_package(const PackageName& name) const;
};

/// A world and the model that it is part of.
struct WorldOf
{
  Model model;
  Index world = 0;
};

/// "wasi:io/poll@0.2.6" of an interface; its plain name where it has no package.
[[nodiscard]] std::string full_name(const Model& model, const Interface& interface);
/// What a world's item is called: "wasi:io/poll@0.2.6", "run".
[[nodiscard]] std::string full_name(const Model& model, const WorldItem& item);

/// "wasi:io/poll@0.2.6" taken apart; nullopt for a plain name.
struct InterfaceName
{
  PackageName package;
  std::string name;
};
[[nodiscard]] std::optional<InterfaceName> split_interface_name(std::string_view text);

/// Whether who was written for `wanted` can be given `offered`: the same, or within semver's compatible range. Both may be empty.
[[nodiscard]] bool versions_fit(std::string_view wanted, std::string_view offered);

/// "block" of "[method]pollable.block", and whose it is.
enum class FunctionKind : std::uint8_t { plain, method, static_, constructor };
struct FunctionName
{
  FunctionKind kind = FunctionKind::plain;
  std::string_view resource, name;
};
[[nodiscard]] FunctionName split_function_name(std::string_view name);

/// The type that a row of aliases stands for.
[[nodiscard]] Type without_aliases(const Model& model, Type type);

} // namespace cargo_wasm::wit
