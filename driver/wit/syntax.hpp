// WIT text as it was written: names are not looked up yet. Every name keeps its place, for messages.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

struct SourceText
{
  base::Path path;
  std::string text;
};

struct Place
{
  const SourceText* source = nullptr;
  std::size_t offset = 0, length = 1;
};

/// CW0952 at that place.
[[nodiscard]] Error syntax_error(const Place& place, std::string message, std::string label = {});

struct Name
{
  std::string text;
  Place place;
};

/// `poll`, `wasi:io/poll@0.2.6`
struct PathSyntax
{
  std::optional<PackageName> package;
  Name name;
};

struct TypeSyntax
{
  enum class Kind : std::uint8_t { primitive, named, applied } kind = Kind::primitive;
  wasm::PrimitiveType primitive = wasm::PrimitiveType::bool_;
  Name name;                                          ///< of `named`
  TypeKind applied = TypeKind::list;                  ///< list, map, option, result, tuple, own, borrow, future, stream
  std::vector<std::unique_ptr<TypeSyntax>> arguments; ///< null: `_`
  std::optional<std::uint32_t> length;
};

struct MemberSyntax
{
  Name name;
  std::unique_ptr<TypeSyntax> type; ///< may be null
};

struct FunctionSyntax
{
  Name name; ///< of constructors the resource's
  FunctionKind kind = FunctionKind::plain;
  bool is_async = false;
  std::vector<MemberSyntax> parameters;
  std::unique_ptr<TypeSyntax> result;
};

struct TypeDefinitionSyntax
{
  Name name;
  TypeKind kind = TypeKind::alias;
  std::vector<MemberSyntax> members;
  std::unique_ptr<TypeSyntax> alias;
  std::vector<FunctionSyntax> functions; ///< of a resource
};

struct UseSyntax
{
  PathSyntax from;
  std::vector<std::pair<Name, Name>> names; ///< there, here
};

/// What stands in an interface, and in a world beside imports and exports.
struct BodySyntax
{
  std::vector<UseSyntax> uses;
  std::vector<TypeDefinitionSyntax> types;
  std::vector<FunctionSyntax> functions; ///< not in worlds
};

struct InterfaceSyntax
{
  Name name;
  BodySyntax body;
};

struct ExternSyntax
{
  bool is_export = false;
  std::optional<PathSyntax> path;
  std::optional<FunctionSyntax> function;
  std::optional<InterfaceSyntax> interface; ///< written in place
};

struct IncludeSyntax
{
  PathSyntax path;
  std::vector<std::pair<Name, Name>> renames;
};

struct WorldSyntax
{
  Name name;
  BodySyntax body;
  std::vector<ExternSyntax> externs;
  std::vector<IncludeSyntax> includes;
};

/// `use wasi:io/poll@0.2.6 as p;` outside of interfaces and worlds.
struct FileUseSyntax
{
  PathSyntax path;
  Name as;
};

/// A file, or a package in braces within one.
struct FileSyntax
{
  std::optional<PackageName> package;
  Place package_place;
  std::vector<FileUseSyntax> uses;
  std::vector<InterfaceSyntax> interfaces;
  std::vector<WorldSyntax> worlds;
  std::vector<FileSyntax> nested;
};

/// Errors: CW0952.
[[nodiscard]] Result<FileSyntax> parse_file(const SourceText& source);

} // namespace cargo_wasm::wit
