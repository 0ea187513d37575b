#include <cargo_wasm/wit/check.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/wit/print.hpp>

namespace cargo_wasm::wit {

namespace {

class Comparison
{
public:
  Comparison(const WorldOf& component, const WorldOf& world, bool checks_wasi)
      : m_component(component.model), m_world(world.model), m_checks_wasi(checks_wasi)
  {
    const World& made = m_component.worlds[component.world];
    const World& wanted = m_world.worlds[world.world];
    for (const WorldItem& item : made.imports) {
      check_import(item, wanted);
    }
    for (const WorldItem& item : wanted.exports) {
      check_export(item, made);
    }
  }

  std::vector<std::string> take() { return std::move(m_found); }

private:
  void check_import(const WorldItem& item, const World& wanted)
  {
    if (item.kind == ItemKind::type) {
      return; // what uses it is compared
    }
    const std::string name = full_name(m_component, item);
    const WorldItem* const offered = find(wanted.imports, name, m_world);
    if (offered != nullptr) {
      // The component was written for `item`, and is given what the world says.
      compare(item, m_component, *offered, m_world, "imports", "has not");
      return;
    }
    if (!m_checks_wasi && name.starts_with("wasi:")) {
      return;
    }
    m_found.push_back(fmt::format("it imports `{}`, which the world does not", name) + other_version(wanted.imports, m_world, name));
  }

  void check_export(const WorldItem& item, const World& made)
  {
    if (item.kind == ItemKind::type) {
      return;
    }
    const std::string name = full_name(m_world, item);
    const WorldItem* const offered = find(made.exports, name, m_component);
    if (offered == nullptr) {
      m_found.push_back(fmt::format("it does not export `{}`", name) + other_version(made.exports, m_component, name));
      return;
    }
    compare(item, m_world, *offered, m_component, "exports", "of the component has not");
  }

  static const WorldItem* find(const std::vector<WorldItem>& items, const std::string& name, const Model& model)
  {
    const auto wanted = split_interface_name(name);
    for (const WorldItem& item : items) {
      const std::string other = full_name(model, item);
      const auto parts = split_interface_name(other);
      const bool fits = wanted && parts ? same_interface(*wanted, *parts) && versions_fit(wanted->package.version, parts->package.version)
                                        : other == name;
      if (fits && item.kind != ItemKind::type) {
        return &item;
      }
    }
    return nullptr;
  }

  static bool same_interface(const InterfaceName& one, const InterfaceName& other)
  {
    return one.name == other.name && one.package.space == other.package.space && one.package.name == other.package.name;
  }

  /// "; it has `a:b/c@2.0.0`" where only the version differs.
  static std::string other_version(const std::vector<WorldItem>& items, const Model& model, const std::string& name)
  {
    const auto wanted = split_interface_name(name);
    for (const WorldItem& item : items) {
      const std::string other = full_name(model, item);
      if (const auto parts = split_interface_name(other); wanted && parts && same_interface(*wanted, *parts)) {
        return fmt::format("; there is `{}`", other);
      }
    }
    return {};
  }

  /// Everything of `wanted` must be in `offered`.
  void compare(const WorldItem& wanted,
               const Model& wanted_model,
               const WorldItem& offered,
               const Model& offered_model,
               std::string_view verb,
               std::string_view lacks)
  {
    const std::string name = full_name(wanted_model, wanted);
    if (wanted.kind != offered.kind) {
      m_found.push_back(fmt::format("`{}` is an interface on one side, a function on the other", name));
      return;
    }
    if (wanted.kind == ItemKind::function) {
      compare(wanted.function, wanted_model, offered.function, offered_model, name);
      return;
    }
    const std::vector<Function>& functions = offered_model.interfaces[offered.index].functions;
    for (const Function& function : wanted_model.interfaces[wanted.index].functions) {
      const auto found =
          std::find_if(functions.begin(), functions.end(), [&](const Function& candidate) { return candidate.name == function.name; });
      const std::string shown = fmt::format("{}#{}", name, function.name);
      if (found == functions.end()) {
        m_found.push_back(lacks == "has not" ? fmt::format("it {} `{}`, which the world's interface has not", verb, shown)
                                             : fmt::format("it does not export `{}`", shown));
      } else {
        compare(function, wanted_model, *found, offered_model, shown);
      }
    }
  }

  void
  compare(const Function& wanted, const Model& wanted_model, const Function& offered, const Model& offered_model, const std::string& name)
  {
    bool same = wanted.parameters.size() == offered.parameters.size() && wanted.is_async == offered.is_async;
    for (std::size_t i = 0; same && i < wanted.parameters.size(); ++i) {
      same = wanted.parameters[i].name == offered.parameters[i].name &&
             same_type(wanted.parameters[i].type, wanted_model, offered.parameters[i].type, offered_model);
    }
    if (same && same_type(wanted.result, wanted_model, offered.result, offered_model)) {
      return;
    }
    const bool world_first = &wanted_model == &m_world;
    const std::string one = print_function(wanted_model, wanted);
    const std::string other = print_function(offered_model, offered);
    std::string text =
        fmt::format("`{}` is `{}` in the component, `{}` in the world", name, world_first ? other : one, world_first ? one : other);
    if (one == other) {
      text = fmt::format("`{}` is `{}` in both, with types of the same names that are not the same", name, one);
    }
    m_found.push_back(std::move(text));
  }

  bool same_type(const std::optional<Type>& one, const Model& model, const std::optional<Type>& other, const Model& other_model) const
  {
    if (!one || !other) {
      return one.has_value() == other.has_value();
    }
    const Type a = without_aliases(model, *one);
    const Type b = without_aliases(other_model, *other);
    if (a.primitive || b.primitive) {
      return a.primitive == b.primitive;
    }
    const TypeDefinition& first = model.types[a.index];
    const TypeDefinition& second = other_model.types[b.index];
    if (first.kind != second.kind || first.members.size() != second.members.size() || first.length != second.length) {
      return false;
    }
    if (first.kind == TypeKind::resource) {
      return first.name == second.name && same_owner(first.owner, model, second.owner, other_model);
    }
    for (std::size_t i = 0; i < first.members.size(); ++i) {
      const Member& member = first.members[i];
      if (member.name != second.members[i].name || !same_type(member.type, model, second.members[i].type, other_model)) {
        return false;
      }
    }
    return same_type(first.first, model, second.first, other_model) && same_type(first.second, model, second.second, other_model);
  }

  static bool same_owner(Owner one, const Model& model, Owner other, const Model& other_model)
  {
    if (one.kind != OwnerKind::interface || other.kind != OwnerKind::interface) {
      return one.kind == other.kind;
    }
    const std::string first = full_name(model, model.interfaces[one.index]);
    const std::string second = full_name(other_model, other_model.interfaces[other.index]);
    const auto a = split_interface_name(first);
    const auto b = split_interface_name(second);
    return a && b ? same_interface(*a, *b) && versions_fit(a->package.version, b->package.version) : first == second;
  }

  const Model& m_component;
  const Model& m_world;
  bool m_checks_wasi;
  std::vector<std::string> m_found;
};

} // namespace

std::vector<std::string> differences(const WorldOf& component, const WorldOf& world, bool checks_wasi)
{
  return Comparison(component, world, checks_wasi).take();
}

} // namespace cargo_wasm::wit
