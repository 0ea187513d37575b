// From names to what they name.
#pragma once
#include <deque>
#include <map>

#include "syntax.hpp"

namespace cargo_wasm::wit {

/// The packages that were read, before their names are looked up.
struct ParsedPackage
{
  PackageName name;
  std::vector<const FileSyntax*> files;
};

/// Adds everything to the model, packages in the order of the list. Errors: CW0952.
[[nodiscard]] Result<> resolve_packages(const std::vector<ParsedPackage>& packages, Model& model);

} // namespace cargo_wasm::wit
