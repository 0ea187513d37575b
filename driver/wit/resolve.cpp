#include "resolve.hpp"

#include "type_facts.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cargo_wasm/base/text.hpp>

namespace cargo_wasm::wit {

namespace {

enum class State : std::uint8_t { unread, busy, done };

struct PendingInterface
{
  const InterfaceSyntax* syntax = nullptr;
  const FileSyntax* file = nullptr;
  std::size_t package = 0;
  State state = State::unread;
  Index index = 0;
};

struct PendingWorld
{
  const WorldSyntax* syntax = nullptr;
  const FileSyntax* file = nullptr;
  std::size_t package = 0;
  State state = State::unread;
  Index index = 0;
};

using TypeNames = std::map<std::string, Index, std::less<>>;

class Resolver
{
public:
  Resolver(const std::vector<ParsedPackage>& packages, Model& model) : m_packages(packages), m_model(model), m_facts(model) {}

  Result<> run()
  {
    for (std::size_t i = 0; i < m_packages.size(); ++i) {
      CW_TRY(declare(i));
    }
    for (std::size_t i = 0; i < m_packages.size(); ++i) {
      CW_TRY(check_file_uses(i));
    }
    for (PendingInterface& pending : m_interfaces) {
      CW_TRY(finish(pending, pending.syntax->name.place));
    }
    for (PendingWorld& pending : m_worlds) {
      CW_TRY(finish(pending, pending.syntax->name.place));
    }
    for (const PendingWorld& pending : m_worlds) {
      complete_world(m_model, m_model.worlds[pending.index]);
    }
    return {};
  }

private:
  Result<> declare(std::size_t index)
  {
    const ParsedPackage& package = m_packages[index];
    if (m_model.find_package(package.name)) {
      const FileSyntax* const file = package.files.front();
      return fail(syntax_error(file->package_place, fmt::format("there are two packages `{}`", to_string(package.name))));
    }
    const Index own = m_model.package_of(package.name);
    std::set<std::string> names;
    const auto is_new = [&](const Name& name) -> Result<> {
      if (!names.insert(name.text).second) {
        return fail(syntax_error(name.place, fmt::format("the package has `{}` already", name.text)));
      }
      return {};
    };
    for (const FileSyntax* const file : package.files) {
      for (const InterfaceSyntax& interface : file->interfaces) {
        CW_TRY(is_new(interface.name));
        const auto made = static_cast<Index>(m_model.interfaces.size());
        m_model.interfaces.push_back({interface.name.text, own, {}, {}});
        m_interfaces.push_back({&interface, file, index, State::unread, made});
      }
      for (const WorldSyntax& world : file->worlds) {
        CW_TRY(is_new(world.name));
        const auto made = static_cast<Index>(m_model.worlds.size());
        m_model.worlds.push_back({world.name.text, own, {}, {}});
        m_model.packages[own].worlds.push_back(made);
        m_worlds.push_back({&world, file, index, State::unread, made});
      }
    }
    return {};
  }

  // Looking up.

  template <class Pending> static Pending* find_in(std::deque<Pending>& all, std::size_t package, std::string_view name)
  {
    for (Pending& pending : all) {
      if (pending.package == package && pending.syntax->name.text == name) {
        return &pending;
      }
    }
    return nullptr;
  }

  Result<std::size_t> package_index(const PathSyntax& path) const
  {
    std::vector<std::string> others;
    for (std::size_t i = 0; i < m_packages.size(); ++i) {
      const PackageName& candidate = m_packages[i].name;
      if (candidate == *path.package) {
        return i;
      }
      if (candidate.space == path.package->space && candidate.name == path.package->name) {
        others.push_back("`" + to_string(candidate) + "`");
      }
    }
    Error error = syntax_error(path.name.place, fmt::format("the package `{}` is not here", to_string(*path.package)));
    if (!others.empty()) {
      error.notes.push_back(fmt::format("there is {}", base::join(others, ", ")));
    } else {
      error.helps.emplace_back("put its WIT into a directory of `deps/`");
    }
    return fail(std::move(error));
  }

