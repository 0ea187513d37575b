#include "component_scope.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/wasm/parser.hpp>

namespace cargo_wasm::wit {

namespace {

constexpr std::uint32_t k_max_evaluated = 10'000;
constexpr std::uint32_t k_max_depth = 100;
constexpr std::size_t k_max_types = 1'000'000;
constexpr std::uint32_t k_max_type_size = 100'000; ///< parts of one type, all that it is made of counted in
constexpr std::uint32_t k_max_type_levels = 500;   ///< types within one another

/// Types that WIT knows by name only; others are written out where they are used.
bool needs_name(TypeKind kind)
{
  return kind == TypeKind::record || kind == TypeKind::variant || kind == TypeKind::enum_ || kind == TypeKind::flags ||
         kind == TypeKind::resource;
}

} // namespace

Error Evaluator::bad(std::string what) const
{
  Error error("CW0961", "the types of this component cannot be followed");
  if (m_source.path != nullptr) {
    error.message = fmt::format("the types of the component `{}` cannot be followed", m_source.path->filename().native());
  }
  error.notes.push_back(std::move(what));
  return error;
}

/// One evaluation of one component or type.
class Evaluator::Walk
{
public:
  Walk(Evaluator& owner, const Closure& closure, const std::vector<NamedItem>* arguments)
      : m_owner(owner), m_model(owner.m_model), m_closure(closure), m_arguments(arguments), m_scope(&owner.m_scopes.emplace_back())
  {
    m_scope->outer = closure.outer;
  }

  Result<Evaluated> run()
  {
    if (m_closure.binary) {
      CW_TRY(walk_binary(*m_closure.binary));
    } else if (m_closure.type.kind == wasm::ComponentTypeKind::component) {
      CW_TRY(walk_declarations(m_closure.type.component_declarations));
    } else {
      CW_TRY(walk_declarations(m_closure.type.instance_declarations));
    }
    return std::move(m_out);
  }

private:
  template <class T, class Action> Result<> each(const wasm::Source& source, const wasm::Payload& payload, Action action)
  {
    wasm::SectionReader<T> reader(source, payload.content, payload.count, name_of(payload.kind));
    for (T item{}; reader.next(item);) {
      CW_TRY(action(item));
    }
    return reader.finish();
  }

  Result<> walk_binary(const wasm::Source& source)
  {
    wasm::Parser parser(source);
    for (wasm::Payload payload; parser.next(payload);) {
      if (payload.kind == wasm::PayloadKind::core_module) {
        parser.skip_nested();
      } else if (payload.kind == wasm::PayloadKind::component) {
        Closure nested;
        nested.binary = source;
        nested.binary->bytes = parser.skip_nested();
        nested.outer = m_scope;
        m_scope->components.emplace_back(std::make_shared<const Closure>(std::move(nested)));
      } else {
        CW_TRY(section(source, payload));
      }
    }
    return parser.finish();
  }

  Result<> section(const wasm::Source& source, const wasm::Payload& payload)
  {
    switch (payload.kind) {
    case wasm::PayloadKind::component_type:
      return each<wasm::ComponentType>(source, payload, [&](const wasm::ComponentType& type) { return define(type); });
    case wasm::PayloadKind::alias:
      return each<wasm::Alias>(source, payload, [&](const wasm::Alias& alias) { return follow(alias); });
    case wasm::PayloadKind::component_import:
      return each<wasm::ComponentImport>(source, payload, [&](const wasm::ComponentImport& import) { return take(import); });
    case wasm::PayloadKind::component_export:
      return each<wasm::ComponentExport>(source, payload, [&](const wasm::ComponentExport& entry) { return give(entry); });
    case wasm::PayloadKind::component_instance:
      return each<wasm::ComponentInstance>(source, payload, [&](const wasm::ComponentInstance& instance) { return make(instance); });
    case wasm::PayloadKind::canonical:
      return each<wasm::CanonicalFunction>(source, payload, [&](const wasm::CanonicalFunction& function) -> Result<> {
        if (function.shape() == wasm::CanonicalShape::lift) {
          CW_TRY_ASSIGN(const SignaturePtr signature, signature_at(function.indices[1]));
          m_scope->functions.emplace_back(signature);
        }
        return {};
      });
    default:
      return {};
    }
  }

