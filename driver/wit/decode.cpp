#include <cargo_wasm/wit/decode.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <cargo_wasm/wasm/file_kind.hpp>
#include <cargo_wasm/wasm/module.hpp>

#include "component_scope.hpp"

namespace cargo_wasm::wit {

namespace {

constexpr std::string_view k_type_section = "component-type";

Error not_a_component(const wasm::Source& source, bool is_module)
{
  const std::string name = source.path == nullptr ? std::string("the file") : fmt::format("`{}`", source.path->native());
  if (!is_module) {
    return Error("CW0956", fmt::format("{} is neither a component nor a module", name)).help("give it a `.wasm` file");
  }
  return Error("CW0956", fmt::format("{} is a module that says nothing of a world", name))
      .note("the section `component-type`, which bindings for WIT put into a module, is not there")
      .help("build a component: `cargo-wasm build --component`")
      .help("`cargo-wasm imports` lists what a module imports");
}

/// Turns what was evaluated into a world.
class WorldMaker
{
public:
  WorldMaker(Model& model, Index world) : m_model(model), m_world(world) {}

  void add(const Evaluated& evaluated)
  {
    for (const auto& [name, item] : evaluated.imports) {
      add(name, item, m_model.worlds[m_world].imports);
    }
    for (const auto& [name, item] : evaluated.exports) {
      add(name, item, m_model.worlds[m_world].exports);
    }
  }

private:
  void add(const std::string& name, const Item& item, std::vector<WorldItem>& to)
  {
    const bool known = std::any_of(to.begin(), to.end(), [&](const WorldItem& other) { return full_name(m_model, other) == name; });
    if (known) {
      return;
    }
    WorldItem made;
    made.name = name;
    if (const auto* const instance = std::get_if<InstancePtr>(&item)) {
      made.kind = ItemKind::interface;
      made.index = interface_of(name, **instance);
      if (m_model.interfaces[made.index].package) {
        made.name.clear();
      }
    } else if (const auto* const signature = std::get_if<SignaturePtr>(&item)) {
      made.kind = ItemKind::function;
      made.function = function_of(name, **signature);
    } else if (const auto* const type = std::get_if<Type>(&item); type != nullptr && !type->primitive) {
      made.kind = ItemKind::type;
      made.index = type->index;
      own(type->index, {OwnerKind::world, m_world});
    } else {
      return; // core modules, values and components within have no words in WIT
    }
    to.push_back(std::move(made));
  }

  void own(Index type, Owner owner)
  {
    if (m_model.types[type].owner.kind == OwnerKind::none) {
      m_model.types[type].owner = owner;
    }
  }

  static Function function_of(const std::string& name, const Signature& signature)
  {
    return {name, signature.parameters, signature.result, signature.is_async};
  }

  Index interface_of(const std::string& name, const Instance& instance)
  {
    const auto index = static_cast<Index>(m_model.interfaces.size());
    Interface made;
    if (auto parts = split_interface_name(name)) {
      made.package = m_model.package_of(parts->package);
      made.name = parts->name;
      auto& interfaces = m_model.packages[*made.package].interfaces;
      const bool known =
          std::any_of(interfaces.begin(), interfaces.end(), [&](Index other) { return m_model.interfaces[other].name == parts->name; });
      if (!known) {
        interfaces.push_back(index);
      }
    }
    const Owner owner{OwnerKind::interface, index};
    for (const auto& [exported, item] : instance.exports) {
      if (const auto* const signature = std::get_if<SignaturePtr>(&item)) {
        made.functions.push_back(function_of(exported, **signature));
      } else if (const auto* const type = std::get_if<Type>(&item); type != nullptr && !type->primitive) {
        made.types.push_back(owned(*type, exported, owner));
      }
    }
    m_model.interfaces.push_back(std::move(made));
    return index;
  }

  /// The type as one of this interface: itself if nobody else's, else an alias.
  Index owned(Type type, const std::string& name, Owner owner)
  {
    const TypeDefinition& known = m_model.types[type.index];
    if (known.owner.kind == OwnerKind::none && known.name == name) {
      own(type.index, owner);
      return type.index;
    }
    TypeDefinition alias;
    alias.name = name;
    alias.owner = owner;
    alias.first = type;
    m_model.types.push_back(std::move(alias));
    return static_cast<Index>(m_model.types.size() - 1);
  }

