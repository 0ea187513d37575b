// A directory of WIT text as a model: the package of its `*.wit` files, and what `deps/` holds for it (a directory or a file a package, as
// text or in the form of a component, `.wasm`).
//
// Names are looked up, `use` and `include` followed, and worlds completed: an interface that another one uses types of is imported, too.
// Items behind `@unstable` are left out, as by tools that were not asked for a feature.
#pragma once
#include <vector>

#include <cargo_wasm/base/filesystem.hpp>
#include <cargo_wasm/wit/model.hpp>

namespace cargo_wasm::wit {

struct PackageDirectory
{
  Model model;
  Index package = 0;             ///< the directory's own
  std::vector<base::Path> files; ///< that were read, sorted
};

/// `place`: a directory, or one file. Errors: CW0952 text that is wrong, at its place; CW0953 no WIT there.
[[nodiscard]] Result<PackageDirectory> read_packages(const base::ReadOnlyFilesystem& fs, const base::Path& place);

/// "my:pkg/world", "my:pkg/world@0.1.0", "world"; empty: the only one of the package.
/// Errors: CW0953 no such world, with those that there are.
[[nodiscard]] Result<Index> find_world(const PackageDirectory& directory, std::string_view name);

} // namespace cargo_wasm::wit