  template <class Declarations> Result<> walk_declarations(const Declarations& declarations)
  {
    for (const auto& declaration : declarations) {
      wasm::Cursor content = declaration.content;
      switch (declaration.kind) {
      case wasm::DeclarationKind::core_type:
        break;
      case wasm::DeclarationKind::type:
        CW_TRY(define(wasm::ComponentType::read(content)));
        break;
      case wasm::DeclarationKind::alias:
        CW_TRY(follow(wasm::Alias::read(content)));
        break;
      case wasm::DeclarationKind::import:
        CW_TRY(take(wasm::ComponentImport::read(content)));
        break;
      case wasm::DeclarationKind::export_: {
        CW_TRY_ASSIGN(Item item, item_of(declaration.export_type));
        CW_TRY_ASSIGN(item, named(std::move(item), declaration.name.name));
        add(declaration.export_type.kind, std::string(declaration.name.name), std::move(item), m_out.exports);
        break;
      }
      }
    }
    return {};
  }

  template <class T> Result<const T*> entry(const std::vector<Item>& space, std::uint32_t index, std::string_view what) const
  {
    const T* const found = index < space.size() ? std::get_if<T>(&space[index]) : nullptr;
    if (found == nullptr) {
      return fail(m_owner.bad(fmt::format("{} {} is not there, or is something else", what, index)));
    }
    return found;
  }

  Result<SignaturePtr> signature_at(std::uint32_t index) const
  {
    CW_TRY_ASSIGN(const SignaturePtr* const found, entry<SignaturePtr>(m_scope->types, index, "the type of a function"));
    return *found;
  }

  Result<Type> type_at(std::uint32_t index) const
  {
    CW_TRY_ASSIGN(const Type* const found, entry<Type>(m_scope->types, index, "the type of a value"));
    return *found;
  }

  Result<Type> type_of(const wasm::ComponentValType& type) const
  {
    if (type.primitive) {
      return Type{type.primitive, 0};
    }
    return type_at(type.index);
  }

  Result<std::optional<Type>> type_of(const std::optional<wasm::ComponentValType>& type) const
  {
    if (!type) {
      return std::nullopt;
    }
    CW_TRY_ASSIGN(const Type found, type_of(*type));
    return std::optional(found);
  }

  Result<Type> add_definition(TypeDefinition definition)
  {
    if (m_model.types.size() >= k_max_types) {
      return fail(m_owner.bad(fmt::format("there are more than {} of them", k_max_types)));
    }
    CW_TRY_ASSIGN(const Extent extent, extent_of(definition));
    m_model.types.push_back(std::move(definition));
    m_owner.m_extents.resize(m_model.types.size());
    m_owner.m_extents.back() = extent;
    return Type{std::nullopt, static_cast<Index>(m_model.types.size() - 1)};
  }

  /// What a type is made of grows with every level, so that few bytes could make a type that nobody can print.
  Result<Extent> extent_of(const TypeDefinition& definition) const
  {
    Extent extent{1, 1};
    const auto add = [&](const std::optional<Type>& part) {
      const Extent inner = part && !part->primitive && part->index < m_owner.m_extents.size() ? m_owner.m_extents[part->index] : Extent{};
      extent.size += inner.size + 1;
      extent.levels = std::max(extent.levels, inner.levels + 1);
    };
    add(definition.first);
    add(definition.second);
    for (const Member& member : definition.members) {
      add(member.type);
      if (extent.size > k_max_type_size) {
        break;
      }
    }
    if (extent.size > k_max_type_size || extent.levels > k_max_type_levels) {
      return fail(m_owner.bad(fmt::format("a type has more than {} parts, or {} levels", k_max_type_size, k_max_type_levels)));
    }
    return extent;
  }

