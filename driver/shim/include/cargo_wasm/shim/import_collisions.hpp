// Imports that a compiler which forgets their modules would take for something else.
//
// rustc 1.91.0 drops the module of an import that another crate uses, so what is left is a bare name: it becomes one with an import of the
// same name from another module, or with libc's function (rust-lang/rust#148347). The objects cannot show it, the module is already lost;
// what the crates declare is in their expanded sources.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <cargo_wasm/shim/link_model.hpp>

namespace cargo_wasm::shim {

struct DeclaredImport
{
  std::string module;
  std::string source; ///< the expanded source that declares it
  auto operator<=>(const DeclaredImport&) const = default;
};

struct ImportCollision
{
  std::string field;
  std::vector<DeclaredImport> imports; ///< sorted, each once
  std::string native;                  ///< an object that is no crate's and knows the name: `libc.a(close.o)`; may be empty
  bool operator==(const ImportCollision&) const = default;
};

struct ExpandedSource
{
  std::string path;
  std::string text;
};

/// Fields that are imported from two modules, or that std, libc or other native code know as a symbol; sorted by field.
/// Cost: linear in the texts and in the symbols of the link.
[[nodiscard]] std::vector<ImportCollision> find_import_collisions(const std::vector<ExpandedSource>& sources, const LinkModel& model);

} // namespace cargo_wasm::shim