  /// What a path means, seen from this file: through `use … as …` of the file, within the package, or in another package.
  template <class Pending>
  Result<Pending*> look_up(std::deque<Pending>& all, const PathSyntax& path, const FileSyntax& file, std::size_t package, bool required)
  {
    if (path.package) {
      CW_TRY_ASSIGN(const std::size_t other, package_index(path));
      Pending* const found = find_in(all, other, path.name.text);
      return found != nullptr || !required ? Result<Pending*>(found) : fail(not_there(path, m_packages[other].name));
    }
    for (const FileUseSyntax& use : file.uses) {
      if (use.as.text == path.name.text && use.path.package) {
        return look_up(all, use.path, file, package, required);
      }
      if (use.as.text == path.name.text && use.path.name.text != path.name.text) {
        return look_up(all, use.path, file, package, required);
      }
    }
    Pending* const found = find_in(all, package, path.name.text);
    return found != nullptr || !required ? Result<Pending*>(found) : fail(not_there(path, m_packages[package].name));
  }

  Error not_there(const PathSyntax& path, const PackageName& package) const
  {
    Error error = syntax_error(path.name.place, fmt::format("the package `{}` has no `{}`", to_string(package), path.name.text));
    std::vector<std::string> names;
    for (const PendingInterface& pending : m_interfaces) {
      if (m_packages[pending.package].name == package) {
        names.push_back(pending.syntax->name.text);
      }
    }
    if (const auto near = base::nearest(path.name.text, names)) {
      error.helps.push_back(fmt::format("did you mean `{}`?", *near));
    }
    return error;
  }

  /// `use a:b/c as d;` at the top of a file has to lead somewhere, and to a name that nothing else has.
  Result<> check_file_uses(std::size_t package)
  {
    for (const FileSyntax* const file : m_packages[package].files) {
      std::set<std::string> names;
      for (const InterfaceSyntax& interface : file->interfaces) {
        names.insert(interface.name.text);
      }
      for (const WorldSyntax& world : file->worlds) {
        names.insert(world.name.text);
      }
      for (const FileUseSyntax& use : file->uses) {
        const bool is_same = !use.path.package && use.as.text == use.path.name.text;
        CW_TRY_ASSIGN(const PendingInterface* const interface, look_up(m_interfaces, use.path, *file, package, false));
        CW_TRY_ASSIGN(const PendingWorld* const world, look_up(m_worlds, use.path, *file, package, false));
        if (interface == nullptr && world == nullptr) {
          return fail(not_there(use.path, m_packages[package].name));
        }
        if (!is_same && !names.insert(use.as.text).second) {
          return fail(syntax_error(use.as.place, fmt::format("the file has `{}` already", use.as.text)));
        }
      }
    }
    return {};
  }

  // Interfaces.

  Result<> finish(PendingInterface& pending, const Place& asked_at)
  {
    if (pending.state == State::done) {
      return {};
    }
    if (pending.state == State::busy || m_level >= k_max_levels) {
      return fail(syntax_error(asked_at, fmt::format("the interface `{}` uses itself, or has no end", pending.syntax->name.text)));
    }
    pending.state = State::busy;
    ++m_level;
    CW_TRY(fill(pending.index, *pending.syntax, *pending.file, pending.package));
    m_model.packages[*m_model.interfaces[pending.index].package].interfaces.push_back(pending.index); // behind what it uses
    pending.state = State::done;
    --m_level;
    return {};
  }

  Result<> fill(Index index, const InterfaceSyntax& syntax, const FileSyntax& file, std::size_t package)
  {
    const Owner owner{OwnerKind::interface, index};
    TypeNames names;
    std::vector<Index> types;
    CW_TRY(take_uses(syntax.body, file, package, owner, names, [&](Index, Index type) { types.push_back(type); }));
    CW_TRY(take_types(syntax.body, owner, names, types));
    std::vector<Function> functions;
    CW_TRY(take_functions(syntax.body, names, functions));
    m_model.interfaces[index].types = std::move(types);
    m_model.interfaces[index].functions = std::move(functions);
    return {};
  }

