// Which units of a build become components, and what that takes. Decided before the actions are made, because an adapter may have to be
// fetched, and WIT that is wrong is told before anything is compiled.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/plan/unit.hpp>

namespace cargo_wasm::plan {

struct Component
{
  base::Path component_ld;                 ///< the toolchain's
  std::optional<std::string> adapter_kind; ///< the toolchain's own: "command", "reactor", "proxy", "none"
  std::optional<base::Path> adapter;       ///< a file, instead of one of those
  std::optional<base::Path> wit;           ///< that the component is checked against
  std::string world;
  std::vector<base::Path> wit_files; ///< all that was read of it
  bool checks_wasi = false;
  std::vector<base::Path> plugs; ///< components whose exports fill its imports, at the end
  base::Path composer;           ///< wac or wasm-tools, with plugs
};
using ComponentOfUnit = std::map<UnitIndex, Component>;

/// Programs and `cdylib`s for 32-bit wasm: what can be wrapped.
[[nodiscard]] std::vector<UnitIndex> wrappable_units(const UnitGraph& graph);

} // namespace cargo_wasm::plan
