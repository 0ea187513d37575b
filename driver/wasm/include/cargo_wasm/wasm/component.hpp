// A component from outside: what it imports and exports, and the modules and components within it.
#pragma once
#include <cargo_wasm/wasm/component_types.hpp>
#include <cargo_wasm/wasm/parser.hpp>

#include <functional>

namespace cargo_wasm::wasm {

/// A module or component within a component, at any depth.
struct NestedBinary
{
  Encoding encoding = Encoding::module;
  Source source;         ///< its bytes; offsets in errors still count from the start of the file
  std::size_t depth = 0; ///< 1: directly in the outer component
};

/// What `read_component` calls back for; what is not set is passed over.
struct ComponentHandlers
{
  std::function<void(const ComponentImport&)> on_import; ///< of the outer component
  std::function<void(const ComponentExport&)> on_export; ///< of the outer component
  std::function<void(const NestedBinary&)> on_nested;    ///< before what is nested in it
};

/// Walks a component once. Errors: CW0612 to CW0616; a module is CW0616. Sections without a handler are passed over unread, and so are the
/// contents of nested modules.
[[nodiscard]] Result<> read_component(const Source& source, const ComponentHandlers& handlers);

} // namespace cargo_wasm::wasm