  Result<std::vector<Member>> members_of(const wasm::List<wasm::NamedType>& fields) const
  {
    std::vector<Member> members;
    for (const wasm::NamedType& field : fields) {
      CW_TRY_ASSIGN(const Type type, type_of(field.type));
      members.push_back({std::string(field.name), type});
    }
    return members;
  }

  Result<> define(const wasm::ComponentType& type)
  {
    using enum wasm::ComponentTypeKind;
    switch (type.kind) {
    case primitive:
      m_scope->types.emplace_back(Type{type.primitive, 0});
      return {};
    case func: {
      auto signature = std::make_shared<Signature>();
      signature->is_async = type.is_async;
      CW_TRY_ASSIGN(signature->parameters, members_of(type.fields));
      CW_TRY_ASSIGN(signature->result, type_of(type.first));
      m_scope->types.emplace_back(SignaturePtr(std::move(signature)));
      return {};
    }
    case component:
    case instance:
      m_scope->types.emplace_back(std::make_shared<const Closure>(Closure{std::nullopt, type, m_scope}));
      return {};
    default: {
      CW_TRY_ASSIGN(TypeDefinition definition, definition_of(type));
      CW_TRY_ASSIGN(const Type made, add_definition(std::move(definition)));
      m_scope->types.emplace_back(made);
      return {};
    }
    }
  }

  Result<TypeDefinition> definition_of(const wasm::ComponentType& type) const
  {
    using enum wasm::ComponentTypeKind;
    TypeDefinition made;
    const auto take_names = [&](TypeKind kind) {
      made.kind = kind;
      for (const std::string_view name : type.names) {
        made.members.push_back({std::string(name), std::nullopt});
      }
    };
    const auto take_first = [&](TypeKind kind, const auto& first) -> Result<> {
      made.kind = kind;
      CW_TRY_ASSIGN(made.first, type_of(first));
      return {};
    };
    switch (type.kind) {
    case record: {
      made.kind = TypeKind::record;
      CW_TRY_ASSIGN(made.members, members_of(type.fields));
      break;
    }
    case variant: {
      made.kind = TypeKind::variant;
      for (const wasm::VariantCase& entry : type.cases) {
        CW_TRY_ASSIGN(const std::optional<Type> payload, type_of(entry.type));
        made.members.push_back({std::string(entry.name), payload});
      }
      break;
    }
    case list:
      CW_TRY(take_first(TypeKind::list, type.types[0]));
      break;
    case fixed_length_list:
      CW_TRY(take_first(TypeKind::list, type.types[0]));
      made.length = type.index;
      break;
    case map: {
      CW_TRY(take_first(TypeKind::map, type.types[0]));
      CW_TRY_ASSIGN(made.second, type_of(type.types[1]));
      break;
    }
    case tuple: {
      made.kind = TypeKind::tuple;
      for (const wasm::ComponentValType& element : type.elements) {
        CW_TRY_ASSIGN(const Type element_type, type_of(element));
        made.members.push_back({{}, element_type});
      }
      break;
    }
    case flags:
      take_names(TypeKind::flags);
      break;
    case enum_:
      take_names(TypeKind::enum_);
      break;
    case option:
      CW_TRY(take_first(TypeKind::option, type.types[0]));
      break;
    case result: {
      CW_TRY(take_first(TypeKind::result, type.first));
      CW_TRY_ASSIGN(made.second, type_of(type.second));
      break;
    }
    case own:
    case borrow: {
      made.kind = type.kind == own ? TypeKind::own : TypeKind::borrow;
      CW_TRY_ASSIGN(made.first, type_at(type.index));
      break;
    }
    case future:
      CW_TRY(take_first(TypeKind::future, type.first));
      break;
    case stream:
      CW_TRY(take_first(TypeKind::stream, type.first));
      break;
    default:
      made.kind = TypeKind::resource;
      break;
    }
    return made;
  }