  /// `action(interface that is used, type here)`
  template <class Action>
  Result<> take_uses(const BodySyntax& body, const FileSyntax& file, std::size_t package, Owner owner, TypeNames& names, Action action)
  {
    for (const UseSyntax& use : body.uses) {
      CW_TRY_ASSIGN(PendingInterface* const from, look_up(m_interfaces, use.from, file, package, true));
      CW_TRY(finish(*from, use.from.name.place));
      for (const auto& names_of_type : use.names) {
        const Name& there = names_of_type.first;
        const Name& here = names_of_type.second;
        const std::vector<Index>& offered = m_model.interfaces[from->index].types;
        const auto found = std::find_if(offered.begin(), offered.end(), [&](Index type) { return m_model.types[type].name == there.text; });
        if (found == offered.end()) {
          Error error = syntax_error(there.place, fmt::format("the interface `{}` has no type `{}`", from->syntax->name.text, there.text));
          return fail(std::move(error));
        }
        TypeDefinition alias;
        alias.name = here.text;
        alias.owner = owner;
        alias.first = Type{std::nullopt, *found};
        CW_TRY_ASSIGN(const Index made, add_type(std::move(alias), here, names));
        action(from->index, made);
      }
    }
    return {};
  }

  Result<Index> add_type(TypeDefinition definition, const Name& name, TypeNames& names)
  {
    const auto index = static_cast<Index>(m_model.types.size());
    if (!names.emplace(name.text, index).second) {
      return fail(syntax_error(name.place, fmt::format("there is a type `{}` already", name.text)));
    }
    m_model.types.push_back(std::move(definition));
    return index;
  }

  Result<> take_types(const BodySyntax& body, Owner owner, TypeNames& names, std::vector<Index>& types)
  {
    const std::size_t first = types.size();
    for (const TypeDefinitionSyntax& syntax : body.types) {
      TypeDefinition definition;
      definition.name = syntax.name.text;
      definition.owner = owner;
      definition.kind = syntax.kind;
      CW_TRY_ASSIGN(const Index made, add_type(std::move(definition), syntax.name, names));
      types.push_back(made);
    }
    for (std::size_t i = 0; i < body.types.size(); ++i) {
      const TypeDefinitionSyntax& syntax = body.types[i];
      CW_TRY_ASSIGN(std::vector<Member> members, members_of(syntax.members, names));
      m_model.types[types[first + i]].members = std::move(members);
      if (syntax.alias != nullptr) {
        CW_TRY(take_alias(*syntax.alias, types[first + i], names));
      }
    }
    for (std::size_t i = 0; i < body.types.size(); ++i) {
      std::vector<Index> within;
      if (m_facts.contains_itself(types[first + i], within)) {
        const Name& name = body.types[i].name;
        Error error = syntax_error(name.place, fmt::format("the type `{}` contains itself, or has no end", name.text));
        error.notes.push_back(
            fmt::format("values of components are copied whole: a type has at most {} levels and {} parts", k_max_levels, k_max_size));
        return fail(std::move(error));
      }
    }
    m_facts.sort(types, first);
    return {};
  }

  /// `type x = list<u8>;` is the list with a name, `type x = y;` another name of `y`.
  Result<> take_alias(const TypeSyntax& syntax, Index index, const TypeNames& names)
  {
    if (syntax.kind == TypeSyntax::Kind::applied) {
      CW_TRY_ASSIGN(TypeDefinition target, applied(syntax, names));
      TypeDefinition& own = m_model.types[index];
      target.name = own.name;
      target.owner = own.owner;
      own = std::move(target);
      return {};
    }
    if (syntax.kind == TypeSyntax::Kind::primitive) {
      m_model.types[index].first = Type{syntax.primitive, 0};
      return {};
    }
    CW_TRY_ASSIGN(const Index target, named_type(syntax.name, names));
    m_model.types[index].first = Type{std::nullopt, target};
    return {};
  }

