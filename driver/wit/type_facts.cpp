#include "type_facts.hpp"

#include <algorithm>

namespace cargo_wasm::wit {

bool TypeFacts::contains_itself(Index index, std::vector<Index>& within)
{
  if (within.size() >= k_max_levels || std::find(within.begin(), within.end(), index) != within.end()) {
    return true;
  }
  if (m_sizes.contains(index)) {
    return false;
  }
  within.push_back(index);
  const TypeDefinition& type = m_model.types[index];
  std::size_t size = 1;
  const auto leads_back = [&](const std::optional<Type>& part) {
    const bool back = part && !part->primitive && contains_itself(part->index, within);
    size += !back && part && !part->primitive ? m_sizes[part->index] : 1;
    return back || size > k_max_size;
  };
  bool found = false;
  if (type.kind != TypeKind::own && type.kind != TypeKind::borrow) {
    found = leads_back(type.first) || leads_back(type.second) ||
            std::any_of(type.members.begin(), type.members.end(), [&](const Member& member) { return leads_back(member.type); });
  }
  within.pop_back();
  if (!found) {
    m_sizes[index] = size;
  }
  return found;
}

void TypeFacts::sort(std::vector<Index>& types, std::size_t first) const
{
  const std::vector<Index> declared(types.begin() + static_cast<std::ptrdiff_t>(first), types.end());
  std::vector<Index> order;
  const auto visit = [&](const auto& self, Index index) -> void {
    const TypeDefinition& type = m_model.types[index];
    const bool is_declared = std::find(declared.begin(), declared.end(), index) != declared.end();
    if (is_declared && std::find(order.begin(), order.end(), index) != order.end()) {
      return;
    }
    const auto follow = [&](const std::optional<Type>& part) {
      if (part && !part->primitive && (is_declared || type.name.empty())) {
        self(self, part->index);
      }
    };
    for (const Member& member : type.members) {
      follow(member.type);
    }
    follow(type.first);
    follow(type.second);
    if (is_declared) {
      order.push_back(index);
    }
  };
  for (const Index index : declared) {
    visit(visit, index);
  }
  std::copy(order.begin(), order.end(), types.begin() + static_cast<std::ptrdiff_t>(first));
}

bool TypeFacts::is_resource(Type type) const
{
  for (std::size_t step = 0; step <= m_model.types.size() && !type.primitive; ++step) { // `type a = b; type b = a;` is told later
    const TypeDefinition& definition = m_model.types[type.index];
    if (definition.kind != TypeKind::alias || !definition.first) {
      return definition.kind == TypeKind::resource;
    }
    type = *definition.first;
  }
  return false;
}

bool TypeFacts::contains_borrow(Type type) const
{
  if (type.primitive) {
    return false;
  }
  const TypeDefinition& definition = m_model.types[type.index];
  const auto does = [&](const std::optional<Type>& part) { return part && contains_borrow(*part); };
  return definition.kind == TypeKind::borrow || does(definition.first) || does(definition.second) ||
         std::any_of(definition.members.begin(), definition.members.end(), [&](const Member& member) { return does(member.type); });
}

bool TypeFacts::makes(Type type, std::string_view resource) const
{
  const TypeDefinition& definition = m_model.types[without_aliases(m_model, type).index];
  if (type.primitive || definition.kind != TypeKind::result || !definition.first || definition.first->primitive) {
    return false;
  }
  const TypeDefinition& made = m_model.types[definition.first->index];
  return made.kind == TypeKind::own && m_model.types[made.first->index].name == resource;
}

bool add_item(const Model& model, std::vector<WorldItem>& items, const WorldItem& item)
{
  const std::string name = full_name(model, item);
  const bool known = std::any_of(items.begin(), items.end(), [&](const WorldItem& other) { return full_name(model, other) == name; });
  if (!known) {
    items.push_back(item);
  }
  return !known;
}

namespace {

/// The interfaces whose types these types come from, in the order in which they are used.
std::vector<Index> used_interfaces(const Model& model, Index interface)
{
  std::vector<Index> found;
  for (const Index type : model.interfaces[interface].types) {
    const TypeDefinition& definition = model.types[type];
    if (definition.kind != TypeKind::alias || !definition.first || definition.first->primitive) {
      continue;
    }
    const Owner owner = model.types[definition.first->index].owner;
    const bool is_other = owner.kind == OwnerKind::interface && owner.index != interface;
    if (is_other && std::find(found.begin(), found.end(), owner.index) == found.end()) {
      found.push_back(owner.index);
    }
  }
  return found;
}

void add_with_used(const Model& model, std::vector<WorldItem>& items, const WorldItem& item)
{
  const std::string name = full_name(model, item);
  const bool known = std::any_of(items.begin(), items.end(), [&](const WorldItem& other) { return full_name(model, other) == name; });
  if (item.kind == ItemKind::interface && !known) {
    for (const Index used : used_interfaces(model, item.index)) {
      add_with_used(model, items, {{}, ItemKind::interface, used, {}});
    }
  }
  add_item(model, items, item);
}

} // namespace

void complete_world(const Model& model, World& world)
{
  std::vector<WorldItem> imports;
  for (const WorldItem& item : world.imports) {
    add_with_used(model, imports, item);
  }
  for (const WorldItem& item : world.exports) {
    for (const Index used : item.kind == ItemKind::interface ? used_interfaces(model, item.index) : std::vector<Index>()) {
      const bool is_exported = std::any_of(world.exports.begin(), world.exports.end(), [&](const WorldItem& other) {
        return other.kind == ItemKind::interface && other.index == used;
      });
      if (!is_exported) {
        add_with_used(model, imports, {{}, ItemKind::interface, used, {}});
      }
    }
  }
  world.imports = std::move(imports);
}

} // namespace cargo_wasm::wit