  Result<> follow(const wasm::Alias& alias)
  {
    if (alias.kind == wasm::AliasKind::core_instance_export) {
      return {};
    }
    if (alias.kind == wasm::AliasKind::instance_export) {
      CW_TRY_ASSIGN(const InstancePtr* const instance, entry<InstancePtr>(m_scope->instances, alias.instance, "instance"));
      for (const auto& [name, item] : (*instance)->exports) {
        if (name == alias.name) {
          push(alias.external, item);
          return {};
        }
      }
      return fail(m_owner.bad(fmt::format("instance {} has no export `{}`", alias.instance, alias.name)));
    }
    if (alias.outer != wasm::OuterKind::type && alias.outer != wasm::OuterKind::component) {
      return {};
    }
    const Scope* scope = m_scope;
    for (std::uint32_t i = 0; i < alias.count && scope != nullptr; ++i) {
      scope = scope->outer;
    }
    const bool is_type = alias.outer == wasm::OuterKind::type;
    if (scope == nullptr || alias.index >= (is_type ? scope->types : scope->components).size()) {
      return fail(m_owner.bad(fmt::format("an alias leads {} components outwards, to nothing", alias.count)));
    }
    if (is_type) {
      m_scope->types.push_back(scope->types[alias.index]);
    } else {
      m_scope->components.push_back(scope->components[alias.index]);
    }
    return {};
  }

  void push(wasm::ComponentExternKind kind, Item item)
  {
    switch (kind) {
    case wasm::ComponentExternKind::func:
      m_scope->functions.push_back(std::move(item));
      break;
    case wasm::ComponentExternKind::type:
      m_scope->types.push_back(std::move(item));
      break;
    case wasm::ComponentExternKind::instance:
      m_scope->instances.push_back(std::move(item));
      break;
    case wasm::ComponentExternKind::component:
      m_scope->components.push_back(std::move(item));
      break;
    case wasm::ComponentExternKind::core_module:
    case wasm::ComponentExternKind::value:
      break;
    }
  }

  /// What an import or export of this type is.
  Result<Item> item_of(const wasm::ComponentExternType& type)
  {
    switch (type.kind) {
    case wasm::ComponentExternKind::func: {
      CW_TRY_ASSIGN(SignaturePtr signature, signature_at(type.index));
      return Item(std::move(signature));
    }
    case wasm::ComponentExternKind::type:
      if (type.is_resource) {
        TypeDefinition resource;
        resource.kind = TypeKind::resource;
        CW_TRY_ASSIGN(const Type made, add_definition(std::move(resource)));
        return Item(made);
      }
      if (type.index >= m_scope->types.size()) {
        return fail(m_owner.bad(fmt::format("type {} is not there", type.index)));
      }
      return m_scope->types[type.index];
    case wasm::ComponentExternKind::instance: {
      CW_TRY_ASSIGN(const ClosurePtr* const closure, entry<ClosurePtr>(m_scope->types, type.index, "the type of an instance"));
      const ClosurePtr kept = *closure;
      CW_TRY_ASSIGN(Evaluated made, m_owner.evaluate(*kept, nullptr));
      return Item(std::make_shared<const Instance>(Instance{std::move(made.exports)}));
    }
    case wasm::ComponentExternKind::component: {
      CW_TRY_ASSIGN(const ClosurePtr* const closure, entry<ClosurePtr>(m_scope->types, type.index, "the type of a component"));
      return Item(*closure);
    }
    default:
      return Item();
    }
  }

  /// A type gets its name where it is imported or exported under one. A second name is another type that equals the first.
  Result<Item> named(Item item, std::string_view name)
  {
    Type* const type = std::get_if<Type>(&item);
    if (type == nullptr) {
      return item;
    }
    TypeDefinition made;
    if (type->primitive) {
      made.first = *type;
    } else if (TypeDefinition& target = m_model.types[type->index]; target.name.empty() && needs_name(target.kind)) {
      target.name = name;
      return item;
    } else if (target.name.empty()) {
      made = target;
    } else {
      made.first = *type;
    }
    made.name = name;
    CW_TRY_ASSIGN(const Type index, add_definition(std::move(made)));
    return Item(index);
  }