  Result<Index> named_type(const Name& name, const TypeNames& names) const
  {
    const auto found = names.find(name.text);
    if (found != names.end()) {
      return found->second;
    }
    Error error = syntax_error(name.place, fmt::format("there is no type `{}` here", name.text));
    std::vector<std::string> known;
    for (const auto& entry : names) {
      known.push_back(entry.first);
    }
    if (const auto near = base::nearest(name.text, known)) {
      error.helps.push_back(fmt::format("did you mean `{}`?", *near));
    } else {
      error.helps.emplace_back("types of other interfaces are taken with `use interface.{type};`");
    }
    return fail(std::move(error));
  }

  /// A type that is written out; a resource by its name means that it is owned.
  Result<Type> type_of(const TypeSyntax& syntax, const TypeNames& names)
  {
    if (syntax.kind == TypeSyntax::Kind::primitive) {
      return Type{syntax.primitive, 0};
    }
    TypeDefinition made;
    if (syntax.kind == TypeSyntax::Kind::named) {
      CW_TRY_ASSIGN(const Index found, named_type(syntax.name, names));
      const Type type{std::nullopt, found};
      if (m_model.types[found].kind != TypeKind::resource && !m_facts.is_resource(type)) {
        return type;
      }
      made.kind = TypeKind::own;
      made.first = type;
    } else {
      CW_TRY_ASSIGN(made, applied(syntax, names));
    }
    m_model.types.push_back(std::move(made));
    return Type{std::nullopt, static_cast<Index>(m_model.types.size() - 1)};
  }

  Result<TypeDefinition> applied(const TypeSyntax& syntax, const TypeNames& names)
  {
    TypeDefinition made;
    made.kind = syntax.applied;
    made.length = syntax.length;
    if (made.kind == TypeKind::own || made.kind == TypeKind::borrow) {
      const TypeSyntax& argument = *syntax.arguments.front();
      if (argument.kind != TypeSyntax::Kind::named) {
        return fail(syntax_error(syntax.name.place, fmt::format("`{}` takes a resource", syntax.name.text)));
      }
      CW_TRY_ASSIGN(const Index resource, named_type(argument.name, names));
      if (!m_facts.is_resource({std::nullopt, resource})) {
        return fail(syntax_error(argument.name.place, fmt::format("`{}` is no resource", argument.name.text)));
      }
      made.first = Type{std::nullopt, resource};
      return made;
    }
    for (const auto& argument : syntax.arguments) {
      std::optional<Type> type;
      if (argument != nullptr) {
        CW_TRY_ASSIGN(type, type_of(*argument, names));
      }
      if (made.kind == TypeKind::tuple) {
        made.members.push_back({{}, type});
      } else if (&argument == &syntax.arguments.front()) {
        made.first = type;
      } else {
        made.second = type;
      }
    }
    return made;
  }

  Result<std::vector<Member>> members_of(const std::vector<MemberSyntax>& syntax, const TypeNames& names)
  {
    std::vector<Member> members;
    for (const MemberSyntax& member : syntax) {
      const bool known = std::any_of(members.begin(), members.end(), [&](const Member& other) { return other.name == member.name.text; });
      if (known) {
        return fail(syntax_error(member.name.place, fmt::format("the name `{}` is used twice", member.name.text)));
      }
      std::optional<Type> type;
      if (member.type != nullptr) {
        CW_TRY_ASSIGN(type, type_of(*member.type, names));
      }
      members.push_back({member.name.text, type});
    }
    return members;
  }

