#include <cargo_wasm/wit/print.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace cargo_wasm::wit {

namespace {

constexpr std::array<std::string_view, 44> k_keywords = {
    "as",      "async",  "bool",    "borrow", "char",     "constructor", "enum",    "error-context", "export", "f32",
    "f64",     "flags",  "from",    "func",   "future",   "import",      "include", "interface",     "list",   "map",
    "option",  "own",    "package", "record", "resource", "result",      "s16",     "s32",           "s64",    "s8",
    "static",  "stream", "string",  "tuple",  "type",     "u16",         "u32",     "u64",           "u8",     "use",
    "variant", "with",   "world",   "_"};

std::string identifier(std::string_view name)
{
  return std::find(k_keywords.begin(), k_keywords.end(), name) == k_keywords.end() ? std::string(name) : "%" + std::string(name);
}

std::string package_text(const PackageName& package)
{
  return to_string({identifier(package.space), identifier(package.name), package.version});
}

class Printer
{
public:
  Printer(const Model& model, Index main) : m_model(model), m_main(main) {}

  std::string run()
  {
    const Package& package = m_model.packages[m_main];
    line(fmt::format("package {};", package_text(package.name)));
    blank();
    m_package = m_main;
    for (const Index interface : package.interfaces) {
      print_interface(interface);
      blank();
    }
    for (const Index world : package.worlds) {
      print_world(world);
    }
    bool is_first = true;
    for (const Index index : packages_in_order()) {
      const Package& other = m_model.packages[index];
      if (index == m_main || (other.interfaces.empty() && other.worlds.empty())) {
        continue;
      }
      if (!is_first) {
        blank();
        blank();
      }
      is_first = false;
      m_package = index;
      open(fmt::format("package {} {{", package_text(other.name)));
      for (const Index interface : other.interfaces) {
        print_interface(interface);
      }
      for (const Index world : other.worlds) {
        print_world(world);
      }
      close("}");
    }
    return std::move(m_out);
  }

private:
  void line(std::string_view text)
  {
    m_out.append(m_indent, ' ');
    m_out += text;
    m_out += '\n';
  }
  void blank() { m_out += '\n'; }
  void open(std::string_view text)
  {
    line(text);
    m_indent += 2;
  }
  void close(std::string_view text)
  {
    m_indent -= 2;
    line(text);
  }

  /// What a package uses stands before it.
  std::vector<Index> packages_in_order() const
  {
    std::vector<std::set<Index>> used(m_model.packages.size());
    const auto add = [&](std::optional<Index> user, std::optional<Index> other) {
      if (user && other && *user != *other) {
        used[*user].insert(*other);
      }
    };
    for (const TypeDefinition& type : m_model.types) {
      if (type.kind == TypeKind::alias && type.owner.kind == OwnerKind::interface && type.first && !type.first->primitive) {
        const Owner target = m_model.types[type.first->index].owner;
        if (target.kind == OwnerKind::interface) {
          add(m_model.interfaces[type.owner.index].package, m_model.interfaces[target.index].package);
        }
      }
    }
    for (const World& world : m_model.worlds) {
      for (const std::vector<WorldItem>* const items : {&world.imports, &world.exports}) {
        for (const WorldItem& item : *items) {
          if (item.kind == ItemKind::interface) {
            add(world.package, m_model.interfaces[item.index].package);
          }
        }
      }
    }
    std::vector<Index> order;
    std::vector<bool> seen(used.size(), false);
    constexpr std::size_t k_most_levels = 1000; // then the order is another one
    std::size_t level = 0;
    const auto visit = [&](const auto& self, Index index) -> void {
      if (!seen[index]) {
        seen[index] = true;
        ++level;
        for (const Index other : used[index]) {
          if (level < k_most_levels) {
            self(self, other);
          }
        }
        --level;
        order.push_back(index);
      }
    };
    for (Index index = 0; index < used.size(); ++index) {
      if (index != m_main) {
        visit(visit, index);
      }
    }
    return order;
  }

  /// An interface may be imported and exported; then its parts come together here.
  std::vector<Index> same_interfaces(Index index) const
  {
    const Interface& wanted = m_model.interfaces[index];
    std::vector<Index> found{index};
    for (Index other = 0; other < m_model.interfaces.size(); ++other) {
      const Interface& candidate = m_model.interfaces[other];
      if (other != index && wanted.package && candidate.package == wanted.package && candidate.name == wanted.name) {
        found.push_back(other);
      }
    }
    return found;
  }

  void print_interface(Index index)
  {
    open(fmt::format("interface {} {{", identifier(m_model.interfaces[index].name)));
    print_body(index);
    close("}");
  }