  void add(wasm::ComponentExternKind kind, std::string name, Item item, std::vector<NamedItem>& to)
  {
    push(kind, item);
    to.emplace_back(std::move(name), std::move(item));
  }

  Result<> take(const wasm::ComponentImport& import)
  {
    const std::string name(import.name.name);
    if (m_arguments != nullptr) {
      const auto found =
          std::find_if(m_arguments->begin(), m_arguments->end(), [&](const NamedItem& argument) { return argument.first == name; });
      if (found != m_arguments->end()) {
        add(import.type.kind, name, found->second, m_out.imports);
        return {};
      }
    }
    CW_TRY_ASSIGN(Item item, item_of(import.type));
    CW_TRY_ASSIGN(item, named(std::move(item), name));
    add(import.type.kind, name, std::move(item), m_out.imports);
    return {};
  }

  Result<> give(const wasm::ComponentExport& entry_)
  {
    const std::string name(entry_.name.name);
    CW_TRY_ASSIGN(Item item, entry_.type ? item_of(*entry_.type) : item_at(entry_.kind, entry_.index));
    CW_TRY_ASSIGN(item, named(std::move(item), name));
    add(entry_.kind, name, std::move(item), m_out.exports);
    return {};
  }

  Result<Item> item_at(wasm::ComponentExternKind kind, std::uint32_t index) const
  {
    const std::vector<Item>* space = nullptr;
    switch (kind) {
    case wasm::ComponentExternKind::func:
      space = &m_scope->functions;
      break;
    case wasm::ComponentExternKind::type:
      space = &m_scope->types;
      break;
    case wasm::ComponentExternKind::instance:
      space = &m_scope->instances;
      break;
    case wasm::ComponentExternKind::component:
      space = &m_scope->components;
      break;
    default:
      return Item();
    }
    if (index >= space->size()) {
      return fail(m_owner.bad(fmt::format("{} {} is not there", wasm::to_string(kind), index)));
    }
    return (*space)[index];
  }

  Result<> make(const wasm::ComponentInstance& instance)
  {
    Instance made;
    if (!instance.is_instantiation) {
      for (const wasm::InlineExport& inlined : instance.exports) {
        CW_TRY_ASSIGN(Item item, item_at(inlined.value.kind, inlined.value.index));
        made.exports.emplace_back(std::string(inlined.value.name.name), std::move(item));
      }
    } else {
      std::vector<NamedItem> arguments;
      for (const wasm::ComponentArgument& argument : instance.arguments) {
        CW_TRY_ASSIGN(Item item, item_at(argument.kind, argument.index));
        arguments.emplace_back(std::string(argument.name), std::move(item));
      }
      CW_TRY_ASSIGN(const ClosurePtr* const closure, entry<ClosurePtr>(m_scope->components, instance.component, "component"));
      const ClosurePtr kept = *closure;
      CW_TRY_ASSIGN(Evaluated evaluated, m_owner.evaluate(*kept, &arguments));
      made.exports = std::move(evaluated.exports);
    }
    m_scope->instances.emplace_back(std::make_shared<const Instance>(std::move(made)));
    return {};
  }

  Evaluator& m_owner;
  Model& m_model;
  const Closure& m_closure;
  const std::vector<NamedItem>* m_arguments;
  Scope* m_scope;
  Evaluated m_out;
};

Result<Evaluated> Evaluator::evaluate(const Closure& closure, const std::vector<NamedItem>* arguments)
{
  if (++m_evaluated > k_max_evaluated || m_depth >= k_max_depth) {
    return fail(bad(fmt::format("it makes more than {} instances, or more than {} within one another", k_max_evaluated, k_max_depth)));
  }
  ++m_depth;
  auto made = Walk(*this, closure, arguments).run();
  --m_depth;
  return made;
}

} // namespace cargo_wasm::wit