  Model& m_model;
  Index m_world;
};

struct DescribedWorld
{
  std::string name; ///< "wasi:cli/command@0.2.6"
  Evaluated content;
};

/// The world that a `component-type` section describes: a component that exports a component's type, in a component's type of its own.
Result<DescribedWorld> described_world(Evaluator& evaluator, const Evaluated& outer)
{
  DescribedWorld found{{}, outer};
  for (int level = 0; level < 2; ++level) {
    ClosurePtr next;
    for (const auto& [name, item] : found.content.exports) {
      if (const auto* const closure = std::get_if<ClosurePtr>(&item)) {
        next = *closure;
        found.name = name;
      }
    }
    if (next == nullptr) {
      return DescribedWorld{};
    }
    CW_TRY_ASSIGN(found.content, evaluator.evaluate(*next, nullptr));
  }
  return found;
}

/// The world in its own package, and what it has in the world of the whole.
void add_described(Model& model, Index whole, const DescribedWorld& described)
{
  const auto name = split_interface_name(described.name);
  if (!name) {
    return WorldMaker(model, whole).add(described.content);
  }
  const auto index = static_cast<Index>(model.worlds.size());
  model.worlds.push_back({name->name, model.package_of(name->package), {}, {}});
  WorldMaker(model, index).add(described.content);
  const World made = model.worlds[index];
  const auto& known = model.packages[*made.package].worlds;
  const bool is_known = std::any_of(known.begin(), known.end(), [&](Index other) { return model.worlds[other].name == made.name; });
  if (!is_known) {
    model.packages[*made.package].worlds.push_back(index);
  }
  const auto merge = [&](const std::vector<WorldItem>& from, std::vector<WorldItem>& to) {
    for (const WorldItem& item : from) {
      const std::string item_name = full_name(model, item);
      if (std::none_of(to.begin(), to.end(), [&](const WorldItem& other) { return full_name(model, other) == item_name; })) {
        to.push_back(item);
      }
    }
  };
  merge(made.imports, model.worlds[whole].imports);
  merge(made.exports, model.worlds[whole].exports);
}

/// The world of a name in its package, once.
Index world_of(Model& model, const InterfaceName& name)
{
  const Index package = model.package_of(name.package);
  const auto index = static_cast<Index>(model.worlds.size());
  model.worlds.push_back({name.name, package, {}, {}});
  model.packages[package].worlds.push_back(index);
  return index;
}

/// What another package is used for is described anew at each use, and only as far as it is used: of each interface the fullest counts.
void list_fullest_interfaces(Model& model)
{
  const auto extent = [&](Index index) { return model.interfaces[index].types.size() + model.interfaces[index].functions.size(); };
  for (Index package = 0; package < model.packages.size(); ++package) {
    for (Index& listed : model.packages[package].interfaces) {
      for (Index other = 0; other < model.interfaces.size(); ++other) {
        const Interface& candidate = model.interfaces[other];
        if (candidate.package == package && candidate.name == model.interfaces[listed].name && extent(other) > extent(listed)) {
          listed = other;
        }
      }
    }
  }
}

/// An interface or a world, in its own package: each is a component's type of its own. Nothing for anything else.
Result<std::optional<PackageName>> add_exported(Evaluator& evaluator, Model& model, const Closure& closure)
{
  // A place for what it imports, of its own because types belong to the import that they came by. It is in no package's list, and so is
  // not printed.
  const auto scratch = static_cast<Index>(model.worlds.size());
  model.worlds.push_back({"scratch", {}, {}, {}});
  CW_TRY_ASSIGN(const Evaluated content, evaluator.evaluate(closure, nullptr));
  std::optional<PackageName> package;
  for (const auto& [name, item] : content.exports) {
    const auto full = split_interface_name(name);
    if (!full) {
      continue;
    }
    package = full->package;
    if (const auto* const world = std::get_if<ClosurePtr>(&item)) {
      CW_TRY_ASSIGN(const Evaluated inside, evaluator.evaluate(**world, nullptr));
      WorldMaker(model, world_of(model, *full)).add(inside);
    }
  }
  WorldMaker(model, scratch).add(content);
  return package;
}

} // namespace

Result<std::optional<PackageOf>> decode_package(const wasm::Source& source)
{
  if (wasm::file_kind(source) != wasm::FileKind::component) {
    return fail(not_a_component(source, wasm::file_kind(source) == wasm::FileKind::module));
  }
  PackageOf out;
  Model& model = out.model;
  Evaluator evaluator(source, model);
  Closure whole;
  whole.binary = source;
  CW_TRY_ASSIGN(const Evaluated evaluated, evaluator.evaluate(whole, nullptr));
  std::optional<PackageName> own;
  for (const auto& [name, item] : evaluated.exports) {
    const auto* const closure = std::get_if<ClosurePtr>(&item);
    if (closure == nullptr) {
      return std::optional<PackageOf>(); // it gives functions or instances: a component to run
    }
    CW_TRY_ASSIGN(const std::optional<PackageName> package, add_exported(evaluator, model, **closure));
    own = package ? package : own;
  }
  if (!own || !evaluated.imports.empty()) {
    return std::optional<PackageOf>();
  }
  list_fullest_interfaces(model);
  out.package = model.package_of(*own);
  return std::optional(std::move(out));
}

Result<WorldOf> decode_world(const wasm::Source& source)
{
  WorldOf out;
  Model& model = out.model;
  const wasm::FileKind kind = wasm::file_kind(source);
  const bool is_component = kind == wasm::FileKind::component;
  if (!is_component && kind != wasm::FileKind::module && kind != wasm::FileKind::object) {
    return fail(not_a_component(source, false));
  }
  const Index package = model.package_of({"root", is_component ? "component" : "root", {}});
  model.worlds.push_back({"root", package, {}, {}});
  model.packages[package].worlds.push_back(out.world);
  Evaluator evaluator(source, model);
  if (is_component) {
    Closure whole;
    whole.binary = source;
    CW_TRY_ASSIGN(const Evaluated evaluated, evaluator.evaluate(whole, nullptr));
    WorldMaker(model, out.world).add(evaluated);
    return out;
  }
  CW_TRY_ASSIGN(const wasm::Module module, wasm::Module::read(source));
  bool found = false;
  Result<> read;
  module.for_each_section([&](std::uint32_t, const wasm::Payload& section) {
    if (!read || section.kind != wasm::PayloadKind::custom || !section.name.starts_with(k_type_section)) {
      return;
    }
    found = true;
    Closure whole;
    whole.binary = source;
    whole.binary->bytes = section.content.rest();
    auto outer = evaluator.evaluate(whole, nullptr);
    auto world = outer ? described_world(evaluator, *outer) : Result<DescribedWorld>(fail(outer.error()));
    if (world) {
      add_described(model, out.world, *world);
    } else {
      read = fail(std::move(world).error());
    }
  });
  CW_TRY(read);
  if (!found) {
    return fail(not_a_component(source, true));
  }
  return out;
}

} // namespace cargo_wasm::wit