  void print_body(Index index)
  {
    std::vector<Index> types;
    std::vector<const Function*> functions;
    for (const Index part : same_interfaces(index)) {
      const Interface& interface = m_model.interfaces[part];
      for (const Index type : interface.types) {
        const bool known =
            std::any_of(types.begin(), types.end(), [&](Index other) { return m_model.types[other].name == m_model.types[type].name; });
        if (!known) {
          types.push_back(type);
        }
      }
      for (const Function& function : interface.functions) {
        const bool known =
            std::any_of(functions.begin(), functions.end(), [&](const Function* other) { return other->name == function.name; });
        if (!known) {
          functions.push_back(&function);
        }
      }
    }
    bool is_first = !print_types(types, functions, {OwnerKind::interface, index}, false);
    for (const Function* const function : functions) {
      if (split_function_name(function->name).kind == FunctionKind::plain) {
        if (!is_first) {
          blank();
        }
        is_first = false;
        line(fmt::format("{}: {};", identifier(split_function_name(function->name).name), print_function(m_model, *function)));
      }
    }
  }

  /// The type of another interface or world that this one is, if it is one.
  const TypeDefinition* used(const TypeDefinition& type, Owner owner) const
  {
    if (type.kind != TypeKind::alias || !type.first || type.first->primitive) {
      return nullptr;
    }
    const TypeDefinition& target = m_model.types[type.first->index];
    return target.owner.kind == OwnerKind::interface && !same_owner(target.owner, owner) ? &target : nullptr;
  }

  bool same_owner(Owner one, Owner other) const
  {
    if (one == other || one.kind != OwnerKind::interface || other.kind != OwnerKind::interface) {
      return one == other;
    }
    const Interface& first = m_model.interfaces[one.index];
    const Interface& second = m_model.interfaces[other.index];
    return first.package && first.package == second.package && first.name == second.name;
  }

  /// `printed`: something stands before them already. Returns whether something does then.
  bool print_types(const std::vector<Index>& types, const std::vector<const Function*>& functions, Owner owner, bool printed)
  {
    std::vector<Index> uses;
    std::copy_if(
        types.begin(), types.end(), std::back_inserter(uses), [&](Index type) { return used(m_model.types[type], owner) != nullptr; });
    for (std::size_t i = 0; i < uses.size(); ++i) {
      const TypeDefinition* const target = used(m_model.types[uses[i]], owner);
      std::string names = use_text(m_model.types[uses[i]], *target);
      while (i + 1 < uses.size()) {
        const TypeDefinition* const next = used(m_model.types[uses[i + 1]], owner);
        if (!same_owner(next->owner, target->owner)) {
          break;
        }
        ++i;
        names += ", " + use_text(m_model.types[uses[i]], *next);
      }
      line(fmt::format("use {}.{{{}}};", path_to(m_model.interfaces[target->owner.index]), names));
      printed = true;
    }
    for (const Index type : types) {
      if (used(m_model.types[type], owner) == nullptr) {
        if (printed) {
          blank();
        }
        printed = true;
        print_definition(m_model.types[type], functions);
      }
    }
    return printed;
  }

  static std::string use_text(const TypeDefinition& type, const TypeDefinition& target)
  {
    return type.name == target.name ? identifier(type.name) : identifier(target.name) + " as " + identifier(type.name);
  }

  std::string path_to(const Interface& interface) const
  {
    return interface.package == m_package ? identifier(interface.name) : full_name(m_model, interface);
  }

  void print_definition(const TypeDefinition& type, const std::vector<const Function*>& functions)
  {
    const std::string name = identifier(type.name);
    const auto print_members = [&](std::string_view word, auto text) {
      open(fmt::format("{} {} {{", word, name));
      for (const Member& member : type.members) {
        line(text(member) + ",");
      }
      close("}");
    };
    const auto with_type = [&](const Member& member) {
      return fmt::format("{}: {}", identifier(member.name), print_type(m_model, *member.type));
    };
    const auto as_case = [&](const Member& member) {
      return identifier(member.name) + (member.type ? fmt::format("({})", print_type(m_model, *member.type)) : std::string());
    };
    switch (type.kind) {
    case TypeKind::record:
      return print_members("record", with_type);
    case TypeKind::variant:
      return print_members("variant", as_case);
    case TypeKind::enum_:
      return print_members("enum", as_case);
    case TypeKind::flags:
      return print_members("flags", as_case);
    case TypeKind::resource:
      return print_resource(type, functions);
    default: {
      TypeDefinition unnamed = type;
      unnamed.name.clear();
      if (type.kind == TypeKind::own) {
        return line(fmt::format("type {} = own<{}>;", name, type_text(unnamed)));
      }
      return line(fmt::format("type {} = {};", name, type_text(unnamed)));
    }
    }
  }

  std::string type_text(const TypeDefinition& type) const;

  void print_resource(const TypeDefinition& type, const std::vector<const Function*>& functions)
  {
    std::vector<std::string> lines;
    for (const Function* const function : functions) {
      const FunctionName name = split_function_name(function->name);
      if (name.kind == FunctionKind::plain || name.resource != type.name) {
        continue;
      }
      if (name.kind == FunctionKind::constructor) {
        std::string text = print_function(m_model, *function);
        text = "constructor" + text.substr(text.find('('));
        // What it makes goes without saying, unless it may fail.
        const auto result = function->result ? without_aliases(m_model, *function->result) : Type{};
        const bool plain = result.primitive || m_model.types[result.index].kind == TypeKind::own;
        if (const auto arrow = text.rfind(" -> "); plain && arrow != std::string::npos) {
          text.resize(arrow);
        }
        lines.push_back(text + ";");
      } else {
        lines.push_back(fmt::format(
            "{}: {}{};", identifier(name.name), name.kind == FunctionKind::static_ ? "static " : "", print_function(m_model, *function)));
      }
    }
    if (lines.empty()) {
      return line(fmt::format("resource {};", identifier(type.name)));
    }
    open(fmt::format("resource {} {{", identifier(type.name)));
    for (const std::string& text : lines) {
      line(text);
    }
    close("}");
  }

