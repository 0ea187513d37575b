// What resolving has to know of types and worlds once their names are looked up.
#pragma once
#include <map>
#include <string_view>
#include <vector>

#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

constexpr std::size_t k_max_levels = 500;   ///< types within one another, interfaces and worlds that need one another
constexpr std::size_t k_max_size = 100'000; ///< parts of one type, all that it is made of counted in

class TypeFacts
{
public:
  explicit TypeFacts(const Model& model) : m_model(model) {}

  /// Whether following the type leads back to it, or further than the limits. `within`: empty.
  [[nodiscard]] bool contains_itself(Index index, std::vector<Index>& within);
  /// The types from `first` on so that what a type is made of stands before it, as components have it.
  void sort(std::vector<Index>& types, std::size_t first) const;
  [[nodiscard]] bool is_resource(Type type) const;
  [[nodiscard]] bool contains_borrow(Type type) const;
  /// `result<RESOURCE, …>`
  [[nodiscard]] bool makes(Type type, std::string_view resource) const;

private:
  const Model& m_model;
  std::map<Index, std::size_t> m_sizes; ///< of types that were followed to their ends
};

/// Unless an item of this name is there. Returns whether it was not.
bool add_item(const Model& model, std::vector<WorldItem>& items, const WorldItem& item);

/// Imports what the world's interfaces use types of.
void complete_world(const Model& model, World& world);

} // namespace cargo_wasm::wit