  Result<> take_functions(const BodySyntax& body, const TypeNames& names, std::vector<Function>& functions)
  {
    const auto take = [&](const FunctionSyntax& syntax, std::string_view resource) -> Result<> {
      CW_TRY_ASSIGN(Function made, function_of(syntax, names, resource));
      const bool known = std::any_of(functions.begin(), functions.end(), [&](const Function& other) { return other.name == made.name; });
      if (known || (resource.empty() && names.contains(made.name))) {
        return fail(syntax_error(syntax.name.place, fmt::format("the name `{}` is used twice", syntax.name.text)));
      }
      functions.push_back(std::move(made));
      return {};
    };
    for (const TypeDefinitionSyntax& type : body.types) {
      std::set<std::string> own;
      for (const FunctionSyntax& function : type.functions) {
        if (!own.insert(function.kind == FunctionKind::constructor ? "" : function.name.text).second) {
          return fail(syntax_error(function.name.place, fmt::format("the name `{}` is used twice", function.name.text)));
        }
        CW_TRY(take(function, type.name.text));
      }
    }
    for (const FunctionSyntax& function : body.functions) {
      CW_TRY(take(function, {}));
    }
    return {};
  }

  Type handle(TypeKind kind, Index resource)
  {
    TypeDefinition made;
    made.kind = kind;
    made.first = Type{std::nullopt, resource};
    m_model.types.push_back(std::move(made));
    return Type{std::nullopt, static_cast<Index>(m_model.types.size() - 1)};
  }

  Result<Function> function_of(const FunctionSyntax& syntax, const TypeNames& names, std::string_view resource)
  {
    Function made;
    made.is_async = syntax.is_async;
    CW_TRY_ASSIGN(made.parameters, members_of(syntax.parameters, names));
    if (syntax.result != nullptr) {
      CW_TRY_ASSIGN(made.result, type_of(*syntax.result, names));
      if (m_facts.contains_borrow(*made.result)) {
        return fail(syntax_error(syntax.name.place, fmt::format("`{}` returns what is only borrowed", syntax.name.text)));
      }
    }
    if (syntax.kind == FunctionKind::constructor && made.result && !m_facts.makes(*made.result, resource)) {
      Error error = syntax_error(syntax.name.place, fmt::format("the constructor does not make `{}`", resource));
      error.helps.push_back(fmt::format("it returns nothing, or `result<{}>` when it can fail", resource));
      return fail(std::move(error));
    }
    switch (syntax.kind) {
    case FunctionKind::plain:
      made.name = syntax.name.text;
      break;
    case FunctionKind::method:
      made.name = fmt::format("[method]{}.{}", resource, syntax.name.text);
      made.parameters.insert(made.parameters.begin(), {"self", handle(TypeKind::borrow, names.find(resource)->second)});
      break;
    case FunctionKind::static_:
      made.name = fmt::format("[static]{}.{}", resource, syntax.name.text);
      break;
    case FunctionKind::constructor:
      made.name = fmt::format("[constructor]{}", resource);
      if (!made.result) {
        made.result = handle(TypeKind::own, names.find(resource)->second);
      }
      break;
    }
    return made;
  }

  // Worlds.

