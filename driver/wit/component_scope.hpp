// The index spaces of a component while it is evaluated, and what stands in them.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <cargo_wasm/base/error.hpp>
#include <cargo_wasm/wasm/component_types.hpp>
#include <cargo_wasm/wasm/failure.hpp>
#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

struct Scope;
struct Instance;

/// A component or a component's or instance's type, not evaluated, with where it stands.
struct Closure
{
  std::optional<wasm::Source> binary; ///< a component; else a type
  wasm::ComponentType type;
  const Scope* outer = nullptr;
};

struct Signature
{
  std::vector<Member> parameters;
  std::optional<Type> result;
  bool is_async = false;
};

using SignaturePtr = std::shared_ptr<const Signature>;
using InstancePtr = std::shared_ptr<const Instance>;
using ClosurePtr = std::shared_ptr<const Closure>;

/// monostate: a core module or a value, of which nothing has to be known.
using Item = std::variant<std::monostate, SignaturePtr, Type, InstancePtr, ClosurePtr>;
using NamedItem = std::pair<std::string, Item>;

struct Instance
{
  std::vector<NamedItem> exports;
};

struct Scope
{
  const Scope* outer = nullptr;
  std::vector<Item> types, functions, instances, components;
};

/// What a component takes and gives.
struct Evaluated
{
  std::vector<NamedItem> imports, exports;
};

/// How much a type is made of.
struct Extent
{
  std::uint32_t size = 0, levels = 0;
};

/// Follows types through components; makes TypeDefinitions in the model on its way.
class Evaluator
{
public:
  Evaluator(const wasm::Source& source, Model& model) : m_source(source), m_model(model) {}

  /// `arguments`: of an instantiation; null: what is imported has the type that the import says.
  [[nodiscard]] Result<Evaluated> evaluate(const Closure& closure, const std::vector<NamedItem>* arguments);

private:
  class Walk;
  [[nodiscard]] Error bad(std::string what) const;

  const wasm::Source& m_source;
  Model& m_model;
  std::deque<Scope> m_scopes;    ///< of all that was evaluated: what is nested refers to them
  std::vector<Extent> m_extents; ///< of the model's types
  std::uint32_t m_evaluated = 0;
  std::uint32_t m_depth = 0;
};

} // namespace cargo_wasm::wit