  void print_world(Index index)
  {
    const World& world = m_model.worlds[index];
    open(fmt::format("world {} {{", identifier(world.name)));
    std::vector<Index> types;
    std::vector<const Function*> functions;
    for (const WorldItem& item : world.imports) {
      if (item.kind == ItemKind::type) {
        types.push_back(item.index);
      } else if (item.kind == ItemKind::function) {
        functions.push_back(&item.function);
      } else {
        print_item(item, "import");
      }
    }
    const bool has_interfaces = types.size() + functions.size() < world.imports.size();
    bool printed = print_types(types, functions, {OwnerKind::world, index}, has_interfaces);
    for (const WorldItem& item : world.imports) {
      if (item.kind == ItemKind::function && split_function_name(item.name).kind == FunctionKind::plain) {
        print_item(item, "import");
        printed = true;
      }
    }
    bool is_first = true;
    for (const WorldItem& item : world.exports) {
      if (is_first && printed) {
        blank();
      }
      is_first = false;
      print_item(item, "export");
    }
    close("}");
  }

  void print_item(const WorldItem& item, std::string_view word)
  {
    if (item.kind == ItemKind::function) {
      line(fmt::format("{} {}: {};", word, identifier(item.name), print_function(m_model, item.function)));
    } else if (item.kind == ItemKind::interface && item.name.empty()) {
      line(fmt::format("{} {};", word, path_to(m_model.interfaces[item.index])));
    } else if (item.kind == ItemKind::interface) {
      open(fmt::format("{} {}: interface {{", word, identifier(item.name)));
      print_body(item.index);
      close("}");
    }
  }

  const Model& m_model;
  Index m_main;
  std::optional<Index> m_package; ///< that is being printed
  std::size_t m_indent = 0;
  std::string m_out;
};

std::string written_out(const Model& model, const TypeDefinition& type)
{
  const auto inner = [&](const std::optional<Type>& part) { return part ? print_type(model, *part) : std::string("_"); };
  const auto applied = [&](std::string_view word, const std::optional<Type>& part) {
    return part ? fmt::format("{}<{}>", word, print_type(model, *part)) : std::string(word);
  };
  switch (type.kind) {
  case TypeKind::alias:
  case TypeKind::own:
    return inner(type.first);
  case TypeKind::list:
    return type.length ? fmt::format("list<{}, {}>", inner(type.first), *type.length) : applied("list", type.first);
  case TypeKind::map:
    return fmt::format("map<{}, {}>", inner(type.first), inner(type.second));
  case TypeKind::option:
    return applied("option", type.first);
  case TypeKind::result:
    return type.second ? fmt::format("result<{}, {}>", inner(type.first), inner(type.second)) : applied("result", type.first);
  case TypeKind::tuple: {
    std::string text;
    for (const Member& member : type.members) {
      text += (text.empty() ? "" : ", ") + print_type(model, *member.type);
    }
    return fmt::format("tuple<{}>", text);
  }
  case TypeKind::borrow:
    return applied("borrow", type.first);
  case TypeKind::future:
    return applied("future", type.first);
  case TypeKind::stream:
    return applied("stream", type.first);
  case TypeKind::record:
  case TypeKind::variant:
  case TypeKind::enum_:
  case TypeKind::flags:
  case TypeKind::resource:
    break;
  }
  return "_"; // cannot be written without a name
}

std::string Printer::type_text(const TypeDefinition& type) const
{
  return written_out(m_model, type);
}

} // namespace

std::string print(const Model& model, Index main)
{
  return Printer(model, main).run();
}

std::string print_type(const Model& model, Type type)
{
  if (type.primitive) {
    return wasm::to_string(*type.primitive);
  }
  const TypeDefinition& definition = model.types[type.index];
  return definition.name.empty() ? written_out(model, definition) : identifier(definition.name);
}

std::string print_function(const Model& model, const Function& function)
{
  std::string parameters;
  const bool is_method = split_function_name(function.name).kind == FunctionKind::method;
  for (std::size_t i = is_method ? 1 : 0; i < function.parameters.size(); ++i) {
    const Member& parameter = function.parameters[i];
    parameters += fmt::format("{}{}: {}", parameters.empty() ? "" : ", ", identifier(parameter.name), print_type(model, *parameter.type));
  }
  return fmt::format("{}func({}){}",
                     function.is_async ? "async " : "",
                     parameters,
                     function.result ? " -> " + print_type(model, *function.result) : std::string());
}

} // namespace cargo_wasm::wit