  Result<> finish(PendingWorld& pending, const Place& asked_at)
  {
    if (pending.state == State::done) {
      return {};
    }
    if (pending.state == State::busy || m_level >= k_max_levels) {
      return fail(syntax_error(asked_at, fmt::format("the world `{}` includes itself, or has no end", pending.syntax->name.text)));
    }
    pending.state = State::busy;
    ++m_level;
    const WorldSyntax& syntax = *pending.syntax;
    World made = m_model.worlds[pending.index];
    const Owner owner{OwnerKind::world, pending.index};
    TypeNames names;
    CW_TRY(take_uses(syntax.body, *pending.file, pending.package, owner, names, [&](Index from, Index type) {
      add_item(m_model, made.imports, {{}, ItemKind::interface, from, {}});
      add_item(m_model, made.imports, {m_model.types[type].name, ItemKind::type, type, {}});
    }));
    std::vector<Index> types;
    CW_TRY(take_types(syntax.body, owner, names, types));
    for (const Index type : types) {
      add_item(m_model, made.imports, {m_model.types[type].name, ItemKind::type, type, {}});
    }
    std::vector<Function> functions;
    CW_TRY(take_functions(syntax.body, names, functions));
    for (Function& function : functions) {
      add_item(m_model, made.imports, {function.name, ItemKind::function, 0, function});
    }
    std::set<std::pair<bool, std::string>> written;
    for (const ExternSyntax& external : syntax.externs) {
      CW_TRY_ASSIGN(WorldItem item, item_of(external, pending, names));
      const Place& place = external.path       ? external.path->name.place
                           : external.function ? external.function->name.place
                                               : external.interface->name.place;
      const bool is_new = !external.path || written.emplace(external.is_export, external.path->name.text).second || external.path->package;
      if (!add_item(m_model, external.is_export ? made.exports : made.imports, item) && (!external.path || !is_new)) {
        return fail(syntax_error(
            place, fmt::format("the world {} `{}` twice", external.is_export ? "exports" : "imports", full_name(m_model, item))));
      }
    }
    for (const IncludeSyntax& include : syntax.includes) {
      CW_TRY(take_include(include, pending, made));
    }
    m_model.worlds[pending.index] = std::move(made);
    pending.state = State::done;
    --m_level;
    return {};
  }

  Result<WorldItem> item_of(const ExternSyntax& external, const PendingWorld& world, const TypeNames& names)
  {
    WorldItem item;
    if (external.path) {
      CW_TRY_ASSIGN(PendingInterface* const found, look_up(m_interfaces, *external.path, *world.file, world.package, true));
      item.index = found->index;
    } else if (external.function) {
      item.kind = ItemKind::function;
      item.name = external.function->name.text;
      CW_TRY_ASSIGN(item.function, function_of(*external.function, names, {}));
    } else {
      item.name = external.interface->name.text;
      item.index = static_cast<Index>(m_model.interfaces.size());
      m_model.interfaces.push_back({item.name, std::nullopt, {}, {}});
      CW_TRY(fill(item.index, *external.interface, *world.file, world.package));
    }
    return item;
  }

  Result<> take_include(const IncludeSyntax& include, const PendingWorld& into, World& made)
  {
    CW_TRY_ASSIGN(PendingWorld* const from, look_up(m_worlds, include.path, *into.file, into.package, true));
    CW_TRY(finish(*from, include.path.name.place));
    const World included = m_model.worlds[from->index];
    for (const auto& rename : include.renames) {
      const auto has = [&](const std::vector<WorldItem>& items) {
        return std::any_of(items.begin(), items.end(), [&](const WorldItem& item) { return item.name == rename.first.text; });
      };
      if (!has(included.imports) && !has(included.exports)) {
        return fail(
            syntax_error(rename.first.place,
                         fmt::format("the world `{}` has no `{}` that could be renamed", from->syntax->name.text, rename.first.text)));
      }
    }
    const auto take = [&](const std::vector<WorldItem>& items, std::vector<WorldItem>& to) {
      for (WorldItem item : items) {
        for (const auto& [there, here] : include.renames) {
          if (item.name == there.text) {
            item.name = here.text;
          }
        }
        add_item(m_model, to, item);
      }
    };
    take(included.imports, made.imports);
    take(included.exports, made.exports);
    return {};
  }

  const std::vector<ParsedPackage>& m_packages;
  Model& m_model;
  std::deque<PendingInterface> m_interfaces;
  std::deque<PendingWorld> m_worlds;
  TypeFacts m_facts;
  std::size_t m_level = 0;
};

} // namespace

Result<> resolve_packages(const std::vector<ParsedPackage>& packages, Model& model)
{
  return Resolver(packages, model).run();
}

} // namespace cargo_wasm::wit
